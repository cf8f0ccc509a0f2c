/** Bits of an IPv4 address. */
const BITS = 32;

/** The number of a dotted IPv4 address, 0 to 2^32 - 1; undefined when the text is none. Leading zeros are refused: some read them as octal. */
export function ipv4Number(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1);
  if (!parts || parts.some((part) => Number(part) > 255 || (part.length > 1 && part.startsWith('0')))) return undefined;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** The dotted form of a number from 0 to 2^32 - 1. */
export const ipv4Text = (value: number): string => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

/** An IPv4 network in CIDR form (RFC 4632): `100.64.0.0/10`. */
export class Ipv4Range {
  private constructor(
    /** Number of its first address. */
    readonly first: number,
    /** Number of its last address. */
    readonly last: number,
    readonly prefixLength: number,
  ) {}

  /** @throws Error whose message says what is wrong with the text */
  static parse(text: string): Ipv4Range {
    const [address = '', length = ''] = text.split('/', 2);
    const first = ipv4Number(address);
    const prefixLength = /^\d{1,2}$/.test(length) ? Number(length) : BITS + 1;
    if (first === undefined || prefixLength > BITS || text !== `${address}/${length}`)
      throw new Error('is not an IPv4 network such as 100.64.0.0/10');
    const size = 2 ** (BITS - prefixLength);
    if (first % size !== 0)
      throw new Error(`has bits beyond its prefix; the network is ${ipv4Text(first - (first % size))}/${prefixLength}`);
    return new Ipv4Range(first, first + size - 1, prefixLength);
  }

  /** Number of its addresses, its first and last one included. */
  get size(): number {
    return this.last - this.first + 1;
  }

  /** `255.192.0.0` for a /10. */
  get mask(): string {
    return ipv4Text(2 ** BITS - this.size);
  }

  includes(address: string): boolean {
    const value = ipv4Number(address);
    return value !== undefined && value >= this.first && value <= this.last;
  }

  overlaps(other: Ipv4Range): boolean {
    return this.first <= other.last && other.first <= this.last;
  }

  toString(): string {
    return `${ipv4Text(this.first)}/${this.prefixLength}`;
  }
}
