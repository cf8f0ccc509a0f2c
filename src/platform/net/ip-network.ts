import ipaddr from 'ipaddr.js';
import { ipv4Number, Ipv4Range, ipv4Text } from './ipv4-range.js';

const BITS = { 4: 32, 6: 128 } as const;

/** An IPv4 or IPv6 network in CIDR form, written in one way only: no host bits, IPv6 as RFC 5952 says. */
export class IpNetwork {
  private constructor(
    readonly family: 4 | 6,
    /** Bits of its first address. */
    readonly first: bigint,
    readonly prefixLength: number,
  ) {}

  /**
   * A lone address is the network of that address alone.
   * @throws Error whose message says what is wrong with the text, and what would be right
   */
  static readonly parse = (text: string): IpNetwork => {
    const [address = '', length] = text.split('/', 2);
    if (ipv4Number(address) !== undefined) {
      const { first, prefixLength } = Ipv4Range.parse(length === undefined ? `${address}/${BITS[4]}` : text);
      return new IpNetwork(4, BigInt(first), prefixLength);
    }
    const prefixLength = length === undefined ? BITS[6] : /^\d{1,3}$/.test(length) ? Number(length) : Infinity;
    // A zone (fe80::1%eth0) means something on one machine only.
    if (
      !ipaddr.IPv6.isValid(address) ||
      address.includes('%') ||
      prefixLength > BITS[6] ||
      (length !== undefined && text !== `${address}/${length}`)
    )
      throw new Error('is not a network such as 192.0.2.0/24 or 2001:db8::/32');
    const parsed = ipaddr.IPv6.parse(address);
    if (parsed.isIPv4MappedAddress()) throw new Error(`is IPv4 written as IPv6; write ${unmapped(parsed, prefixLength)}`);
    const first = bitsOf(parsed);
    const network = first & maskOf(6, prefixLength);
    if (network !== first) throw new Error(`has bits beyond its prefix; the network is ${textOf(6, network)}/${prefixLength}`);
    return new IpNetwork(6, first, prefixLength);
  };

  /** Whether it has every address of its family. */
  get isEverything(): boolean {
    return this.prefixLength === 0;
  }

  contains(other: IpNetwork): boolean {
    if (this.family !== other.family || this.prefixLength > other.prefixLength) return false;
    return (other.first & maskOf(this.family, this.prefixLength)) === this.first;
  }

  /** The network with this prefix length that contains it, or itself where it is as wide already. */
  widened(prefixLength: number): IpNetwork {
    return prefixLength >= this.prefixLength
      ? this
      : new IpNetwork(this.family, this.first & maskOf(this.family, prefixLength), prefixLength);
  }

  toString(): string {
    return `${textOf(this.family, this.first)}/${this.prefixLength}`;
  }
}

/** The networks without those that others of them contain, in their order. */
export function withoutContained(networks: readonly IpNetwork[]): IpNetwork[] {
  const kept = new Set(outermost([...networks].sort(byPlace)));
  return networks.filter((network) => kept.has(network));
}

/** At most `most` networks that contain all of these: they themselves where they are few enough, else wider ones. */
export function covering(networks: readonly IpNetwork[], most: number): IpNetwork[] {
  let cover = withoutContained(networks);
  if (cover.length <= most) return cover;
  cover.sort(byPlace); // and widening keeps this order
  for (let step = BITS[4] - 1; cover.length > most; step--) {
    cover = outermost(cover.map((network) => network.widened(network.family === 4 ? step : step * 4)));
  }
  return cover;
}

/** By family, then by first address, wider ones first: a network comes behind those that contain it. */
const byPlace = (a: IpNetwork, b: IpNetwork): number =>
  a.family - b.family || (a.first < b.first ? -1 : a.first > b.first ? 1 : a.prefixLength - b.prefixLength);

/** Of networks in the order of `byPlace` those that no other contains. */
function outermost(sorted: readonly IpNetwork[]): IpNetwork[] {
  const kept: IpNetwork[] = [];
  for (const network of sorted) if (!kept.at(-1)?.contains(network)) kept.push(network);
  return kept;
}

const masksOf = (bits: number): bigint[] =>
  Array.from({ length: bits + 1 }, (_, length) => ((1n << BigInt(length)) - 1n) << BigInt(bits - length));
const MASKS = { 4: masksOf(BITS[4]), 6: masksOf(BITS[6]) } as const;
const maskOf = (family: 4 | 6, prefixLength: number): bigint => MASKS[family][prefixLength]!;

const bitsOf = (address: ipaddr.IPv6): bigint => address.parts.reduce((sum, part) => (sum << 16n) | BigInt(part), 0n);

function textOf(family: 4 | 6, bits: bigint): string {
  if (family === 4) return ipv4Text(Number(bits));
  const parts = Array.from({ length: 8 }, (_, i) => Number((bits >> BigInt(112 - 16 * i)) & 0xffffn));
  return new ipaddr.IPv6(parts).toRFC5952String();
}

function unmapped(address: ipaddr.IPv6, prefixLength: number): string {
  const length = Math.max(0, prefixLength - 96);
  const bits = bitsOf(address) & 0xffff_ffffn & maskOf(4, length);
  return `${textOf(4, bits)}/${length}`;
}
