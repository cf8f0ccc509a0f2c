import { isIPv4 } from 'node:net';

type Value = string | number | Value[] | { readonly [key: string]: Value };

/**
 * A database in MaxMind's format 2.0 (https://maxmind.github.io/MaxMind-DB/): an IPv6 tree with 24-bit records.
 * @param networks what each network, `203.0.113.0/24`, is to be answered with; no two may overlap. IPv6 ones are full
 * eight-group addresses
 */
export function mmdb(networks: Readonly<Record<string, Value>>, databaseType = 'GeoLite2-Country'): Buffer {
  const nodes: [Branch, Branch][] = [[undefined, undefined]];
  const values: Buffer[] = [];
  let size = 0;
  for (const [network, value] of Object.entries(networks)) {
    insert(nodes, bitsOf(network), { offset: size });
    const encoded = encode(value);
    values.push(encoded);
    size += encoded.length;
  }
  const tree = Buffer.alloc(nodes.length * 6);
  nodes.forEach((sides, n) =>
    sides.forEach((side, s) => {
      const record = side === undefined ? nodes.length : typeof side === 'number' ? side : nodes.length + 16 + side.offset;
      tree.writeUIntBE(record, n * 6 + s * 3, 3);
    }),
  );
  const metadata = encode({
    ...{ node_count: nodes.length, record_size: 24, ip_version: 6, binary_format_major_version: 2, binary_format_minor_version: 0 },
    ...{ database_type: databaseType, languages: ['en'], build_epoch: 1_770_000_000, description: { en: 'made by a test' } },
  });
  return Buffer.concat([tree, Buffer.alloc(16), ...values, Buffer.from('abcdef', 'hex'), Buffer.from('MaxMind.com'), metadata]);
}

/** Another node, a place in the data section, or nothing. */
type Branch = number | { readonly offset: number } | undefined;

function insert(nodes: [Branch, Branch][], bits: readonly (0 | 1)[], leaf: { offset: number }): void {
  let node = 0;
  bits.forEach((bit, at) => {
    if (at === bits.length - 1) {
      nodes[node]![bit] = leaf;
      return;
    }
    const next = nodes[node]![bit];
    if (typeof next === 'object') throw new Error('These networks overlap.');
    nodes[node]![bit] = next ?? nodes.push([undefined, undefined]) - 1;
    node = nodes[node]![bit] as number;
  });
}

/** IPv4 networks live under ::/96. */
function bitsOf(network: string): (0 | 1)[] {
  const [address, length] = network.split('/') as [string, string];
  const four = isIPv4(address);
  const bytes = four
    ? [...new Array<number>(12).fill(0), ...address.split('.').map(Number)]
    : address.split(':').flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]);
  const bits = bytes.flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((n) => ((byte >> n) & 1) as 0 | 1));
  return bits.slice(0, Number(length) + (four ? 96 : 0));
}

const MAP = 7;
const ARRAY = 11;
const UTF8 = 2;
const UINT32 = 6;

function encode(value: Value): Buffer {
  if (typeof value === 'string') return Buffer.concat([head(UTF8, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([head(UINT32, 4), bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([head(ARRAY, value.length), ...value.map(encode)]);
  const entries = Object.entries(value);
  return Buffer.concat([head(MAP, entries.length), ...entries.flatMap((pair) => pair.map(encode))]);
}

/** Types above 7 have a byte of their own after the size. Sizes of 29 and more would need further bytes: tests have none. */
function head(type: number, size: number): Buffer {
  if (size >= 29) throw new Error('This writer takes texts and maps of up to 28 bytes or entries.');
  return type <= 7 ? Buffer.from([(type << 5) | size]) : Buffer.from([size, type - 7]);
}
