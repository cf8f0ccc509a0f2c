import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { blocksOf, dice, EXPORTS, exportNamed, noisy, textOf } from '../../../test/support/exports.js';
import { CommandSchema, SCHEMA_VERSIONS, type SchemaMenu } from '../schema/index.js';
import { canonicalExport, compareExports, describeChange, exportFingerprint, unifiedDiff } from './index.js';
import { ORDERED_7, orderMatters } from './order.js';

const names = { from: '1.rsc', to: '2.rsc' };
const changesOf = (from: string, to: string): string[] => compareExports(from, to).map(describeChange);

describe('an unchanged router', () => {
  it.each(EXPORTS)('never yields a new version, however noisy its exports are: %s', (_name, text) => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (one, two) => {
        const [a, b] = [noisy(text, dice(one)), noisy(text, dice(two))];
        expect(canonicalExport(a)).toBe(canonicalExport(b));
        expect(exportFingerprint(a)).toBe(exportFingerprint(text));
        expect(compareExports(a, b)).toEqual([]);
        expect(unifiedDiff(a, b, names)).toBe('');
      }),
      { numRuns: text.length > 20_000 ? 6 : 25 },
    );
  });

  it.each([
    ['the date', '# jan/02/1970 00:05:06 by RouterOS 6.49.10\n/ip dns\n', '# feb/03/2024 10:00:00 by RouterOS 6.49.10\n/ip dns\n'],
    ['a time-based rule', '/ip firewall filter\nadd a=1\n', '/ip firewall filter\n# inactive time\nadd a=1\n'],
    ['a warning', '/ip firewall nat\nadd a=1\n', '/ip firewall nat\n# pppoe-out1 not ready\n# pppoe-out1 not ready\nadd a=1\n'],
    ['trailing blanks and line ends', '/a\nadd b=1\n', '/a  \r\nadd b=1 \t\r\n'],
    ['wrapping', '/a\nadd b=1 c="x y"\n', '/a\nadd b=\\\n    1 c="x \\\n    y"'],
    ['serial ports', '/port\nset 0 name=serial0\n/a\nadd b=1\n', '/a\nadd b=1\n'],
    ['one more serial port', '/port\nset 0 name=serial0\n', '/port\nset 0 name=serial0\nset 1 name=serial1\n'],
    ['the order of a list', '/ip pool\nadd name=a\nadd name=b\n', '/ip pool\nadd name=b\nadd name=a\n'],
    ['the order of properties', '/a\nset b=1 c=2\n', '/a\nset c=2 b=1\n'],
    ['terse', '/ip dns\nset servers=192.0.2.1\n', '/ip dns set servers=192.0.2.1\n'],
    ['slashes', '/ip dns\nset servers=192.0.2.1\n', '/ip/dns\nset servers=192.0.2.1\n'],
    ['a session', '/queue simple\nadd name=a\n', '/queue simple\nadd name="<l2tp-bob>" target="<l2tp-bob>"\nadd name=a\n'],
    ['a dynamic item', '/ip arp\nadd address=192.0.2.1\n', '/ip arp\nadd address=192.0.2.1\nadd address=192.0.2.2 dynamic=yes\n'],
    ['a counter', '/system script\nadd name=a run-count=1\n', '/system script\nadd name=a run-count=2\n'],
    ['spelling of a string', '/a\nadd b="x"\n', '/a\nadd b=x\n'],
    ['an empty menu', '/a\n/b\nadd c=1\n', '/b\nadd c=1\n'],
    ['a menu that comes later', '/a\nadd c=1\n/b\nadd c=1\n', '/b\nadd c=1\n/a\nadd c=1\n'],
    ['what the router could not export', '/a\nadd c=1\n', '/a\nadd c=1\n#error exporting /ip/socks\n'],
  ])('is silent about %s', (_what, a, b) => {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      expect(exportFingerprint(from)).toBe(exportFingerprint(to));
      expect([changesOf(from, to), unifiedDiff(from, to, names)]).toEqual([[], '']);
    }
  });
});

describe('a real change', () => {
  const rules = (order: string): string =>
    `/ip firewall filter\n${[...order].map((name) => `add action=drop chain=input comment=${name} src-port=${name.charCodeAt(0)}\n`).join('')}`;

  it.each([
    [
      '# 2024-05-01 12:00:00 by RouterOS 7.16.2\n',
      '# 2024-05-02 12:00:00 by RouterOS 7.22.3\n',
      'RouterOS version changed: version 7.16.2 → 7.22.3',
    ],
    ['# model = A\n# serial number = 1\n', '# model = A\n# serial number = 2\n', 'serial number changed: serial 1 → 2'],
    ['/ip pool\nadd name=a ranges=1\n', '/ip pool\nadd name=a ranges=2\n', '/ip/pool: a changed: ranges 1 → 2'],
    ['/ip pool\nadd name=a\n', '/ip pool\nadd name=a\nadd name=b ranges=1\n', '/ip/pool: b added (name=b ranges=1)'],
    ['/ip pool\nadd name=a\nadd name=b ranges=1\n', '/ip pool\nadd name=a\n', '/ip/pool: b removed (name=b ranges=1)'],
    ['/system identity\nset name=a\n', '/system identity\nset name=b\n', '/system/identity changed: name a → b'],
    ['', '/system identity\nset name=b\n', '/system/identity added (name=b)'],
    [
      '/ip service\nset telnet disabled=yes\n',
      '/ip service\nset telnet disabled=yes port=24\n',
      '/ip/service: telnet changed: port set to 24',
    ],
    [
      '/ip route\nadd dst-address=192.0.2.0/24\n',
      '/ip route\nadd blackhole dst-address=192.0.2.0/24\n',
      '/ip/route: 192.0.2.0/24 changed: blackhole set',
    ],
    [
      '/ip address\nadd address=192.0.2.1/24 interface=a network=192.0.2.0\n',
      '/ip address\nadd address=198.51.100.1/24 interface=a network=198.51.100.0\n',
      '/ip/address: 198.51.100.1/24 on a changed: address 192.0.2.1/24 → 198.51.100.1/24, network 192.0.2.0 → 198.51.100.0',
    ],
    [
      '/interface ethernet\nset [ find default-name=ether1 ] mtu=1500\n',
      '/interface ethernet\nset [ find default-name=ether1 ] comment="to the\\r\\nroof" mtu=1500\n',
      '/interface/ethernet: ether1 changed: comment set to "to the\\r\\nroof"',
    ],
    ['/ppp secret\nadd name=a password=one\n', '/ppp secret\nadd name=a password=two\n', '/ppp/secret: a changed: password (not shown)'],
    ['/ppp secret\nadd name=a\n', '/ppp secret\nadd name=a password=two\n', '/ppp/secret: a changed: password set to ********'],
    ['/snmp community\nadd name=one\n', '/snmp community\nadd name=two\n', '/snmp/community: ******** changed: name (not shown)'],
    [
      '/system script\nadd name=a source=":local token \\"one\\""\n',
      '/system script\nadd name=a source=":local token \\"two\\""\n',
      '/system/script: a changed: source (not shown)',
    ],
    [rules('abcdef'), rules('acdefb'), '/ip/firewall/filter: rule 6 "b" moved'],
    [rules('abcdef'), rules('facbde').replace('c=', 'c='), null],
    [rules('abcdef'), rules('abcde'), '/ip/firewall/filter: rule 6 "f" removed (action=drop chain=input comment=f src-port=102)'],
    [
      rules('abcdef'),
      rules('bcdefa').replace('src-port=97', 'src-port=7'),
      '/ip/firewall/filter: rule 6 "a" changed: src-port 97 → 7, and moved',
    ],
  ])('is one, and named: %j', (from, to, line) => {
    expect(exportFingerprint(from)).not.toBe(exportFingerprint(to));
    expect(unifiedDiff(from, to, names)).toMatch(/^--- 1\.rsc\n\+\+\+ 2\.rsc\n@@ -\d+,\d+ \+\d+,\d+ @@\n/);
    if (line === null) expect(changesOf(from, to)).toHaveLength(2);
    else expect(changesOf(from, to)).toEqual([line]);
  });

  it('shows of a long script where it begins to differ', () => {
    const script = (line: string): string =>
      `/system script\nadd name=a source="${':put \\"x\\";\\r\\n'.repeat(50)}${line}\\r\\n${':put \\"y\\";\\r\\n'.repeat(50)}"\n`;
    expect(changesOf(script(':log info one'), script(':log info two'))).toEqual([
      expect.stringMatching(/^\/system\/script: a changed: source line 51 "[^]*:log info one[^]*…" → "[^]*two[^]*…"$/),
    ]);
  });

  it('of a name is one together with all that names it', () => {
    const text = exportNamed('msp').replaceAll('\\\n    ', '');
    const renamed = text
      .replace(/name=br-lan/, 'name=br-office')
      .replaceAll('bridge=br-lan', 'bridge=br-office')
      .replaceAll('interface=br-lan', 'interface=br-office')
      .replaceAll('tagged=br-lan', 'tagged=br-office');
    expect(changesOf(text, renamed)).toEqual(['/interface/bridge: br-office changed: name br-lan → br-office (and 30 items that name it)']);
    expect(unifiedDiff(text, renamed, names)).toContain('\n+add bridge=br-office tagged=br-office,');
  });

  it('of the platform itself is told as such', () => {
    const text = exportNamed('msp');
    const [change, ...more] = compareExports(text, text.replace('rosfleet:poll:1', 'rosfleet:poll:2'));
    expect([change!.isOurs, change!.item, more]).toEqual([true, 'rosfleet-poll', []]);
    expect(compareExports(text, text.replace('vlan-id=10', 'vlan-id=99'))[0]!.isOurs).toBe(false);
    expect(compareExports('', '/ip firewall address-list\nadd address=192.0.2.0/24 list=rosfleet-trusted\n')[0]!.isOurs).toBe(true);
  });

  it('is not claimed of a menu that one side could not export', () => {
    const text = exportNamed('home');
    const { header, blocks } = blocksOf(text);
    const without = `${textOf(
      header,
      blocks.filter(({ menu }) => menu !== '/ip/firewall/filter'),
    )}#error exporting "/ip/firewall/filter" (timeout)\n`;
    expect(compareExports(text, without)).toEqual([]);
    expect(exportFingerprint(without)).not.toBe(exportFingerprint(text));
  });

  it.each(EXPORTS)('anywhere in %s is exactly one, under any noise', (_name, text) => {
    const base = blocksOf(text);
    const places = base.blocks.flatMap(({ menu, lines }, block) => (menu === '/port' ? [] : lines.map((_, line) => ({ block, line }))));
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        fc.constantFrom('remove', 'copy', 'change', 'comment', 'move'),
        fc.nat(),
        (at, kind, seed) => {
          const blocks = base.blocks.map(({ menu, lines }) => ({ menu, lines: [...lines] }));
          const { menu, lines } = blocks[at.block]!;
          const line = lines[at.line]!;
          const isRule = orderMatters(menu) && lines.length > 1 && line.startsWith('add');
          const random = dice(seed);
          if (kind === 'remove') lines.splice(at.line, 1);
          else if (kind === 'copy' && line.startsWith('add'))
            lines.push(`${line.replace(/(?<= )(name|comment|interface|address)=("(\\.|[^"\\])*"|\S+)/g, '').trimEnd()} zzz=new`);
          else if (kind === 'comment')
            lines[at.line] = line.includes(' comment=')
              ? line.replace(/ comment=("(\\.|[^"\\])*"|\S+)/, ' comment="changed by hand"')
              : `${line} comment="changed by hand"`;
          else if (kind === 'move' && isRule)
            lines.splice((at.line + 1 + Math.floor(random() * (lines.length - 1))) % lines.length, 0, ...lines.splice(at.line, 1));
          else lines[at.line] = `${line} zzz=1`;
          const changed = textOf(base.header, blocks);
          const [from, to] = [noisy(text, random), noisy(changed, random)];
          expect(exportFingerprint(from)).not.toBe(exportFingerprint(to));
          const changes = compareExports(from, to);
          expect(changes.map((change) => [change.menu, change.kind, describeChange(change)])).toEqual([
            [
              menu,
              kind === 'remove'
                ? 'removed'
                : kind === 'copy' && line.startsWith('add')
                  ? 'added'
                  : kind === 'move' && isRule
                    ? 'moved'
                    : 'changed',
              expect.any(String),
            ],
          ]);
          expect(unifiedDiff(from, to, names)).not.toBe('');
        },
      ),
      { numRuns: text.length > 20_000 ? 6 : 25 },
    );
  });
});

describe('the menus with an order', () => {
  it('are those whose items RouterOS lets people move', () => {
    const movable = new Set<string>();
    const walk = (menu: SchemaMenu, path: string[]): void => {
      for (const [name, node] of Object.entries(menu)) {
        if (typeof node === 'object') walk(node, [...path, name]);
        else if (name === 'move') movable.add(path.join('/'));
      }
    };
    for (const version of SCHEMA_VERSIONS) walk(CommandSchema.for(version).root, []);
    expect([...movable].sort()).toEqual([...ORDERED_7].sort());
  });
});
