/** An IPv4 network, or an address in one: the address as a number, the prefix length 0 to 32. */
export interface Network {
  readonly address: number;
  readonly length: number;
}

const ADDRESS = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** `192.0.2.1` as a number; null for what is no IPv4 address. */
export function parseAddress(text: string): number | null {
  const parts = ADDRESS.exec(text)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return null;
  return parts.reduce((number, part) => number * 256 + part, 0);
}

/** `192.0.2.1/24` or `192.0.2.1/255.255.255.0`; without a prefix it is a host (/32). Null for anything else. */
export function parseNetwork(text: string): Network | null {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  const length = slash < 0 ? 32 : prefixLength(text.slice(slash + 1));
  return address === null || length === null ? null : { address, length };
}

function prefixLength(text: string): number | null {
  if (/^\d{1,2}$/.test(text)) return Number(text) <= 32 ? Number(text) : null;
  const mask = parseAddress(text);
  if (mask === null) return null;
  const length = 32 - Math.log2(2 ** 32 - mask);
  return Number.isInteger(length) ? length : null;
}

const base = ({ address, length }: Network): number => address - (address % 2 ** (32 - length));

/** The network in CIDR form, host bits cleared. */
export function networkText(network: Network): string {
  const start = base(network);
  return `${[24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join('.')}/${network.length}`;
}

export const containsAddress = (network: Network, address: number): boolean => base({ address, length: network.length }) === base(network);
