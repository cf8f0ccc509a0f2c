import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dice, EXPORTS, exportNamed, noisy } from '../../../test/support/exports.js';
import { CommandSchema, SCHEMA_VERSIONS, type SchemaMenu } from '../schema/index.js';
import { compareExports, describeChange, highlightExport, maskSecrets, parseExport, SECRET_MARK, unifiedDiff } from './index.js';
import { isSecret } from './secrets.js';

/** All secrets of the fixtures. */
const SECRETS = [
  ...[
    'correct horse',
    'battery',
    'staple',
    'example-ipsec-secret',
    '$ecret',
    'tunnel-password',
    'example-psk-of-the-office',
    'example-community',
  ],
  ...['office-passphrase', 'mac-pass', 'hs-pass', 'desk-pass', 'radius-secret', 'AAAAAAAA', 'BBBBBBBB', 'md5-of-transit-a', 'ospf-key'],
  ...['a wifi pass', 's3cret', 'abcdef0123456789'],
];

describe('maskSecrets', () => {
  it.each(EXPORTS)('leaves no secret in %s, however it is wrapped, and nothing else changes', (_name, text) => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const written = noisy(text, dice(seed));
        const masked = maskSecrets(written);
        const joined = masked.replace(/\\\r?\n {4}/g, '');
        for (const secret of SECRETS) expect(joined).not.toContain(secret);
        expect(maskSecrets(masked)).toBe(masked);
        const changes = compareExports(written, masked);
        expect(changes.flatMap(({ properties }) => properties).filter(({ secret }) => !secret)).toEqual([]);
        expect(parseExport(masked).opaque).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });

  it.each([
    ['/ppp secret\nadd name=a password=abc profile=x\n', '/ppp secret\nadd name=a password=******** profile=x\n'],
    ['/ppp secret add password="a \\"b\\" c" name=a\r\n', '/ppp secret add password=******** name=a\r\n'],
    ['/ppp secret\nadd password=ab\\\n    cd name=\\\n    x\n', '/ppp secret\nadd password=******** name=\\\n    x\n'],
    [
      '/interface wifi\nset [ find ] security.authentication-types=wpa2-psk .passphrase=x .ft=yes\n',
      '/interface wifi\nset [ find ] security.authentication-types=wpa2-psk .passphrase=******** .ft=yes\n',
    ],
    ['/user\nadd password="" name=a\n', '/user\nadd password="" name=a\n'],
    [
      '/snmp community\nset [ find default=yes ] name=public\nadd name=x\n',
      '/snmp community\nset [ find default=yes ] name=public\nadd name=********\n',
    ],
    ['/ip pool\nadd name=password ranges=192.0.2.1\n', '/ip pool\nadd name=password ranges=192.0.2.1\n'],
    [
      '/interface wireguard peers\nadd public-key="AB=" preshared-key="CD="\n',
      '/interface wireguard peers\nadd public-key="AB=" preshared-key=********\n',
    ],
    ['/container envs\nadd key=TOKEN name=x value=abc\n', '/container envs\nadd key=TOKEN name=x value=********\n'],
    ['# admin password=abc\n:put "secret=x"\n', '# admin password=********\n:put "secret=********"\n'],
    ['/a\nadd comment="the password: abc, or so"\n', '/a\nadd comment="the password: ********, or so"\n'],
    ['/tool fetch\nadd url="ftp://me:pw@192.0.2.1/x"\n', '/tool fetch\nadd url="ftp://me:********@192.0.2.1/x"\n'],
  ])('turns %j into %j', (text, masked) => {
    expect(maskSecrets(text)).toBe(masked);
  });

  it.each([
    [':local token "abc def"; :put 1', `:local token "${SECRET_MARK}"; :put 1`],
    [':global ApiKey abc', `:global ApiKey ${SECRET_MARK}`],
    ['/tool fetch password="p\\"q" user=x', `/tool fetch password="${SECRET_MARK}" user=x`],
    ['/tool fetch password=$pass user=x', '/tool fetch password=$pass user=x'],
    ['/ppp secret add password=("a" . $b) name=c', `/ppp secret add password=${SECRET_MARK} name=c`],
    ['/ppp secret add password=[:rndstr] name=c', '/ppp secret add password=[:rndstr] name=c'],
    ['{"password":"abc","user":"me"}', `{"password":"${SECRET_MARK}","user":"me"}`],
    ['Authorization: Bearer abc.def-ghi', `Authorization: Bearer ${SECRET_MARK}`],
    ['https://x:y@example.net/ and https://example.net:8443/', `https://x:${SECRET_MARK}@example.net/ and https://example.net:8443/`],
    [':execute "/tool fetch password=\\"abc\\" mode=ftp"', `:execute "/tool fetch password=\\"${SECRET_MARK}\\" mode=ftp"`],
    [':global passFunction do={:put 1}', ':global passFunction do={:put 1}'],
  ])('masks inside a script, however deep: %s', (source, masked) => {
    for (let text = source, wanted = masked, depth = 0; depth < 3; depth++) {
      [text, wanted] = [text, wanted].map((code) => code.replace(/[\\"$]/g, '\\$&')) as [string, string];
      expect(maskSecrets(`/system script\nadd name=x source="${text}"\n`)).toBe(`/system script\nadd name=x source="${wanted}"\n`);
    }
  });

  it('shows with a salt that a secret changed, and without it nothing', () => {
    const [a, b] = ['one', 'two'].map((secret) => `/ppp secret\nadd name=a password=${secret}\n`) as [string, string];
    const names = { from: 'a', to: 'b' };
    expect(unifiedDiff(maskSecrets(a), maskSecrets(b), names)).toBe('');
    const masked = [a, b].map((text) => maskSecrets(text, { salt: 'site 1' })) as [string, string];
    expect(unifiedDiff(...masked, names)).toMatch(/^-add name=a password=\*{8}-[a-z2-7]{4}\n\+add name=a password=\*{8}-[a-z2-7]{4}$/m);
    expect(maskSecrets(masked[0], { salt: 'site 1' })).toBe(masked[0]);
    expect(maskSecrets(a, { salt: 'site 2' })).not.toBe(masked[0]);
    expect(compareExports(a, b).map(describeChange)).toEqual(['/ppp/secret: a changed: password (not shown)']);
  });

  it('gives equal marks for one secret however it is spelt', () => {
    const [a, b] = ['"ab\\63"', 'ab\\\n    c', '"abc"'].map((secret) =>
      maskSecrets(`/ppp secret\nadd password=${secret} name=a\n`, { salt: 'x' }),
    );
    expect(a!.replace('\\63', 'c')).toContain(SECRET_MARK);
    expect(maskSecrets('/ppp secret\nadd password="abc" name=a\n', { salt: 'x' })).toBe(b);
  });
});

describe('the list of secrets', () => {
  /** Arguments that sound like a secret and are none: switches, sizes, types, names of algorithms, public keys. */
  const HARMLESS =
    /(^|\.|-)(authentication-types|group-key-update|key-size|key-usage|public-key|remote-key|lacp-user-key|private-algo|static-sta-private-algo|static-transmit-key|allow-sharedkey|password-format|ft-r0-key-lifetime|host-key-size|host-key-type|always-allow-password-login|password-authentication|minimum-password-length|remove-private-as|key-chain|key-id|web-private-username|token-refresh-handicap|hide-pin-number|multi-passphrase-group|publickey-authentication-options|copy-from|trusted-key)$/;

  /** Names of keys, public keys and a switch. */
  const HARMLESS_HERE = ['/container/envs key', '/ip/ipsec/identity key', '/user/ssh-keys key', '/zerotier/controller private'];

  it('knows every argument of add and set that sounds like one', () => {
    const unknown = new Set<string>();
    const sounds = /pass(word|phrase|wd)|secret|(^|[.-])psk|(^|[.-])key|sharedkey|private|token|(^|[.-])pin([.-]|$)/;
    const walk = (schema: CommandSchema, menu: SchemaMenu, path: string[]): void => {
      for (const [name, node] of Object.entries(menu)) {
        if (typeof node === 'object') walk(schema, node, [...path, name]);
        else if (name === 'add' || name === 'set') {
          for (const argument of schema.argumentNames(path, name) ?? []) {
            if (sounds.test(argument) && !HARMLESS.test(argument) && !isSecret(`/${path.join('/')}`, argument, 'x'))
              unknown.add(`/${path.join('/')} ${argument}`);
          }
        }
      }
    };
    for (const version of SCHEMA_VERSIONS) walk(CommandSchema.for(version), CommandSchema.for(version).root, []);
    expect([...unknown].sort()).toEqual(HARMLESS_HERE);
  });

  it('calls none of the harmless ones a secret', () => {
    for (const name of ['public-key', 'key-size', 'password-format', 'authentication-types', 'use-radius', 'name', 'key-id']) {
      expect(isSecret('/interface/wireguard/peers', name, 'x')).toBe(false);
    }
  });
});

describe('masked and highlighted', () => {
  it('shows the mark as a value', () => {
    expect(highlightExport(maskSecrets(exportNamed('bgp')))).toContain(
      '<span class="property">private-key</span>=<span class="value">********</span>',
    );
  });
});
