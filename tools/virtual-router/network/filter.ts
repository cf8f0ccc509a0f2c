import { UnsupportedByVirtualRouter } from '../errors.js';
import type { ConfigItem } from '../menus/config-item.js';
import type { VirtualRouter } from '../virtual-router.js';
import { covers, isOff, type Packet, portListed, property } from './packet.js';

/** What a rule may carry without a say in what it matches. */
const SILENT = new Set(['chain', 'action', 'disabled', 'comment', 'log', 'log-prefix', 'reject-with', 'jump-target', 'hw-offload']);
const TRANSPORT = new Set(['src-port', 'dst-port', 'port']);
const DEEPEST_JUMP = 32;

type Matcher = (router: VirtualRouter, packet: Packet, value: string) => boolean;

const MATCHERS: Readonly<Record<string, Matcher>> = {
  'src-address': (_, packet, value) => covers(value, packet.source),
  'dst-address': (_, packet, value) => covers(value, packet.destination),
  'src-address-list': (router, packet, value) => inAddressList(router, value, packet.source),
  'dst-address-list': (router, packet, value) => inAddressList(router, value, packet.destination),
  protocol: (_, packet, value) => value === packet.protocol || value === { tcp: '6', udp: '17' }[packet.protocol],
  'src-port': (_, packet, value) => portListed(value, packet.sourcePort),
  'dst-port': (_, packet, value) => portListed(value, packet.destinationPort),
  port: (_, packet, value) => portListed(value, packet.sourcePort) || portListed(value, packet.destinationPort),
  'in-interface': (_, packet, value) => packet.chain === 'input' && value === packet.interface,
  'out-interface': (_, packet, value) => packet.chain === 'output' && value === packet.interface,
  'in-interface-list': (router, packet, value) => packet.chain === 'input' && inInterfaceList(router, value, packet.interface),
  'out-interface-list': (router, packet, value) => packet.chain === 'output' && inInterfaceList(router, value, packet.interface),
  'connection-state': (_, packet, value) => value.split(',').includes(packet.state),
  // No destination is ever translated here: see `Reachability`.
  'connection-nat-state': (_, _packet, value) => {
    if (value !== 'dstnat') throw new UnsupportedByVirtualRouter(`connection-nat-state=${value} in a filter`);
    return false;
  },
};

/** Whether the IPv4 filter of a router lets a packet pass. @throws UnsupportedByVirtualRouter for a rule that is not modelled */
export const passes = (router: VirtualRouter, packet: Packet): boolean => walk(router, packet, packet.chain, 0) !== 'stopped';

function walk(router: VirtualRouter, packet: Packet, chain: string, depth: number): 'passed' | 'stopped' | 'through' {
  if (depth > DEEPEST_JUMP) throw new UnsupportedByVirtualRouter(`jumps of ${DEEPEST_JUMP} chains`);
  for (const rule of router.menus.at('ip/firewall/filter').items) {
    if (isOff(rule) || property(rule, 'chain') !== chain || !matches(router, packet, rule)) continue;
    const action = property(rule, 'action') || 'accept';
    switch (action) {
      case 'accept':
        return 'passed';
      case 'drop':
      case 'reject':
        return 'stopped';
      case 'return':
        return 'through';
      case 'log':
      case 'passthrough':
      case 'fasttrack-connection':
        break;
      case 'jump': {
        const end = walk(router, packet, property(rule, 'jump-target'), depth + 1);
        if (end !== 'through') return end;
        break;
      }
      default:
        throw new UnsupportedByVirtualRouter(`action=${action} in a filter`);
    }
  }
  return 'through';
}

function matches(router: VirtualRouter, packet: Packet, rule: ConfigItem): boolean {
  return [...rule.properties.keys()].every((name) => {
    const text = property(rule, name);
    if (SILENT.has(name) || text === '') return true;
    const matcher = MATCHERS[name];
    if (!matcher) throw new UnsupportedByVirtualRouter(`${name}= in a filter`);
    if (TRANSPORT.has(name) && !/^(tcp|udp|6|17)$/.test(property(rule, 'protocol'))) throw new UnsupportedByVirtualRouter(`${name}= without tcp or udp`); // prettier-ignore
    const denied = text.startsWith('!');
    return matcher(router, packet, denied ? text.slice(1) : text) !== denied;
  });
}

const inAddressList = (router: VirtualRouter, list: string, one: string): boolean =>
  router.menus
    .at('ip/firewall/address-list')
    .items.some((entry) => !isOff(entry) && property(entry, 'list') === list && covers(property(entry, 'address'), one));

function inInterfaceList(router: VirtualRouter, list: string, name: string): boolean {
  if (list === 'all' || list === 'static') return true;
  if (list === 'none' || list === 'dynamic') return false;
  const item = router.menus.at('interface/list').byName(list);
  if (item && (property(item, 'include') || property(item, 'exclude')))
    throw new UnsupportedByVirtualRouter('an interface list of other lists');
  return router.menus
    .at('interface/list/member')
    .items.some((member) => !isOff(member) && property(member, 'list') === list && property(member, 'interface') === name);
}
