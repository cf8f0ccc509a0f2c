import type { ExportCommand, RouterExport, Subnet } from './export.js';
import { containsAddress, parseAddress, parseNetwork, networkText, type Network } from './ipv4.js';
import { isOurs as isRosfleets } from './item-names.js';

export interface SubnetOptions {
  /** Items of the platform, whose addresses are left out; `isOurs` when not given. An address on an interface that is ours is ours. */
  readonly isOurs?: (command: ExportCommand) => boolean;
}

/** Carrier-grade NAT (RFC 6598): the range of management addresses. */
const MANAGEMENT: Network = parseNetwork('100.64.0.0/10')!;

interface Interface {
  readonly name: string;
  readonly type: Subnet['interfaceType'];
  readonly vlan: Subnet['vlan'];
  readonly comment: string | null;
}

/**
 * The local IPv4 networks of a router, by `/ip address`, in the order of the export: enabled addresses with a prefix shorter than
 * /32 outside 100.64.0.0/10 that are not the platform's. With the DHCP networks and pools that lie in each. IPv6 is not told.
 */
export function localSubnets({ commands }: RouterExport, { isOurs = isRosfleets }: SubnetOptions = {}): Subnet[] {
  const menu = (name: string): ExportCommand[] => commands.filter((command) => command.menu === name && isEnabled(command));
  const interfaces = interfacesOf(commands, isOurs);
  const dhcp = menu('/ip/dhcp-server/network').filter((command) => !isOurs(command));
  const pools = menu('/ip/pool').filter((command) => !isOurs(command));
  const found = new Map<string, Subnet>();
  for (const command of menu('/ip/address')) {
    const name = command.properties.get('interface') ?? '';
    const network = networkOf(command);
    if (command.verb !== 'add' || network === null || isOurs(command) || interfaces.ours.has(name)) continue;
    if (network.length === 32 || (network.length >= MANAGEMENT.length && containsAddress(MANAGEMENT, network.address))) continue;
    const subnet = subnetOf(command, network, interfaces.byName.get(name));
    const key = `${subnet.subnet} ${name} ${subnet.address}`;
    if (!found.has(key)) found.set(key, { ...subnet, dhcp: dhcpIn(network, dhcp), pools: poolsIn(network, pools) });
  }
  return [...found.values()];
}

const isEnabled = ({ properties }: ExportCommand): boolean => properties.get('disabled') !== 'yes';

/** `address=10.0.0.1/24`, or `address=10.0.0.1 netmask=255.255.255.0` of RouterOS before 6. Null for what is neither. */
function networkOf({ properties }: ExportCommand): Network | null {
  const address = properties.get('address') ?? '';
  const netmask = properties.get('netmask');
  return parseNetwork(address.includes('/') || netmask === undefined ? address : `${address}/${netmask}`);
}

function subnetOf(command: ExportCommand, network: Network, on: Interface | undefined): Omit<Subnet, 'dhcp' | 'pools'> {
  const { properties } = command;
  return {
    subnet: networkText(network),
    address: (properties.get('address') ?? '').split('/')[0]!,
    interface: properties.get('interface') ?? '',
    comment: properties.get('comment') ?? null,
    interfaceType: on?.type ?? 'other',
    vlan: on?.vlan ?? null,
    interfaceComment: on?.comment ?? null,
    source: '/ip/address',
  };
}

function interfacesOf(
  commands: readonly ExportCommand[],
  isOurs: (command: ExportCommand) => boolean,
): { byName: Map<string, Interface>; ours: Set<string> } {
  const byName = new Map<string, Interface>();
  const ours = new Set<string>();
  for (const command of commands) {
    const { menu, selector, properties } = command;
    if (!/^\/interface\/[\w-]+$/.test(menu)) continue;
    const name = properties.get('name') ?? selector?.find?.get('default-name') ?? (selector?.find === null ? selector.text : undefined);
    if (name === undefined) continue;
    if (isOurs(command)) ours.add(name);
    const type =
      menu === '/interface/bridge' ? 'bridge' : menu === '/interface/vlan' ? 'vlan' : menu === '/interface/ethernet' ? 'ethernet' : 'other';
    const id = Number(properties.get('vlan-id') ?? 1);
    const vlan = type === 'vlan' && Number.isInteger(id) ? { id, on: properties.get('interface') ?? '' } : null;
    byName.set(name, { name, type, vlan, comment: properties.get('comment') ?? null });
  }
  return { byName, ours };
}

function dhcpIn(network: Network, commands: readonly ExportCommand[]): Subnet['dhcp'] {
  return commands.flatMap(({ properties }) => {
    const inside = parseNetwork(properties.get('address') ?? '');
    if (inside === null || inside.length < network.length || !containsAddress(network, inside.address)) return [];
    const dns = (properties.get('dns-server') ?? '').split(',').filter(Boolean);
    return [{ network: networkText(inside), gateway: properties.get('gateway') || null, dns, comment: properties.get('comment') ?? null }];
  });
}

function poolsIn(network: Network, commands: readonly ExportCommand[]): Subnet['pools'] {
  return commands.flatMap(({ properties }) => {
    const ranges = (properties.get('ranges') ?? '').split(',').filter((range) => {
      const first = parseAddress(range.split(/[-/]/)[0]!);
      return first !== null && containsAddress(network, first);
    });
    return ranges.length === 0 ? [] : [{ name: properties.get('name') ?? '', ranges }];
  });
}
