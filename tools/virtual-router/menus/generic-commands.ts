import { matchName } from '../../../src/routeros/schema/index.js';
import { RouterOsError, UnsupportedByVirtualRouter } from '../errors.js';
import type { CommandArguments, Step } from '../language/interpreter.js';
import { NIL, NOTHING, RosArray, toText, type RosValue } from '../values/value.js';
import type { ConfigItem } from './config-item.js';
import type { ConfigMenu } from './config-menu.js';
import type { MenuCommand } from './menu-spec.js';
import { printCommand } from './print.js';
import { propertyText, storeValue } from './property-types.js';

/** Arguments of `add` and `set` that are not properties. */
const NOT_PROPERTIES = new Set(['numbers', 'number', 'copy-from', 'place-before']);
/** Menus where the name is no identity. */
const SHARED_NAMES = new Set([
  'ip/dns/static',
  'certificate/crl',
  'container/envs',
  'container/mounts',
  'system/logging',
  'ip/dns/forwarders',
]);
/** Menus in which an interface's name must be one the router has. */
export const INTERFACE_NEEDED: ReadonlySet<string> = new Set([
  'ip/address', 'ipv6/address', 'ip/dhcp-client', 'ipv6/dhcp-client', 'ip/dhcp-server', 'interface/bridge/port', 'interface/wireguard/peers',
  'interface/vlan', 'interface/pppoe-client', 'interface/list/member', 'ip/hotspot', 'interface/vrrp', 'interface/macvlan',
]); // prettier-ignore

export function* matching(menu: ConfigMenu, args: CommandArguments): Step<ConfigItem[]> {
  const out: ConfigItem[] = [];
  for (const item of [...menu.items]) if (!args.where || (yield* args.where(item))) out.push(item);
  return out;
}

const reference = (args: CommandArguments): RosValue | undefined =>
  args.named.get('numbers') ?? args.named.get('number') ?? args.unnamed[0];

/** The items a command was given. @throws RouterOsError when it was given none at all. */
function targets(menu: ConfigMenu, args: CommandArguments): ConfigItem[] {
  if (menu.singleton) return [menu.single];
  const named = reference(args);
  if (named === undefined) throw new RouterOsError('missing value(s) of argument(s) numbers');
  return menu.select(named);
}

function properties(menu: ConfigMenu, args: CommandArguments): Map<string, RosValue> {
  const out = new Map<string, RosValue>();
  for (const [name, value] of args.named) if (!NOT_PROPERTIES.has(name)) out.set(name, storeValue(menu.argument(name), name, value));
  for (const name of args.flags) if (!NOT_PROPERTIES.has(name)) out.set(name, true);
  return out;
}

function check(menu: ConfigMenu, values: Map<string, RosValue>, item: ConfigItem | undefined): void {
  const { router } = menu.tree;
  const unique = menu.spec.unique ?? (menu.schema.argument(menu.path, 'add', 'name') && !SHARED_NAMES.has(menu.key) ? 'name' : undefined);
  const name = unique === undefined ? undefined : values.get(unique);
  if (unique !== undefined && name !== undefined) {
    const isInterface = menu.tree.isInterface(menu.key) || menu.key === 'interface';
    const others = isInterface ? menu.tree.interfaces() : menu.items;
    if (others.some((other) => other !== item && toText(other.properties.get(unique) ?? '') === toText(name))) {
      throw new RouterOsError(isInterface ? 'failure: already have interface with such name' : menu.spec.uniqueMessage);
    }
  }
  for (const [argument, target] of Object.entries(menu.spec.references)) {
    const value = values.get(argument);
    if (value === undefined || value === '' || value === 'none') continue;
    const other = menu.tree.at(target);
    for (const part of toText(value).split(',')) {
      if (!part.startsWith('*') && !other.byName(part)) throw new RouterOsError(`input does not match any value of ${argument}`);
    }
  }
  const port = values.get('interface');
  if (port !== undefined && INTERFACE_NEEDED.has(menu.key) && !/^(all|none|lo|any|static|dynamic|\*.*|<.*>)$/.test(toText(port))) {
    const known = menu.tree.interfaces().some((each) => toText(each.properties.get('name') ?? '') === toText(port));
    const list = menu.key === 'interface/bridge/port' && menu.tree.at('interface/list').byName(toText(port));
    if (!known && !list) throw new RouterOsError('input does not match any value of interface');
  }
  menu.spec.check?.(values, router, item, menu);
}

/** `bridge1`, `wireguard2`, `schedule1`: the name RouterOS makes up. */
function freeName(menu: ConfigMenu): string {
  const stems: Record<string, string> = {
    'system/scheduler': 'schedule',
    'interface/ovpn-client': 'ovpn-out',
    'interface/pppoe-client': 'pppoe-out',
    'interface/l2tp-client': 'l2tp-out',
    'interface/sstp-client': 'sstp-out',
    'interface/pptp-client': 'pptp-out',
    'interface/gre': 'gre-tunnel',
    'interface/eoip': 'eoip-tunnel',
    'interface/ipip': 'ipip-tunnel',
  };
  const stem = stems[menu.key] ?? menu.path.at(-1)!;
  for (let n = 1; ; n++) if (!menu.byName(`${stem}${n}`)) return `${stem}${n}`;
}

const add: MenuCommand = ({ router, menu, args }) => {
  const values = new Map<string, RosValue>();
  const copied = args.named.get('copy-from');
  if (copied !== undefined) for (const [name, value] of menu.select(copied)[0]?.properties ?? []) values.set(name, value);
  for (const [name, value] of properties(menu, args)) values.set(name, value);
  const missing = menu.schema
    .mandatory(menu.path)
    .filter((name) => !values.has(name) && name !== 'name' && name !== 'password' && menu.argument(name));
  if (missing.length > 0 && copied === undefined) throw new RouterOsError(`missing value(s) of argument(s) ${missing.join(' ')}`);
  if (!values.has('name') && !SHARED_NAMES.has(menu.key) && menu.argument('name') && menu.spec.unique === undefined)
    values.set('name', freeName(menu));
  check(menu, values, undefined);
  const before = args.named.get('place-before');
  let position: ConfigItem | undefined;
  if (before !== undefined) {
    [position] = menu.select(before);
    // an empty [find …] names no place: RouterOS refuses instead of appending
    if (!position) throw new RouterOsError('no such item');
  }
  const dynamic = values.has('timeout') && menu.key.endsWith('firewall/address-list');
  const item = menu.insert(values, dynamic ? 'dynamic' : 'user', position);
  menu.spec.added?.(item, router);
  return item.get('.id');
};

function change(menu: ConfigMenu, items: ConfigItem[], values: Map<string, RosValue>, removed: Iterable<string> = []): void {
  for (const item of items) {
    if (item.origin === 'dynamic' && menu.key !== 'interface' && !menu.key.endsWith('address-list'))
      throw new RouterOsError('failure: can not change dynamic object');
    check(menu, values, item);
    const names = new Set(values.keys());
    for (const [name, value] of values) item.set(name, value);
    for (const name of removed) {
      item.properties.delete(name);
      names.add(name);
    }
    item.menu.spec.changed?.(item, menu.tree.router, names);
  }
}

const set: MenuCommand = ({ menu, args }) => {
  const items = targets(menu, args);
  // `set x disabled=yes`: the first unnamed value is the item, never a property
  change(menu, items, properties(menu, args), args.negated);
  return NOTHING;
};

const remove: MenuCommand = ({ router, menu, args }) => {
  for (const item of targets(menu, args)) {
    if (menu.spec.fixed || (item.origin === 'factory' && menu.key !== 'system/logging' && menu.key !== 'user'))
      throw new RouterOsError('failure: can not remove default entry');
    item.menu.spec.removing?.(item, router);
    item.menu.delete(item);
  }
  return NOTHING;
};

const toggle =
  (disabled: boolean): MenuCommand =>
  ({ menu, args }) => {
    change(menu, targets(menu, args), new Map([['disabled', disabled]]));
    return NOTHING;
  };

export function valueName(menu: ConfigMenu, word: string): string {
  if (word.startsWith('.')) return word;
  const match = matchName([...menu.schemaProperties(), ...Object.keys(menu.spec.computed)], word);
  if (!match.ok) throw new RouterOsError('input does not match any value of value-name');
  return match.value;
}

export function asArray(item: ConfigItem, names = item.visibleNames()): RosArray {
  const array = new RosArray();
  if (!item.menu.singleton) array.keyed.set('.id', item.get('.id'));
  for (const name of names) {
    const value = item.get(name);
    if (value !== NOTHING) array.keyed.set(name, value);
  }
  return array;
}

const get: MenuCommand = ({ menu, args }) => {
  const unnamed = [...args.unnamed];
  let item: ConfigItem | undefined;
  if (menu.singleton) item = menu.single;
  else {
    const named = args.named.get('number') ?? unnamed.shift();
    if (named === undefined) throw new RouterOsError('missing value(s) of argument(s) number');
    const items = menu.select(named);
    if (items.length > 1) throw new RouterOsError('invalid internal item number');
    [item] = items;
  }
  if (!item) throw new RouterOsError('no such item');
  const property = args.named.get('value-name') ?? unnamed.shift();
  if (property === undefined) return asArray(item);
  const value = item.get(valueName(menu, toText(property)));
  if (value !== NOTHING || !menu.singleton) return args.flags.has('as-string') ? propertyText(value) : value;
  return emptyOf(menu, toText(property));
};

/** What an untouched setting of a singleton reads as, by its type. */
function emptyOf(menu: ConfigMenu, name: string): RosValue {
  const argument = menu.argument(name);
  if (!argument) return NOTHING;
  if (argument.values?.includes('yes') && argument.values.length === 2) return false;
  return argument.desc === 'num' ? 0 : '';
}

export const GENERIC_COMMANDS: Readonly<Record<string, MenuCommand>> = {
  add,
  set,
  remove,
  get,
  enable: toggle(false),
  disable: toggle(true),
  print: printCommand,

  *find({ menu, args }) {
    const items = yield* matching(menu, args);
    return new RosArray(items.map((item) => item.get('.id')));
  },

  comment({ menu, args }) {
    change(menu, targets(menu, args), new Map([['comment', toText(args.named.get('comment') ?? args.unnamed[1] ?? '')]]));
    return NOTHING;
  },

  unset({ menu, args }) {
    const names = args.named.get('value-name') ?? args.unnamed[1];
    if (names === undefined) throw new RouterOsError('missing value(s) of argument(s) value-name');
    change(menu, targets(menu, args), new Map(), propertyText(names).split(','));
    return NOTHING;
  },

  move({ menu, args }) {
    const items = menu.select(args.named.get('numbers') ?? args.unnamed[0] ?? NIL);
    const destination = args.named.get('destination') ?? args.unnamed[1];
    const [before] = destination === undefined ? [] : menu.select(destination);
    for (const item of items) menu.move(item, before);
    return NOTHING;
  },

  export({ router, run, menu, args }) {
    return router.exportCommand(run, menu.path, args.named, args.flags);
  },

  edit({ menu }) {
    throw new UnsupportedByVirtualRouter(`/${menu.key} edit`);
  },

  'reset-counters': () => NOTHING,
  'reset-counters-all': () => NOTHING,
};
