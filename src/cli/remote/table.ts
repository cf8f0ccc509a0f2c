import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';

/** SGR codes (ECMA-48). */
const COLOURS = { red: 31, green: 32, yellow: 33, gray: 90 } as const;

export interface Cell {
  readonly text: string;
  readonly colour?: keyof typeof COLOURS;
}

const GAP = '  ';
/** A column is not made narrower than this to fit. */
const NARROWEST = 8;

/** How output is shown: for a person at a terminal, or for a file and a pipe. */
export interface Screen {
  /** Characters in a line; undefined where lines may be as long as they like. */
  readonly width?: number;
  readonly colours: boolean;
}

export const screen = (stream: NodeJS.WriteStream = process.stdout, env = process.env): Screen =>
  stream.isTTY ? { width: stream.columns || 80, colours: !env['NO_COLOR'] && env['TERM'] !== 'dumb' } : { colours: false };

/** Text that others wrote, without what would steer a terminal, in one line. */
export const plain = (text: string): string =>
  stripVTControlCharacters(text)
    .replace(/\s+/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '�');

/** Lines of a table. On a terminal the widest columns are cut until it fits. */
export function table(head: readonly string[], rows: readonly (readonly (string | Cell)[])[], { width, colours }: Screen): string[] {
  const cells = [head, ...rows].map((row) =>
    row.map((cell) => (typeof cell === 'string' ? { text: plain(cell) } : { ...cell, text: plain(cell.text) })),
  );
  const widths = head.map((_, i) => Math.max(...cells.map((row) => stringWidth(row[i]!.text))));
  if (width !== undefined) narrow(widths, width);
  return cells.map((row) =>
    row
      .map((cell: Cell, i) => {
        const text = cut(cell.text, widths[i]!);
        const padding = ' '.repeat(Math.max(0, widths[i]! - stringWidth(text)));
        return (colours && cell.colour ? `\u001b[${COLOURS[cell.colour]}m${text}\u001b[39m` : text) + padding;
      })
      .join(GAP)
      .trimEnd(),
  );
}

/** Lines of name and value; absent values are left out. */
export const facts = (entries: readonly (readonly [string, string | null | undefined])[]): string[] => {
  const there = entries.filter((entry): entry is [string, string] => Boolean(entry[1]));
  const width = Math.max(0, ...there.map(([name]) => name.length));
  return there.map(([name, value]) => `${name.padEnd(width)}  ${plain(value)}`);
};

function narrow(widths: number[], width: number): void {
  for (let over = sum(widths) + GAP.length * (widths.length - 1) - width; over > 0; over--) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest]! <= NARROWEST) return;
    widths[widest]!--;
  }
}

/** A text that is not wider than so many columns; what was cut shows as an ellipsis. */
function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(kept + segment) > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
