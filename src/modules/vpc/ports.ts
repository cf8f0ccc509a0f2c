const LAST = 65_535;
/** RouterOS takes fifteen ports in a rule, where a range counts as two. */
const PORTS_A_RULE = 15;

interface Range {
  readonly first: number;
  readonly last: number;
}

/**
 * The canonical form of a port text: `443`, `8000-8100`, `80,443,8000-8100`. Blanks go, and so do ports that stand twice.
 * @throws Error whose message says what is wrong and what would be right
 */
export function canonicalPorts(text: string): string {
  return [...new Set(text.split(',').map((part) => written(rangeOf(part.trim()))))].join();
}

function rangeOf(part: string): Range {
  const found = /^(\d{1,5})(?:\s*-\s*(\d{1,5}))?$/.exec(part);
  if (!found) throw new Error(`${JSON.stringify(part)} is no port; write 443, 8000-8100 or 80,443`);
  const [first, last] = [Number(found[1]), Number(found[2] ?? found[1])];
  if (first < 1 || first > LAST || last < 1 || last > LAST) throw new Error(`${part} is no port; they go from 1 to ${LAST}`);
  if (first > last) throw new Error(`${part} ends before it begins; write ${last}-${first}`);
  return { first, last };
}

const written = ({ first, last }: Range): string => (first === last ? String(first) : `${first}-${last}`);

/** A canonical port text in pieces that fit into a rule of RouterOS each. */
export function portsByRule(ports: string): string[] {
  const pieces: string[][] = [[]];
  let used = 0;
  for (const part of ports.split(',')) {
    const size = part.includes('-') ? 2 : 1;
    if (used + size > PORTS_A_RULE) {
      pieces.push([]);
      used = 0;
    }
    pieces.at(-1)!.push(part);
    used += size;
  }
  return pieces.map((piece) => piece.join());
}
