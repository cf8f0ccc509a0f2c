import type { Wish, WishItem, WishMenu, WishSetting } from '../../src/routeros/sections/index.js';
import type { SectionMenu } from '../../src/routeros/sections/index.js';
import type { Surroundings } from '../../tools/virtual-router/index.js';
import type { Dice } from './dice.js';

/** What a section of the proof wants on a router, in a form that is easy to change. */
export interface Plan {
  /** Rules above ours that let us in; the way a harmful rule gets in front of them. */
  readonly above: readonly WishItem[];
  readonly client: WishItem | null;
  readonly user: WishItem | null;
  readonly rules: readonly WishItem[];
  readonly lists: readonly WishItem[];
  readonly users: readonly WishItem[];
  readonly addresses: readonly WishItem[];
  readonly routes: readonly WishItem[];
  readonly settings: readonly WishSetting[];
}

export const PROOF_MENUS = ['/ppp/profile', '/interface/ovpn-client', '/user', '/ip/address', '/ip/route', '/ip/firewall/address-list', '/ip/firewall/filter'] as const satisfies readonly SectionMenu[]; // prettier-ignore

const SERVICES = ['api', 'ssh', 'winbox', 'telnet', 'ftp', 'www'];
const TUNNEL = 'rosfleet-proof';

/** The way in, and nothing else: tunnel, user and the rule for the management address. */
export const wayIn = ({ tunnel, login }: Surroundings): Plan => ({
  client: {
    name: 'tunnel',
    set: {
      ...{ name: TUNNEL, 'connect-to': tunnel.name!, port: tunnel.port, user: tunnel.user, password: { secret: tunnel.password } },
      ...{ profile: TUNNEL, mode: 'ip', protocol: 'tcp', cipher: 'aes256-cbc', auth: 'sha256', 'add-default-route': false },
    },
  },
  user: {
    name: 'api',
    set: { name: login.user, group: 'full', password: { secret: login.password }, address: [`${tunnel.management}/32`] },
  },
  ...{ above: [], rules: [], lists: [], users: [], addresses: [], routes: [], settings: [] },
});

export function wishOf(plan: Plan, { tunnel }: Surroundings): Wish {
  const letIn: WishItem = {
    name: 'let-in',
    set: { chain: 'input', action: 'accept', 'in-interface': TUNNEL, 'src-address': tunnel.management },
  };
  const menus: WishMenu[] = [
    { menu: '/ppp/profile', items: [{ name: 'profile', set: { name: TUNNEL, 'use-upnp': 'no' } }] },
    { menu: '/interface/ovpn-client', items: plan.client ? [plan.client] : [] },
    { menu: '/user', items: [...(plan.user ? [plan.user] : []), ...plan.users] },
    { menu: '/ip/address', items: plan.addresses },
    { menu: '/ip/route', items: plan.routes },
    { menu: '/ip/firewall/address-list', items: plan.lists },
    { menu: '/ip/firewall/filter', place: 'top', items: [...plan.above, ...(plan.client ? [letIn] : []), ...plan.rules] },
  ];
  return { menus: menus.filter(({ items }) => items.length), settings: plan.settings };
}

const setting = (menu: string, where: WishSetting['where'], set: WishSetting['set']): WishSetting => ({ menu, where, set });
const off = { disabled: true };
const PROVIDER = { comment: 'provider' };
const rule = (name: string, set: WishItem['set']): WishItem => ({ name, set });

/** Every setting of others that a plan may change; of the values only the type matters. */
export const PROOF_SETTINGS: readonly WishSetting[] = [
  setting('/ip/address', PROVIDER, { disabled: true, address: '192.0.2.10/24' }),
  setting('/ip/route', PROVIDER, { disabled: true, gateway: '192.0.2.1' }),
  setting('/interface/ethernet', { name: 'ether1' }, off),
  setting('/interface/ovpn-client', { name: 'headquarters' }, off),
  ...SERVICES.map((name) => setting('/ip/service', { name }, { disabled: true, port: 1, address: [] })),
];

type Change = (plan: Plan, around: Surroundings, dice: Dice) => Plan;

const withSettings = (plan: Plan, ...more: WishSetting[]): Plan => {
  const same = (a: WishSetting, b: WishSetting): boolean => a.menu === b.menu && JSON.stringify(a.where) === JSON.stringify(b.where);
  return { ...plan, settings: [...plan.settings.filter((old) => !more.some((one) => same(old, one))), ...more] };
};
const above = (plan: Plan, set: WishItem['set']): Plan => ({ ...plan, above: [...plan.above, rule('harm', set)] });
const client = (plan: Plan, set: WishItem['set']): Plan => ({
  ...plan,
  client: plan.client && { ...plan.client, set: { ...plan.client.set, ...set } },
});

/** Each cuts off the router, its management, or both. */
export const FATAL: Readonly<Record<string, Change>> = {
  'own address off': (plan) => withSettings(plan, setting('/ip/address', PROVIDER, off)),
  'own address changed': (plan) => withSettings(plan, setting('/ip/address', PROVIDER, { address: '192.0.2.99/24' })),
  'port to the provider off': (plan) => withSettings(plan, setting('/interface/ethernet', { name: 'ether1' }, off)),
  'default route off': (plan) => withSettings(plan, setting('/ip/route', PROVIDER, off)),
  'default route changed': (plan) => withSettings(plan, setting('/ip/route', PROVIDER, { gateway: '192.0.2.254' })),
  'route to the server elsewhere': (plan, { server }) => ({ ...plan, routes: [...plan.routes, rule('harm', { 'dst-address': `${server.address}/32`, gateway: '192.168.88.250' })] }), // prettier-ignore
  'tunnel gone': (plan) => ({ ...plan, client: null }),
  'tunnel elsewhere': (plan, _, dice) => client(plan, { 'connect-to': dice.pick(['198.51.100.9', '203.0.113.21']) }),
  'tunnel port changed': (plan) => client(plan, { port: 1194 }),
  'tunnel password changed': (plan) => client(plan, { password: { secret: 'other' } }),
  'services off': (plan) => withSettings(plan, ...SERVICES.map((name) => setting('/ip/service', { name }, off))),
  'API off': (plan) => withSettings(plan, setting('/ip/service', { name: 'api' }, off)),
  'API port moved': (plan, _, dice) => withSettings(plan, setting('/ip/service', { name: 'api' }, { port: 20_000 + dice.below(9999) })),
  'API for others only': (plan) => withSettings(plan, setting('/ip/service', { name: 'api' }, { address: ['192.168.88.0/24'] })),
  'drop all of input': (plan) => above(plan, { chain: 'input', action: 'drop' }),
  'drop all of output': (plan) => above(plan, { chain: 'output', action: 'drop' }),
  'drop what is new to output': (plan) => above(plan, { chain: 'output', action: 'reject', 'connection-state': 'new' }),
  'drop DNS': (plan) => above(plan, { chain: 'output', action: 'drop', protocol: 'udp', 'dst-port': '53' }),
  'drop HTTPS': (plan) => above(plan, { chain: 'output', action: 'drop', protocol: 'tcp', 'dst-port': '443' }),
  'drop the management address': (plan, { tunnel }) => above(plan, { chain: 'input', action: 'drop', 'src-address': tunnel.management }),
  'user gone': (plan) => ({ ...plan, user: null }),
  'user from elsewhere': (plan) => ({ ...plan, user: plan.user && { ...plan.user, set: { ...plan.user.set, address: ['10.9.9.9/32'] } } }),
  'user with another password': (plan) => ({ ...plan, user: plan.user && { ...plan.user, set: { ...plan.user.set, password: { secret: 'other' } } } }), // prettier-ignore
  'names resolved nowhere': (plan) => withSettings(plan, setting('/ip/firewall/filter', { comment: 'operator: no guests' }, { 'dst-address': '0.0.0.0/0' })), // prettier-ignore
};

/** Adds, removes or keeps one of some items, up to a handful. */
const turn = (items: readonly WishItem[], dice: Dice, make: (n: number) => WishItem['set'], prefix = 'n'): readonly WishItem[] => {
  if (items.length && dice.chance(0.4)) {
    const gone = dice.pick(items);
    return items.filter((one) => one !== gone);
  }
  const n = dice.below(6);
  const fresh = rule(`${prefix}${n}`, make(n));
  return [...items.filter(({ name }) => name !== fresh.name), fresh];
};

const someAddress = (dice: Dice): string =>
  dice.pick(['10.0.0.0/8', '198.51.100.0/24', '203.0.113.0/24', '192.168.88.0/24', '172.16.0.5', '100.64.0.0/10', '192.0.2.0/24', '203.0.113.10-203.0.113.30']); // prettier-ignore

function someRule(dice: Dice): WishItem['set'] {
  const chain = dice.pick(['input', 'input', 'output', 'output', 'forward']);
  const action = chain === 'forward' ? 'accept' : dice.pick(['accept', 'accept', 'drop', 'drop', 'log', 'reject']);
  const protocol = dice.pick(['tcp', 'udp', undefined]);
  const port = dice.pick(['22', '443', '80,8291', '8000-9000', '53', '5060', undefined, undefined]);
  const from = dice.below(5);
  return {
    chain,
    action,
    ...(protocol ? { protocol, ...(port ? { 'dst-port': port } : {}) } : {}),
    ...(from === 0 ? { 'src-address': someAddress(dice) } : from === 1 ? { 'dst-address': someAddress(dice) } : {}),
    ...(from === 2 ? { 'src-address-list': 'rosfleet-proof' } : from === 3 ? { 'dst-address-list': 'rosfleet-proof' } : {}),
    ...(dice.chance(0.3) ? { 'connection-state': dice.pick(['new', 'established,related', '!established', 'invalid']) } : {}),
    ...(dice.chance(0.3) && chain === 'input' ? { 'in-interface-list': dice.pick(['WAN', 'LAN', '!LAN', 'all']) } : {}),
    ...(dice.chance(0.2) && chain === 'output' ? { 'out-interface': dice.pick(['ether1', 'bridge', '!ether1']) } : {}),
  };
}

/** What people do on an ordinary day. Some of it cuts the router off all the same. */
const ORDINARY: readonly Change[] = [
  (plan, _, dice) => ({ ...plan, rules: turn(plan.rules, dice, () => someRule(dice)) }),
  (plan, _, dice) => ({ ...plan, above: turn(plan.above, dice, () => someRule(dice), 'a') }),
  (plan, _, dice) => ({ ...plan, lists: turn(plan.lists, dice, () => ({ list: 'rosfleet-proof', address: someAddress(dice) })) }),
  (plan, _, dice) => ({ ...plan, users: turn(plan.users, dice, (n) => ({ name: `person${n}`, group: dice.pick(['read', 'write', 'full']), password: { secret: String(dice.below(1e9)) } })) }), // prettier-ignore
  (plan, _, dice) => ({ ...plan, addresses: turn(plan.addresses, dice, (n) => ({ address: `10.${n}.${dice.below(250)}.1/24`, interface: dice.pick(['bridge', 'ether4']) })) }), // prettier-ignore
  (plan, _, dice) => ({ ...plan, routes: turn(plan.routes, dice, (n) => ({ 'dst-address': `10.2${n}.0.0/16`, gateway: '192.168.88.250', distance: 1 + dice.below(9) })) }), // prettier-ignore
  (plan, _, dice) => withSettings(plan, setting('/ip/service', { name: dice.pick(['ssh', 'winbox', 'telnet', 'ftp', 'www']) }, dice.chance(0.5) ? off : { port: 1000 + dice.below(9000) })), // prettier-ignore
  (plan, { tunnel }, dice) => withSettings(plan, setting('/ip/service', { name: 'api' }, { address: dice.pick([['100.64.0.0/10'], [`${tunnel.management}/32`, '192.168.88.0/24']]) })), // prettier-ignore
  (plan, _, dice) => withSettings(plan, setting('/interface/ovpn-client', { name: 'headquarters' }, { disabled: dice.chance(0.5) })),
  (plan) => ({ ...plan, settings: plan.settings.slice(1) }),
];

export interface Push {
  readonly plan: Plan;
  /** Which deliberate harm, or null. */
  readonly fatal: string | null;
}

/** The next push of a router after a plan in force. Settings of a firewall that a router does not have are left alone. */
export function nextPush(good: Plan, around: Surroundings, dice: Dice, hasFirewall: boolean): Push {
  let plan = good;
  for (let n = 1 + dice.below(3); n > 0; n--) plan = dice.pick(ORDINARY)(plan, around, dice);
  if (!dice.chance(0.1)) return { plan, fatal: null };
  const kinds = Object.keys(FATAL).filter((kind) => hasFirewall || kind !== 'names resolved nowhere');
  const fatal = dice.pick(kinds);
  return { plan: FATAL[fatal]!(good, around, dice), fatal };
}
