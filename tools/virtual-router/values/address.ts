import { isIp4, isIp6 } from '../../../src/routeros/parser/index.js';

const toNumber = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const toDotted = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
const maskOf = (bits: number): number => (bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0);

/** An IPv4 address; `value` is unsigned. */
export class RosIp {
  constructor(readonly value: number) {}

  static parse(text: string): RosIp | undefined {
    return isIp4(text) ? new RosIp(toNumber(text)) : undefined;
  }

  toString(): string {
    return toDotted(this.value >>> 0);
  }
}

/** An IPv4 prefix; a written one keeps its host part away, as RouterOS does. */
export class RosPrefix {
  readonly network: number;

  constructor(
    address: number,
    readonly bits: number,
  ) {
    this.network = (address & maskOf(bits)) >>> 0;
  }

  static parse(text: string): RosPrefix | undefined {
    const [address, bits, more] = text.split('/');
    if (bits === undefined || more !== undefined || !isIp4(address!) || !/^\d{1,2}$/.test(bits) || Number(bits) > 32) return undefined;
    return new RosPrefix(toNumber(address!), Number(bits));
  }

  contains(other: RosIp | RosPrefix): boolean {
    const [value, bits] = other instanceof RosIp ? [other.value, 32] : [other.network, other.bits];
    return bits >= this.bits && (value & maskOf(this.bits)) >>> 0 === this.network;
  }

  toString(): string {
    return `${toDotted(this.network)}/${this.bits}`;
  }
}

/** An IPv6 address, or a prefix when `bits` is there. */
export class RosIp6 {
  constructor(
    readonly address: string,
    readonly bits?: number,
  ) {}

  static parse(text: string): RosIp6 | undefined {
    const [address, bits, more] = text.split('/');
    if (more !== undefined || !isIp6(address!)) return undefined;
    if (bits === undefined) return new RosIp6(address!.toLowerCase());
    return /^\d{1,3}$/.test(bits) && Number(bits) <= 128 ? new RosIp6(address!.toLowerCase(), Number(bits)) : undefined;
  }

  /** The address as a number. */
  get value(): bigint {
    const [head = '', tail] = this.address.split('::');
    const left = head === '' ? [] : head.split(':');
    const right = tail === undefined || tail === '' ? [] : tail.split(':');
    const groups = [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
    return groups.reduce((sum, group) => (sum << 16n) | BigInt(parseInt(group, 16) || 0), 0n);
  }

  contains(other: RosIp6): boolean {
    const bits = this.bits ?? 128;
    const shift = BigInt(128 - bits);
    return (other.bits ?? 128) >= bits && this.value >> shift === other.value >> shift;
  }

  toString(): string {
    return this.bits === undefined ? this.address : `${this.address}/${this.bits}`;
  }
}
