import { BlockList } from 'node:net';
import type { Configuration, Entry } from './snapshot.js';

/** A packet of ours as far as it is known. */
export interface Passage {
  readonly chain: string;
  /** The far end; null when its address is not known. */
  readonly peer: string | null;
  /** The router's own end; null when not known. */
  readonly own: string | null;
  readonly protocol: 'tcp' | 'udp';
  readonly peerPort: number | null;
  readonly ownPort: number | null;
  readonly inwards: boolean;
  readonly port: string | null;
  readonly state: 'new' | 'established';
}

/** Whether a rule matches; undefined when nobody can tell from here. */
type Guess = boolean | undefined;

const IGNORED =
  /^(\.id|\.nextid|chain|action|disabled|comment|log|log-prefix|reject-with|jump-target|dynamic|invalid|bytes|packets|hw-offload|creation-time)$/;

/** Linux, and so RouterOS, takes the ports of connections that it opens from here up. */
const FIRST_EPHEMERAL = 32_768;

/** The rule that stops a packet, or undefined when it passes. Of rules that cannot be judged only those that the change brings count, and only if they stop. */
export function stopper(configuration: Configuration, passage: Passage, chain = passage.chain, depth = 0): Entry | 'passes' | undefined {
  for (const rule of configuration.get('/ip/firewall/filter') ?? []) {
    const { row } = rule;
    if (row['chain'] !== chain || row['disabled'] === 'true' || row['invalid'] === 'true') continue;
    const action = row['action'] ?? 'accept';
    const stops = /^(drop|reject|tarpit)$/.test(action);
    const guess = matches(configuration, rule, passage);
    if (guess === false || (guess === undefined && !(stops && rule.fresh))) continue;
    if (stops) return rule;
    if (action === 'accept') return 'passes';
    if (action === 'return') return undefined;
    if (action === 'jump' && depth < 16) {
      const inner = stopper(configuration, passage, row['jump-target'] ?? '', depth + 1);
      if (inner) return inner;
    }
  }
  return undefined;
}

function matches(configuration: Configuration, { row }: Entry, passage: Passage): Guess {
  let sure: Guess = true;
  for (const [name, text] of Object.entries(row)) {
    if (IGNORED.test(name) || text === '') continue;
    const not = text.startsWith('!');
    const guess = matchesOne(configuration, name, not ? text.slice(1) : text, passage);
    if (guess === undefined) sure = undefined;
    else if (guess === not) return false;
  }
  return sure;
}

function matchesOne(configuration: Configuration, name: string, text: string, passage: Passage): Guess {
  const { inwards, peer, own, peerPort, ownPort, port, protocol, state } = passage;
  const [source, destination] = inwards ? [peer, own] : [own, peer];
  const [sourcePort, destinationPort] = inwards ? [peerPort, ownPort] : [ownPort, peerPort];
  switch (name) {
    case 'protocol':
      return text === protocol || text === (protocol === 'tcp' ? '6' : '17');
    case 'connection-state':
      return text.split(',').includes(state);
    case 'src-address':
      return within(source, [text]);
    case 'dst-address':
      return within(destination, [text]);
    case 'src-address-list':
      return within(source, listOf(configuration, text));
    case 'dst-address-list':
      return within(destination, listOf(configuration, text));
    case 'src-port':
      return hasPort(sourcePort, text);
    case 'dst-port':
      return hasPort(destinationPort, text);
    case 'in-interface':
      return inwards && (port === null ? undefined : port === text);
    case 'out-interface':
      return !inwards && (port === null ? undefined : port === text);
    case 'in-interface-list':
      return inwards && inList(configuration, text, port);
    case 'out-interface-list':
      return !inwards && inList(configuration, text, port);
    default:
      return undefined;
  }
}

const listOf = (configuration: Configuration, list: string): string[] =>
  (configuration.get('/ip/firewall/address-list') ?? [])
    .filter(({ row }) => row['list'] === list && row['disabled'] !== 'true')
    .map(({ row }) => row['address'] ?? '');

/** Whether an IPv4 address is among addresses, prefixes and ranges. Everything takes an address that is not known. */
export function within(address: string | null, places: readonly string[]): Guess {
  if (address === null) return places.includes('0.0.0.0/0') ? true : places.length ? undefined : false;
  const known = new BlockList();
  let strange = false;
  for (const place of places) {
    try {
      const [from, to] = place.split('-');
      const [net, bits] = place.split('/');
      if (to !== undefined) known.addRange(from!, to, 'ipv4');
      else if (bits === undefined) known.addAddress(place, 'ipv4');
      else known.addSubnet(net!, Number(bits), 'ipv4');
    } catch {
      strange = true; // a name, or IPv6
    }
  }
  return known.check(address, 'ipv4') || (strange ? undefined : false);
}

function hasPort(port: number | null, text: string): Guess {
  const ranges = text.split(',').map((part) => {
    const [from, to = from] = part.split('-').map(Number);
    return [from!, to!] as const;
  });
  if (port !== null) return ranges.some(([from, to]) => from <= port && port <= to);
  return ranges.some(([, to]) => to >= FIRST_EPHEMERAL) ? undefined : false;
}

function inList(configuration: Configuration, list: string, port: string | null): Guess {
  if (list === 'all') return true;
  if (list === 'none') return false;
  if (port === null) return undefined;
  const own = (configuration.get('/interface/list') ?? []).find(({ row }) => row['name'] === list);
  if (list === 'static' || list === 'dynamic' || own?.row['include'] || own?.row['exclude']) return undefined;
  return (configuration.get('/interface/list/member') ?? []).some(
    ({ row }) => row['list'] === list && row['interface'] === port && row['disabled'] !== 'true',
  );
}
