import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadRosCheck } from '../../../../test/oracle/unpack.mjs';
import { VirtualClock, VirtualRouter } from '../../../../tools/virtual-router/index.js';
import { IpNetwork } from '../../../platform/net/index.js';
import { answerLimitBytes, renderJob, rendererRegistry, type JobInput } from '../../../routeros/render/index.js';
import { keyed, planPush, renderClear, renderConfirm, type Footprint, type KeyedWish } from '../../../routeros/sections/index.js';
import { checkedContent, type PolicyWish } from './policy-content.js';
import { PolicySection } from './policy-section.js';
import { POLICY_SETTINGS, policyWish } from './policy-wish.js';
import { defaultContent, type PolicyContent, SERVICE_NAMES, SERVICES, type ServiceName } from './services.js';

const MANAGEMENT = '100.64.0.1';
const VERSIONS = ['7.16.2', '7.22.3', '7.24'];
const { check } = await loadRosCheck();
const { menus } = new PolicySection(undefined as never, undefined as never, undefined as never);
const footprint: Footprint = { section: 'policy', menus };
const job = rendererRegistry['job']?.sample as JobInput;

const everyService = (of: (name: ServiceName, index: number) => PolicyWish['services'][ServiceName]): PolicyWish['services'] =>
  Object.fromEntries(SERVICE_NAMES.map((name, i) => [name, of(name, i)])) as unknown as PolicyWish['services'];
const content = (wish: Partial<PolicyWish>): PolicyContent =>
  checkedContent({ customInputRules: true, trustedNetworks: ['10.0.0.0/8'], services: everyService(() => ({ enabled: true })), ...wish })
    .content;
const thousand = (net: number): string[] => Array.from({ length: 1000 }, (_, i) => `${net}.${i >> 8}.${i & 255}.128/25`);
const long6 = (n: number): string[] => Array.from({ length: n }, (_, i) => `2001:db8:aaaa:bbbb:cccc:dddd:${(i + 4096).toString(16)}:0/112`);

const policies: Record<string, PolicyContent> = {
  'the default one': defaultContent(MANAGEMENT),
  'every service on': content({}),
  'every service off': content({ services: everyService(() => ({ enabled: false })) }),
  'one service alone, at the last port': content({ services: everyService((name) => ({ enabled: name === 'api_ssl', port: 65_535 })) }),
  'a thousand networks trusted': content({ trustedNetworks: thousand(11) }),
  'another thousand': content({ trustedNetworks: thousand(12), customInputRules: false }),
  'long networks of services': content({
    trustedNetworks: [],
    services: everyService((_, i) => ({ enabled: true, port: 60_000 + i, networks: long6(125).map((text) => text.replace('aaaa', `aaa${i}`)) })),
  }),
  'everybody trusted': content({ trustedNetworks: ['0.0.0.0/0', '::/0', '10.0.0.0/8'] }),
  'everybody at one service': content({ services: everyService((name) => ({ enabled: true, networks: name === 'https' ? ['::/0', '0.0.0.0/0'] : [] })) }),
  'nobody trusted': content({ trustedNetworks: [] }),
  'the ports of two services exchanged': content({ services: everyService((name) => ({ enabled: true, port: name === 'ssh' ? 23 : name === 'telnet' ? 22 : SERVICES[name].usualPort })) }),
  'both families': content({ trustedNetworks: ['192.0.2.0/24', '2001:db8::/32', '192.0.2.0/24'], services: everyService(() => ({ enabled: true, networks: ['198.51.100.1', '2001:db8:1::/48', '192.0.2.0/24'] })) }),
}; // prettier-ignore
const portsOf = (set: Readonly<Record<string, unknown>>): string[] => ((set['dst-port'] as string | undefined) ?? '').split(',');
const names = Object.keys(policies);
const wishes = new Map(names.map((name) => [name, keyed(policyWish(policies[name]!, MANAGEMENT), 1)]));
const scripts = (had: KeyedWish | null, shall: KeyedWish, version: string) =>
  planPush({ version, footprint, above: ['management'], generation: 1, had, shall, salt: 1, trial: true });

describe('a policy', () => {
  it.each(names.flatMap((name) => VERSIONS.map((version) => [name, version] as const)))(
    '%s: uses only what RouterOS %s knows, and fits into an answer',
    (name, version) => {
      const before = wishes.get(names[(names.indexOf(name) + 1) % names.length]!)!;
      for (const had of [null, before]) {
        for (const part of scripts(had, wishes.get(name)!, version)) {
          expect(check(part.toString(), { version, strict: true })).toEqual([]);
          const { byteLength } = renderJob({ ...job, version, payload: part.toString() });
          expect(byteLength).toBeLessThan(answerLimitBytes(version));
        }
      }
    },
  );

  it('has at most fifteen ports in a rule, as RouterOS demands', () => {
    for (const { items } of wishes.values()) for (const { set } of items) expect(portsOf(set).length).toBeLessThanOrEqual(15);
  });

  it('keeps address lists of services short, and leaves nobody out', () => {
    const wish = policyWish(policies['a thousand networks trusted']!, MANAGEMENT);
    for (const { set } of wish.settings) expect((set['address'] as string[]).length).toBeLessThanOrEqual(50);
    const fence = (wish.settings[0]!.set['address'] as string[]).map(IpNetwork.parse);
    for (const text of [MANAGEMENT, ...thousand(11)]) expect(fence.some((wide) => wide.contains(IpNetwork.parse(text)))).toBe(true);
    for (const { set } of policyWish(policies['everybody trusted']!, MANAGEMENT).settings) expect(set['address']).toEqual([]);
  });

  it('lets the management address in at every service that is on, by a rule without a list', () => {
    for (const name of names) {
      const { services } = policies[name]!;
      const on = SERVICE_NAMES.filter((service) => services[service].enabled);
      const rules = wishes.get(name)!.items.filter(({ menu }) => menu === '/ip/firewall/filter');
      const ours = rules.findIndex(({ set }) => set['src-address'] === MANAGEMENT && set['action'] === 'accept');
      expect([name, ours]).toEqual([name, on.length ? 1 : -1]);
      for (const service of on) expect(portsOf(rules[ours]!.set)).toContain(String(services[service].port));
      expect(rules.slice(0, Math.max(ours, 0)).every(({ set }) => set['action'] === 'accept')).toBe(true);
    }
  });

  it('leaves the ports of services that are off to others', () => {
    const [, one] = [...wishes].find(([name]) => name === 'one service alone, at the last port')!;
    expect(new Set(one.items.flatMap(({ set }) => (set['dst-port'] === undefined ? [] : [set['dst-port']])))).toEqual(new Set(['65535']));
    expect(wishes.get('every service off')!.items).toEqual([]);
  });
});

describe('policies on a router, one after the other', () => {
  let router: VirtualRouter;
  let bare: string;

  beforeAll(async () => {
    const clock = new VirtualClock('2026-01-01T00:00:00Z');
    router = new VirtualRouter({ clock, serial: 'HX1', version: '7.22.3', http: () => Promise.resolve({ status: 200, body: '' }) });
    router.start();
    await router.paste('/ip firewall filter add chain=input action=drop in-interface=ether1 comment="my own"');
    await router.paste('/ip firewall filter add chain=forward action=fasttrack-connection connection-state=established,related');
    await router.paste('/ip service set ssh address=192.168.88.0/24');
    bare = router.export();
  });

  let had: KeyedWish | null = null;
  it.each(names)('%s leaves exactly what it says, and the same when it comes again', async (name) => {
    const shall = wishes.get(name)!;
    const push = async (from: KeyedWish | null): Promise<void> => {
      for (const part of scripts(from, shall, router.version)) await router.run(part.toString());
      await router.run(renderConfirm('policy', 1).toString());
    };
    await push(had);
    const after = router.export();
    await push(shall);
    expect(router.export()).toBe(after);
    expect(router.failures).toEqual([]);
    for (const menu of menus) {
      const wished = shall.items.filter((item) => item.menu === menu).map((item) => `rosfleet:policy:${item.key}`);
      const there = router.items(menu).filter(({ comment }) => String(comment).startsWith('rosfleet:'));
      expect(there.map(({ comment }) => comment).sort()).toEqual(wished.sort());
      expect(there.every(({ disabled }) => disabled === false)).toBe(true);
    }
    const chain = router.items('/ip/firewall/filter').filter((one) => one['chain'] === 'input');
    if (policies[name]!.customInputRules) expect(chain[0]).toMatchObject({ comment: 'my own' });
    else expect(chain.at(-1)).toMatchObject({ comment: 'my own' });
    expect(router.items('/ip/firewall/filter').filter((one) => one['chain'] === 'forward')).toHaveLength(1);
    for (const service of SERVICE_NAMES) {
      const { enabled, port } = policies[name]!.services[service];
      expect(router.item('/ip/service', SERVICES[service].menuName)).toMatchObject({ disabled: !enabled, port });
    }
    had = shall;
  });

  it('all of them gone, leave the router as it was', async () => {
    await router.run(renderClear(footprint, POLICY_SETTINGS).toString());
    expect(router.export()).toBe(bare);
  });
});
