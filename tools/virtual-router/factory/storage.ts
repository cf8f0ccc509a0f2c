import { X509Certificate } from 'node:crypto';
import { RouterOsError } from '../errors.js';
import { menuSpec, type MenuSpec } from '../menus/menu-spec.js';
import { toNumber } from '../values/convert.js';
import { NOTHING, RosArray, RosTime, toBytes, toText, type RosValue } from '../values/value.js';
import type { VirtualRouter } from '../virtual-router.js';

/** `get contents` and edits work up to 60 KB (files manual). */
const CONTENTS_LIMIT = 60 * 1024;

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

function importCertificates(
  router: VirtualRouter,
  file: string,
  name: string | undefined,
  trusted: boolean | undefined,
): [certificates: number, keys: number] {
  const contents = router.files.read(file);
  if (contents === undefined) throw new RouterOsError('failure: file not found');
  const menu = router.menus.at('certificate');
  const key = /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(contents);
  let count = 0;
  for (const [pem] of contents.matchAll(PEM)) {
    let certificate: X509Certificate;
    try {
      certificate = new X509Certificate(pem);
    } catch {
      continue;
    }
    const fingerprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
    if (menu.items.some((item) => item.get('fingerprint') === fingerprint)) continue;
    const label = name === undefined ? `${file.split('/').at(-1)}_${count}` : count === 0 ? name : `${name}_${count}`;
    const values = new Map<string, RosValue>([
      ['name', label],
      ['common-name', toBytes(/CN=([^\n]+)/.exec(certificate.subject)?.[1] ?? '')],
      ['fingerprint', fingerprint],
      ['serial-number', certificate.serialNumber],
      ['invalid-before', router.dateTimeText(new Date(certificate.validFrom).getTime())],
      ['invalid-after', router.dateTimeText(new Date(certificate.validTo).getTime())],
      ['trusted', trusted ?? true],
      ['private-key', key && count === 0],
      ['ca', certificate.ca],
    ]);
    menu.insert(values, 'user');
    count++;
  }
  return [count, key ? 1 : 0];
}

export const STORAGE: Record<string, MenuSpec> = {
  file: menuSpec({
    exported: false,
    unique: 'name',
    uniqueMessage: 'failure: file already exists',
    check(properties) {
      if (toText(properties.get('contents') ?? '').length > CONTENTS_LIMIT) throw new RouterOsError('failure: file contents too long');
    },
    added: (item, router) => router.files.touch(item),
    changed: (item, router) => router.files.touch(item),
    computed: {
      size: (item) => toText(item.properties.get('contents') ?? '').length,
      contents: (item) => {
        const contents = toText(item.properties.get('contents') ?? '');
        return contents.length > CONTENTS_LIMIT ? NOTHING : contents;
      },
      type: (item) => item.properties.get('type') ?? /\.\w+$/.exec(toText(item.properties.get('name') ?? ''))?.[0] ?? 'file',
      'creation-time': (item) => item.properties.get('last-modified') ?? NOTHING,
    },
    commands: {
      read({ router, run, args }) {
        const contents = router.files.read(toText(args.named.get('file') ?? ''));
        if (contents === undefined) throw new RouterOsError('no such item');
        const offset = toNumber(args.named.get('offset') ?? 0) ?? 0;
        const size = toNumber(args.named.get('chunk-size') ?? 32_768) ?? 32_768;
        if (size < 1 || size > 32_768) throw new RouterOsError('value of chunk-size out of range (1..32768)');
        const data = contents.slice(offset, offset + size);
        if (args.flags.has('as-value')) return RosArray.of({ data });
        run.print(data);
        return NOTHING;
      },
    },
  }),

  certificate: menuSpec({
    exported: false,
    computed: {
      'expires-after': (item, router) => {
        const end = Date.parse(`${toText(item.properties.get('invalid-after') ?? '').replace(' ', 'T')}Z`);
        return Number.isNaN(end) ? NOTHING : new RosTime(Math.floor((end - router.wallTime()) / 1000) * 1e6);
      },
    },
    commands: {
      import({ router, run, args }) {
        const name = args.named.get('name');
        const trusted = args.named.get('trusted');
        const [certificates, keys] = importCertificates(
          router,
          toText(args.named.get('file-name') ?? ''),
          name === undefined ? undefined : toText(name),
          trusted === undefined ? undefined : toText(trusted) === 'yes' || trusted === true,
        );
        const counts = {
          'certificates-imported': certificates,
          'private-keys-imported': keys,
          'files-imported': certificates + keys > 0 ? 1 : 0,
          'decryption-failures': 0,
          'keys-with-no-certificate': 0,
        };
        if (args.flags.has('as-value')) return RosArray.of(counts);
        for (const [label, count] of Object.entries(counts)) run.print(`${label.padStart(26)}: ${count}`);
        return NOTHING;
      },
    },
  }),
};
