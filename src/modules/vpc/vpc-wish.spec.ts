import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadRosCheck } from '../../../test/oracle/unpack.mjs';
import { VirtualClock, VirtualRouter } from '../../../tools/virtual-router/index.js';
import { answerLimitBytes, renderJob, rendererRegistry, type JobInput } from '../../routeros/render/index.js';
import { keyed, planPush, renderClear, renderConfirm, type Footprint, type KeyedWish } from '../../routeros/sections/index.js';
import type { Rule } from './rules.js';
import { VpcSection } from './vpc-section.js';
import { addressListName, type VpcContent, vpcWish } from './vpc-wish.js';

const MANAGEMENT = '100.64.0.1';
const VERSIONS = ['7.16.2', '7.22.3', '7.24'];
const { check } = await loadRosCheck();
const section = new VpcSection(undefined as never, undefined as never, undefined as never);
const footprint: Footprint = { section: section.name, menus: section.menus };
const job = rendererRegistry['job']?.sample as JobInput;

let made = 0;
const id = (prefix: string): string => prefix + String(++made).padStart(27, 'k');
const HOSTILE = '"; /system reset-configuration; $x [/user remove admin] \\\n#';
const rule = (direction: Rule['direction'], protocol: number, port: string | null, address: string): Rule => ({
  ...{ id: id('fltr_'), direction, order: 1, protocol, port, address, description: HOSTILE },
});
const list = (cidrs: readonly string[]): VpcContent['lists'][number] => ({
  id: id('prfx_lst_'),
  prefixes: cidrs.map((cidr) => ({ cidr })),
});
const content = (rules: readonly Rule[], lists: VpcContent['lists'] = []): VpcContent => ({ groups: [{ rules }], lists });

const longest = Array.from({ length: 500 }, (_, i) => `2001:db8:aaaa:bbbb:cccc:dddd:${(i + 4096).toString(16)}:1111/128`);
const [both, old, long, wide] = [
  list(['192.0.2.0/24', '2001:db8::/32', '198.51.100.7/32']),
  list(['203.0.113.0/24']),
  list(longest),
  list(Array.from({ length: 500 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`)),
];
const ports = Array.from({ length: 40 }, (_, i) => (i % 3 ? `${1000 + i}` : `${2000 + i * 10}-${2005 + i * 10}`)).join();
const large = Array.from({ length: 1000 }, (_, i) =>
  rule(i % 2 ? 'inbound' : 'outbound', i % 3 ? 6 : 17, `${i + 1}`, i % 4 ? `10.${i >> 8}.${i & 255}.0/24` : long.id),
);

const contents: Record<string, VpcContent> = {
  'a group without rules': content([]),
  'web out of the site, and remote desktop into it': content([
    rule('outbound', 6, '80,443', '0.0.0.0/0'),
    rule('outbound', 17, '53', '0.0.0.0/0'),
    rule('inbound', 6, '3389', '10.8.0.0/24'),
  ]),
  'every number of a protocol': content(Array.from({ length: 256 }, (_, number) => rule('outbound', number, null, both.id)), [both]),
  'ports in plenty': content([6, 17, 33, 132, 136].map((protocol) => rule('inbound', protocol, ports, '::/0'))),
  'lists of both families, and one that no rule names': content(
    [rule('inbound', 0, null, both.id), rule('outbound', 1, null, both.id), rule('outbound', 58, null, both.id), rule('outbound', 58, null, old.id)],
    [both, old],
  ),
  'an empty list': content([rule('outbound', 0, null, both.id)], [{ id: both.id, prefixes: [] }]),
  'a thousand rules and a long list': content(large, [long]),
  'lists alone': { groups: [], lists: [long, wide, both] },
  'several groups': { groups: [{ rules: [rule('outbound', 6, '443', '0.0.0.0/0')] }, { rules: [] }, { rules: [rule('inbound', 6, '22', 'fd00::/8')] }], lists: [] },
}; // prettier-ignore
const names = Object.keys(contents);
const wishes = new Map(names.map((name) => [name, keyed(vpcWish(contents[name]!, MANAGEMENT), 1)]));
const scripts = (had: KeyedWish | null, shall: KeyedWish, version: string) =>
  planPush({ version, footprint, above: ['management', 'policy'], generation: 1, had, shall, salt: 1, trial: section.cuts(had, shall) });
const rulesOf = (name: string, family: 4 | 6): Record<string, unknown>[] =>
  wishes
    .get(name)!
    .items.filter(({ menu }) => menu === (family === 4 ? '/ip/firewall/filter' : '/ipv6/firewall/filter'))
    .map(({ set }) => set);

describe('security groups and prefix lists', () => {
  it.each(names.flatMap((name) => VERSIONS.map((version) => [name, version] as const)))(
    '%s: only what RouterOS %s knows, in parts that fit into an answer, and no word of people',
    (name, version) => {
      const before = wishes.get(names[(names.indexOf(name) + 1) % names.length]!)!;
      for (const had of [null, before]) {
        for (const part of scripts(had, wishes.get(name)!, version)) {
          const text = part.toString();
          expect(check(text, { version, strict: true })).toEqual([]);
          expect(text).not.toContain('reset-configuration');
          expect(renderJob({ ...job, version, payload: text }).byteLength).toBeLessThan(answerLimitBytes(version));
        }
      }
    },
    60_000,
  );

  it('judge new connections that pass through the router, and nothing else', () => {
    for (const name of names.filter((one) => contents[one]!.groups.length)) {
      for (const family of [4, 6] as const) {
        const [jump, ...chain] = rulesOf(name, family);
        expect(jump).toEqual({ chain: 'forward', 'connection-state': 'new', action: 'jump', 'jump-target': 'rosfleet-vpc' });
        expect(chain.at(-1)).toEqual({ chain: 'rosfleet-vpc', action: 'drop' });
        for (const one of chain.slice(0, -1)) expect(one).toMatchObject({ chain: 'rosfleet-vpc', action: 'return' });
        if (family === 4) expect(chain[0]).toEqual({ chain: 'rosfleet-vpc', 'src-address': MANAGEMENT, action: 'return' });
      }
    }
    expect(rulesOf('lists alone', 4)).toEqual([]);
    expect(vpcWish({ groups: [], lists: [] }, MANAGEMENT)).toEqual({ menus: [], settings: [] });
  });

  it('say who is where by the local networks of a site', () => {
    const local = 'rosfleet-local';
    expect(rulesOf('web out of the site, and remote desktop into it', 4).slice(2, -1)).toEqual([
      { chain: 'rosfleet-vpc', 'src-address-list': local, protocol: '6', 'dst-port': '80,443', action: 'return' },
      { chain: 'rosfleet-vpc', 'src-address-list': local, protocol: '17', 'dst-port': '53', action: 'return' },
      { chain: 'rosfleet-vpc', 'dst-address-list': local, 'src-address': '10.8.0.0/24', protocol: '6', 'dst-port': '3389', action: 'return' },
    ]);
    expect(rulesOf('web out of the site, and remote desktop into it', 6)).toHaveLength(2);
  }); // prettier-ignore

  it('keep the families apart, and say nothing of lists that have none of a family', () => {
    const name = addressListName(both.id);
    const said = (family: 4 | 6): unknown[] =>
      rulesOf('lists of both families, and one that no rule names', family)
        .slice(family === 4 ? 2 : 1, -1)
        .map((one) => [one['src-address-list'], one['dst-address-list'], one['protocol']]);
    expect(said(4)).toEqual([[name, 'rosfleet-local', undefined], ['rosfleet-local', name, '1']]); // prettier-ignore
    expect(said(6)).toEqual([[name, 'rosfleet-local', undefined], ['rosfleet-local', name, '58']]); // prettier-ignore
    expect(rulesOf('an empty list', 4)).toHaveLength(3);
  });

  it('have at most fifteen ports in a rule, ranges counted twice', () => {
    const some = rulesOf('ports in plenty', 6).flatMap((one) => (one['dst-port'] === undefined ? [] : [one['dst-port'] as string]));
    expect(some.length).toBeGreaterThan(5);
    for (const text of some) expect(text.split(/[,-]/).length).toBeLessThanOrEqual(15);
    expect(some.slice(0, some.length / 5).join()).toBe(ports);
  });
});

describe('on a router, one after the other', () => {
  let router: VirtualRouter;
  let bare: string;

  beforeAll(async () => {
    const clock = new VirtualClock('2026-01-01T00:00:00Z');
    router = new VirtualRouter({ clock, serial: 'HX1', version: '7.22.3', http: () => Promise.resolve({ status: 200, body: '' }) });
    router.start();
    await router.paste('/ip firewall filter add chain=forward action=fasttrack-connection connection-state=established,related');
    await router.paste('/ip firewall filter add chain=forward action=drop in-interface=ether1 comment="my own"');
    await router.paste('/ip firewall filter add chain=input action=drop in-interface=ether1');
    await router.paste('/ip firewall address-list add list=rosfleet-local address=203.0.113.0/28 comment="our public network"');
    bare = router.export();
  });

  let had: KeyedWish | null = null;
  it.each(names)(
    '%s: exactly that, and the same when it comes again',
    async (name) => {
      const shall = wishes.get(name)!;
      const push = async (from: KeyedWish | null): Promise<void> => {
        for (const part of scripts(from, shall, router.version)) await router.run(part.toString());
        await router.run(renderConfirm('vpc', 1).toString());
      };
      await push(had);
      const after = router.export();
      await push(shall);
      expect(router.export()).toBe(after);
      expect(router.failures).toEqual([]);
      for (const menu of footprint.menus) {
        const wished = shall.items.filter((item) => item.menu === menu).map((item) => `rosfleet:vpc:${item.key}`);
        const there = router.items(menu).filter(({ comment }) => String(comment).startsWith('rosfleet:'));
        if (menu.endsWith('filter') && wished.length) expect(there.map(({ comment }) => comment)).toEqual(wished);
        expect(there.map(({ comment }) => comment).sort()).toEqual(wished.sort());
        expect(there.every(({ disabled }) => disabled === false)).toBe(true);
      }
      const forward = router.items('/ip/firewall/filter').filter((one) => one['chain'] === 'forward');
      expect(forward.map((one) => one['action'])).toEqual([...(contents[name]!.groups.length ? ['jump'] : []), 'fasttrack-connection', 'drop']); // prettier-ignore
      expect(router.items('/ip/firewall/filter').filter((one) => one['chain'] === 'input')).toHaveLength(1);
      had = shall;
    },
    60_000,
  );

  it('all of them gone, leave the router as it was', async () => {
    await router.run(renderClear(footprint, []).toString());
    expect(router.export()).toBe(bare);
  });
});
