import ipaddr from 'ipaddr.js';
import { IpNetwork } from '../net/index.js';

/** What the internet routes to one host (RFC 4291, section 2.4; IANA has assigned nothing else). */
const GLOBAL_IPV6 = IpNetwork.parse('2000::/3');
/** Inside of public space, and nobody's receiver: documentation (RFC 9637), Azure's host of its virtual machines. */
const NOT_PUBLIC = ['3fff::/20', '168.63.129.16/32'].map((text) => IpNetwork.parse(text));

const WORDS: Readonly<Record<string, string>> = {
  loopback: 'a loopback address',
  private: 'a private address',
  uniqueLocal: 'a private address',
  linkLocal: 'a link-local address, where clouds keep the secrets of their machines',
  carrierGradeNat: 'an address of a provider’s own network',
  multicast: 'a multicast address',
  unspecified: 'no address of a host',
  broadcast: 'no address of a host',
};

/**
 * Which addresses may be called when a user names the receiver: those that the internet routes to one host, and those that the
 * operator lists. Addresses that carry an IPv4 address inside (IPv4-mapped, NAT64, 6to4, Teredo) are never public: they would
 * lead to that address behind our back.
 */
export class AddressPolicy {
  private readonly networks: readonly IpNetwork[];
  private readonly names: ReadonlySet<string>;
  private readonly domains: readonly string[];

  /** @param allowed as in WEBHOOK_ALLOW */
  constructor(allowed: readonly string[] = []) {
    const entries = allowed.map((item) => item.toLowerCase());
    const isNetwork = (item: string): boolean => /^[\d.]+(\/|$)|:/.test(item);
    this.networks = entries.filter(isNetwork).map((item) => IpNetwork.parse(item));
    this.names = new Set(entries.filter((item) => !isNetwork(item) && !item.startsWith('*.')));
    this.domains = entries.filter((item) => item.startsWith('*.')).map((item) => item.slice(1));
  }

  /** Whether the operator listed this host name, so that its addresses need not be public. */
  allowsName(host: string): boolean {
    const name = host.toLowerCase().replace(/\.$/, '');
    return this.names.has(name) || this.domains.some((domain) => name.endsWith(domain) && name.length > domain.length);
  }

  /**
   * What keeps this address from being called, as the end of a sentence «… is»; undefined when nothing does.
   * @param address IPv4 or IPv6 in its usual form, as resolvers and the URL parser write it
   */
  problem(address: string): string | undefined {
    if (!ipaddr.isValid(address) || address.includes('%')) return 'no address that can be called';
    const parsed = ipaddr.parse(address);
    const range = parsed.range();
    // an IPv4 address in IPv6 clothes is no network of the list either: the list says what it means in IPv4
    if (range === 'ipv4Mapped') return 'an IPv4 address written as IPv6';
    const network = IpNetwork.parse(address);
    if (this.networks.some((allowed) => allowed.contains(network))) return undefined;
    if (range !== 'unicast') return WORDS[range] ?? 'a reserved address';
    if (network.family === 6 && !GLOBAL_IPV6.contains(network)) return 'a reserved address';
    return NOT_PUBLIC.some((reserved) => reserved.contains(network)) ? 'a reserved address' : undefined;
  }
}
