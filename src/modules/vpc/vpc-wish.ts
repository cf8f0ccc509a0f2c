import { IpNetwork } from '../../platform/net/index.js';
import { NOTHING_WISHED, type Wish, type WishItem, type WishMenu } from '../../routeros/sections/index.js';
import { portsByRule } from './ports.js';
import type { Prefix } from './prefixes.js';
import { ANY_PROTOCOL, ICMP, ICMPV6 } from './reference.js';
import { isPrefixListId, type Rule } from './rules.js';

/** Our chain, and the address list with the networks of a site. Operators put more networks into the list themselves. */
const CHAIN = 'rosfleet-vpc';
const LOCAL = 'rosfleet-local';

type Family = 4 | 6;

/** Private networks (RFC 1918) and unique local ones (RFC 4193). */
const LOCAL_NETWORKS: Readonly<Record<Family, readonly string[]>> = {
  4: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
  6: ['fc00::/7'],
};

/** What a site carries. */
export interface VpcContent {
  /** Rules of its groups, by order in each. */
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
  /** Lists that it has by itself, and those that its rules name. */
  readonly lists: readonly { readonly id: string; readonly prefixes: readonly Pick<Prefix, 'cidr'>[] }[];
}

const NAME_LENGTH = 12;

/** The end of an id, which is chance: enough to tell the lists of a team apart. */
const shortOf = (id: string): string => id.slice(-NAME_LENGTH);

/** The name of a prefix list on routers. */
export const addressListName = (id: string): string => `rosfleet-${shortOf(id)}`;

/**
 * What groups and prefix lists are on a router: an address list for each prefix list, and, where there is a group, one jump at
 * the top of the forward chain that takes new connections, and only those, into a chain of our own. What a rule of any group
 * allows returns from there and goes on to the router's own rules; the rest is dropped (docs/decisions/0012-security-groups.md).
 */
export function vpcWish({ groups, lists }: VpcContent, managementAddress: string): Wish {
  if (!groups.length && !lists.length) return NOTHING_WISHED;
  const rules = groups.flatMap((group) => group.rules);
  return {
    menus: ([4, 6] as const).flatMap((family) => familyMenus(family, groups.length ? rules : null, lists, managementAddress)),
    settings: [],
  };
}

/** @param rules null when the site carries no group */
function familyMenus(family: Family, rules: readonly Rule[] | null, lists: VpcContent['lists'], managementAddress: string): WishMenu[] {
  const root = family === 4 ? '/ip/firewall' : '/ipv6/firewall';
  const entries = new Map(lists.map((list) => [list.id, ofFamily(family, list.prefixes)]));
  const addresses = [...entries].flatMap(([id, cidrs]) => cidrs.map((cidr) => entry(shortOf(id), addressListName(id), cidr)));
  if (!rules) return [{ menu: `${root}/address-list`, items: addresses }];
  const filled = new Set([...entries].filter(([, cidrs]) => cidrs.length).map(([id]) => id));
  const jump = { chain: 'forward', 'connection-state': 'new', action: 'jump', 'jump-target': CHAIN };
  // This server reaches things behind the router through the tunnel: port forwards.
  const management = { chain: CHAIN, 'src-address': managementAddress, action: 'return' };
  return [
    { menu: `${root}/address-list`, items: [...LOCAL_NETWORKS[family].map((cidr) => entry('local', LOCAL, cidr)), ...addresses] },
    { menu: `${root}/filter`, place: 'top', items: [{ name: 'jump', set: jump }] },
    {
      menu: `${root}/filter`,
      place: 'bottom',
      items: [
        ...(family === 4 ? [{ name: 'management', set: management }] : []),
        ...rules.flatMap((rule) => ruleItems(family, rule, filled)),
        { name: 'drop', set: { chain: CHAIN, action: 'drop' } },
      ],
    },
  ];
}

const ofFamily = (family: Family, prefixes: readonly Pick<Prefix, 'cidr'>[]): string[] =>
  prefixes.map(({ cidr }) => cidr).filter((cidr) => cidr.includes(':') === (family === 6));

const entry = (name: string, list: string, address: string): WishItem => ({ name: `${name}/${address}`, set: { list, address } });

/** As many rules as its ports take; none where it says nothing about this family. @param filled lists that have networks of it */
function ruleItems(family: Family, { id, direction, protocol, port, address }: Rule, filled: ReadonlySet<string>): WishItem[] {
  const [remote, local] = direction === 'outbound' ? (['dst', 'src'] as const) : (['src', 'dst'] as const);
  const match = remoteMatch(remote, address, family, filled);
  if (!match || protocol === (family === 4 ? ICMPV6 : ICMP)) return [];
  const set = {
    chain: CHAIN,
    [`${local}-address-list`]: LOCAL,
    ...match,
    ...(protocol === ANY_PROTOCOL ? {} : { protocol: String(protocol) }),
    action: 'return',
  };
  if (port === null) return [{ name: id, set }];
  return portsByRule(port).map((ports, i) => ({ name: i ? `${id}.${i + 1}` : id, set: { ...set, 'dst-port': ports } }));
}

/** Undefined where the address has nothing of this family. */
function remoteMatch(
  side: 'src' | 'dst',
  address: string,
  family: Family,
  filled: ReadonlySet<string>,
): Readonly<Record<string, string>> | undefined {
  if (isPrefixListId(address)) return filled.has(address) ? { [`${side}-address-list`]: addressListName(address) } : undefined;
  const network = IpNetwork.parse(address);
  if (network.family !== family) return undefined;
  return network.isEverything ? {} : { [`${side}-address`]: address };
}
