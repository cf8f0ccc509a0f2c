import type { ExportCommand } from './export.js';
import { orderMatters } from './order.js';

/** What makes an item of a menu that item and no other, where it has no name. */
const NATURAL: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    '/interface/bridge/port': ['interface'],
    '/interface/bridge/vlan': ['bridge', 'vlan-ids'],
    '/interface/list/member': ['interface', 'list'],
    '/interface/wireguard/peers': ['public-key'],
    '/ip/address': ['address', 'interface'],
    '/ip/arp': ['address', 'interface'],
    '/ip/dhcp-client': ['interface'],
    '/ip/dhcp-server/lease': ['address', 'mac-address'],
    '/ip/dhcp-server/network': ['address'],
    '/ip/dns/static': ['name', 'regexp', 'type', 'address'],
    '/ip/firewall/address-list': ['address', 'list'],
    '/ip/ipsec/identity': ['peer', 'remote-id'],
    '/ip/route': ['dst-address', 'gateway', 'routing-table'],
    '/ip/neighbor/discovery-settings': [],
    '/ipv6/address': ['address', 'interface'],
    '/ipv6/firewall/address-list': ['address', 'list'],
    '/ipv6/route': ['dst-address', 'gateway'],
    '/queue/tree': ['name'],
    '/radius': ['address', 'service'],
    '/system/logging': ['topics', 'action'],
    '/tool/mac-server/mac-winbox': [],
    '/tool/netwatch': ['host'],
    '/user/ssh-keys': ['user'],
  }),
);
const GENERIC = [
  'interface',
  'interfaces',
  'address',
  'dst-address',
  'network',
  'list',
  'user',
  'host',
  'mac-address',
  'topics',
  'prefix',
  'peer',
  'instance',
  'comment',
];

/** A key that two exports of one item share as long as nobody renames it; null where only the whole item tells it. */
export function identityOf({ menu, verb, selector, properties }: ExportCommand): string | null {
  if (selector !== null) return `${verb} ${selector.text}`;
  if (verb !== 'add') return verb;
  const name = properties.get('name');
  if (name !== undefined && menu !== '/ip/dns/static') return `name ${name}`;
  const key = NATURAL.get(menu)?.map((property) => properties.get(property) ?? '');
  return key === undefined || key.length === 0 ? null : `key ${JSON.stringify(key)}`;
}

/** An item as a person names it. @param place its place in the menu, from 1 */
export function itemName(command: ExportCommand, place: number): string {
  const { menu, verb, selector, properties } = command;
  if (selector !== null) {
    const found = selector.find;
    if (found === null || found.size !== 1) return selector.text;
    const [[name, value]] = [...found] as [[string, string]];
    return name === 'default' ? 'default' : value;
  }
  if (verb !== 'add') return '';
  const name = properties.get('name');
  const comment = properties.get('comment');
  const rule = ['chain', 'action', 'rule'].flatMap((property) => properties.get(property) ?? []);
  if (orderMatters(menu) && name === undefined && rule.length > 0) {
    return `rule ${place} ${comment !== undefined ? JSON.stringify(comment) : `(${rule.join(' ')})`}`;
  }
  if (name !== undefined) return name;
  const value = (property: string): string => properties.get(property) ?? '';
  if (menu === '/ip/address' || menu === '/ipv6/address') return `${value('address')} on ${value('interface')}`;
  if (menu.endsWith('/address-list')) return `${value('address')} in ${value('list')}`;
  if (menu === '/interface/list/member') return `${value('interface')} in ${value('list')}`;
  if (menu === '/ip/route' || menu === '/ipv6/route') {
    return [value('dst-address') || 'default', properties.get('gateway')].filter(Boolean).join(' via ');
  }
  if (menu === '/interface/wireguard/peers' && comment !== undefined) return comment;
  const words = [...(NATURAL.get(menu) ?? []), ...GENERIC].flatMap((property) => properties.get(property) ?? []);
  return words[0] ?? `item ${place}`;
}

/** Whether rosfleet put an item there: its comment begins with `rosfleet:`, its name or address list with `rosfleet-`. */
export function isOurs({ properties }: ExportCommand): boolean {
  return (
    (properties.get('comment')?.startsWith('rosfleet:') ?? false) ||
    (properties.get('name')?.startsWith('rosfleet-') ?? false) ||
    (properties.get('list')?.startsWith('rosfleet-') ?? false)
  );
}
