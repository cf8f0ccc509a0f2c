import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EXPORTS } from '../../../test/support/exports.js';
import {
  canonicalExport,
  compareExports,
  decodeExport,
  describeChange,
  exportFingerprint,
  highlightDiff,
  highlightExport,
  localSubnets,
  maskSecrets,
  parseExport,
  unifiedDiff,
  type ExportCommand,
} from './index.js';

const only = (text: string): ExportCommand => {
  const { commands, opaque } = parseExport(text);
  expect(opaque).toEqual([]);
  expect(commands).toHaveLength(1);
  return commands[0]!;
};
const valuesOf = (text: string): Record<string, string> => Object.fromEntries(only(text).properties);

describe('parseExport', () => {
  it.each([
    ['# jan/02/1970 00:05:06 by RouterOS 6.49.10', '1970-01-02T00:05:06', '6.49.10'],
    ['# dec/30/2022 23:59:59 by RouterOS 7.6', '2022-12-30T23:59:59', '7.6'],
    ['# 2024-05-01 12:00:00 by RouterOS 7.16.2', '2024-05-01T12:00:00', '7.16.2'],
    ['# 2026-09-21 by RouterOS 7.24rc1', '2026-09-21', '7.24rc1'],
    ['# foo/02/2020 00:00:00 by RouterOS 6.48', null, '6.48'],
  ])('reads the header %s', (line, date, version) => {
    expect(parseExport(`\ufeff${line}\r\n/ip dns\r\n`).header).toMatchObject({ date, version });
  });

  it('reads the other facts of the header, and none that are empty', () => {
    const text = '# software id = ABCD-1234\n#\n# model = RB952Ui-5ac2nD\n# serial number = 0000000A0001\n';
    expect(parseExport(text).header).toEqual({
      ...{ date: null, version: null },
      softwareId: 'ABCD-1234',
      model: 'RB952Ui-5ac2nD',
      serial: '0000000A0001',
    });
    expect(parseExport('# software id = \n/ip dns\n# model = later is no header').header).toMatchObject({ softwareId: null, model: null });
  });

  it('joins wrapped lines inside and outside strings, in the middle of words, without the blanks of the next line', () => {
    expect(
      valuesOf(
        '/interface ethernet\nset [ find default-name=ether1 ] mac-address=\\\r\n    00:00:5E:00:53:01 name=\\\n    "my \\\n\tnew na\\\n    me" x=a\\\n    b',
      ),
    ).toEqual({
      'mac-address': '00:00:5E:00:53:01',
      ...{ name: 'my new name', x: 'ab' },
    });
    expect(valuesOf('/a\nadd comment="ends in \\\\" name=x')).toEqual({ comment: 'ends in \\', name: 'x' });
    expect(valuesOf('/a\nadd name=x \\\n')).toEqual({ name: 'x' });
  });

  it('numbers lines as the file does', () => {
    const { commands, comments } = parseExport('# x\n/a\n# inactive time\nadd b=\\\n    1\nadd b=2\n');
    expect(commands.map(({ line, lastLine }) => [line, lastLine])).toEqual([
      [4, 5],
      [6, 6],
    ]);
    expect(comments).toEqual([
      { text: 'x', line: 1 },
      { text: 'inactive time', line: 3 },
    ]);
  });

  it.each([
    [String.raw`"a \"b\" \\ \$c \? \r\n\t\_"`, 'a "b" \\ $c ? \r\n\t '],
    [String.raw`"\D0\BA\C3\A4 \E9"`, 'кä é'],
    [String.raw`"\q\"`, null],
    ['plain', 'plain'],
    ['""', ''],
    ['', ''],
    ['[ find name="a b" ]', '[ find name="a b" ]'],
    ['(1 + 2)', '(1 + 2)'],
    [String.raw`"\q"`, String.raw`\q`],
  ])('decodes the value %s', (written, value) => {
    const { commands, opaque } = parseExport(`/a\nadd x=${written}`);
    if (value === null) expect([commands.length, opaque.length]).toEqual([0, 1]);
    else expect(commands[0]!.properties.get('x')).toBe(value);
  });

  it.each([
    [
      '/interface ethernet\nset [ find default-name=ether1 ] name=wan',
      '/interface/ethernet',
      '[find default-name=ether1]',
      { 'default-name': 'ether1' },
    ],
    ['/interface/ethernet set [find default=yes] x=1', '/interface/ethernet', '[find default=yes]', { default: 'yes' }],
    ['/ip service\nset telnet disabled=yes', '/ip/service', 'telnet', null],
    ['/port\nset 0 name=serial0', '/port', '0', null],
    ['/ppp profile\nset *FFFFFFFE x=y', '/ppp/profile', '*FFFFFFFE', null],
    ['/ip hotspot\nset "two words" x=y', '/ip/hotspot', 'two words', null],
    ['/a\nset [ find where name~"x" ] x=y', '/a', '[find where name~"x"]', null],
  ])('reads what is selected by %j', (text, menu, selector, find) => {
    const command = only(text);
    expect(command).toMatchObject({ menu, verb: 'set', selector: { text: selector } });
    expect(command.selector!.find && Object.fromEntries(command.selector!.find)).toEqual(find);
  });

  it('reads bare words, refusals and names that lean on the one before', () => {
    expect(only('/ip route\nadd blackhole disabled=no dst-address=10.0.0.0/8').flags).toEqual(['blackhole']);
    expect(only('/interface ethernet switch port-isolation\nset 14 !forwarding-override')).toMatchObject({
      ...{ flags: ['!forwarding-override'], selector: { text: '14' } },
    });
    expect(
      valuesOf('/interface wifi\nset [ find ] channel.band=2ghz-g .width=20mhz security.passphrase=x .encryption="" disabled=no'),
    ).toEqual({
      ...{ 'channel.band': '2ghz-g', 'channel.width': '20mhz', 'security.passphrase': 'x', 'security.encryption': '', disabled: 'no' },
    });
  });

  it('reads terse exports: a path on a line changes nothing for the next', () => {
    const { commands, opaque } = parseExport(
      '/ip dns set servers=192.0.2.1\n/ip firewall nat\n# l2tp not ready\nadd chain=a\n/ip/dns/set x=1\nadd chain=b\n',
    );
    expect(opaque).toEqual([]);
    expect(commands.map(({ menu, verb }) => `${menu} ${verb}`)).toEqual([
      '/ip/dns set',
      '/ip/firewall/nat add',
      '/ip/dns set',
      '/ip/firewall/nat add',
    ]);
  });

  it('tells which menus the router could not export, and that it broke off', () => {
    const text =
      '#error exporting /ip/socks\n#error exporting "/interface/wifi" (timeout)\n#error exporting /interface bridge calea\n#interrupted\n';
    expect(parseExport(text)).toMatchObject({ failedMenus: ['/ip/socks', '/interface/wifi', '/interface/bridge/calea'], complete: false });
    expect(parseExport('/a\n').complete).toBe(true);
  });

  it('keeps what it does not understand, and goes on', () => {
    const { opaque, commands } = parseExport(':delay 1s\n/a\n:put "x"\nadd x="open\nadd y=1\n=\n/é\nadd =\n');
    expect(opaque.map(({ menu, text, line }) => [menu, text, line])).toEqual([
      ['', ':delay 1s', 1],
      ['/a', ':put "x"', 3],
      ['/a', 'add x="open', 4],
      ['/a', '=', 6],
      ['/a', '/é', 7],
      ['/a', 'add =', 8],
    ]);
    expect(commands).toHaveLength(1);
  });

  it.each(EXPORTS)('understands all of %s', (name, text) => {
    const { opaque, header, commands } = parseExport(text);
    expect(opaque).toEqual([]);
    expect(header.version).toBe(/-([\d.]+)\.rsc$/.exec(name)![1]);
    expect(header.date).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/);
    expect(commands.length).toBeGreaterThan(9);
  });

  it('reads each command as if it were the only one, whatever came before', () => {
    const value = fc.constantFrom('a', 'a b', '"a b"', '"a', 'b', '""', '', '"\\"a\\""', 'aa', '[ a b ]');
    const line = fc.array(fc.tuple(fc.constantFrom('x', 'xy', 'p.x', '.x'), value), { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const texts = lines.map((pairs) => `/a add ${pairs.map(([name, text]) => `${name}=${text}`).join(' ')}`);
        const read = (text: string): unknown => parseExport(text).commands.map(({ properties, flags }) => [[...properties], flags]);
        expect(read(texts.join('\n'))).toEqual(texts.flatMap(read));
      }),
    );
  });

  it('reads bytes that are no UTF-8 as Latin-1, alone', () => {
    expect(decodeExport(Buffer.from('efbbbf' + Buffer.from('ä€😀').toString('hex') + 'e9f0c3' + '41', 'hex'))).toBe('ä€😀éðÃA');
    expect(decodeExport(Buffer.from('\ufeffabc'))).toBe('abc');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) =>
        expect(decodeExport(Buffer.concat([Buffer.from(text), Buffer.from([0xff])]))).toBe(`${text.replace(/^\ufeff/, '')}ÿ`),
      ),
    );
  });

  it('reads a list of 120,000 addresses', () => {
    const lines = Array.from({ length: 120_000 }, (_, i) => `add address=198.51.${(i >> 8) % 256}.${i % 256} list=l${i}\n`).join('');
    const text = `/ip firewall address-list\n${lines}`;
    expect(parseExport(text).commands).toHaveLength(120_000);
    expect(compareExports(text, text.replace('list=l70000\n', 'list=other\n')).map(describeChange)).toEqual([
      '/ip/firewall/address-list: 198.51.17.112 in other changed: list l70000 → other',
    ]);
  });
});

describe('nothing here throws', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '\\',
      '\n',
      '\r\n',
      '"',
      ' ',
      '[',
      ']',
      '=',
      '/',
      '#',
      '$',
      '(',
      '{',
      '}',
      'add ',
      'set ',
      '/ip firewall filter',
      '.x=',
      '!',
      '\t',
      '\\0A',
      'password=',
    ),
    fc.string({ unit: 'binary', maxLength: 5 }),
    fc.constantFrom(...EXPORTS.flatMap(([, text]) => text.split(/(?<=\n)/).slice(0, 60))),
  );
  const anything = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));

  it('on any text, and on any two', () => {
    fc.assert(
      fc.property(anything, anything, (a, b) => {
        const diff = unifiedDiff(a, b, { from: 'a', to: 'b' });
        const changes = compareExports(a, b);
        expect(changes.length === 0 || parseExport(a + b).failedMenus.length > 0).toBe(exportFingerprint(a) === exportFingerprint(b));
        changes.map(describeChange).forEach((line) => expect(line).not.toContain('\n'));
        localSubnets(parseExport(a));
        maskSecrets(a, { salt: b });
        highlightExport(a);
        highlightDiff(diff);
      }),
      { numRuns: 2000 },
    );
  });

  it('on exports with a part cut out or put elsewhere', () => {
    fc.assert(
      fc.property(fc.constantFrom(...EXPORTS), fc.nat(), fc.nat(30), piece, ([, text], at, length, put) => {
        const cut = at % text.length;
        const broken = text.slice(0, cut) + put + text.slice(cut + length);
        expect(canonicalExport(broken)).toBe(canonicalExport(broken));
        unifiedDiff(text, broken, { from: 'a', to: 'b' });
        compareExports(text, broken).map(describeChange);
        highlightExport(maskSecrets(broken));
      }),
      { numRuns: 200 },
    );
  });
});
