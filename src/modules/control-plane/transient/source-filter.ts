import { Ipv4Range } from '../../../platform/net/index.js';

/** RFC 1918, section 3. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].map((range) => Ipv4Range.parse(range));
/** The widest range that may be let in: a shorter prefix is as good as everybody. */
export const WIDEST_PREFIX = 8;

/** What is wrong with a source range, as the end of a sentence that begins with its field; undefined when it is right. */
export function sourceProblem(text: string): string | undefined {
  if (!text.includes('/')) {
    if (text.includes(':')) return 'is not IPv4: the management server is reached over IPv4';
    return `has no prefix length; write ${text}/32 for one address`;
  }
  try {
    if (Ipv4Range.parse(text).prefixLength >= WIDEST_PREFIX) return undefined;
    return `lets in nearly everybody: give a range of /${WIDEST_PREFIX} or smaller, best the one address that you come from`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Which sources may come: those of one range, and private ones if wanted. */
export class SourceFilter {
  private readonly ranges: readonly Ipv4Range[];

  /** @throws Error a range that `sourceProblem` would name */
  constructor(cidr: string, withPrivate: boolean) {
    this.ranges = [Ipv4Range.parse(cidr), ...(withPrivate ? PRIVATE : [])];
  }

  /** @param address as a socket tells it: IPv4, or IPv4-mapped IPv6 (RFC 4291, section 2.5.5.2) from a listener on `::` */
  allows(address: string): boolean {
    const plain = address.replace(/^::ffff:/i, '');
    return this.ranges.some((range) => range.includes(plain));
  }
}
