import type { MaskOptions } from './export.js';
import { goesOn } from './lines.js';
import { menuPath, valueSpans } from './parse-command.js';
import { isSecret, marker, secretsIn } from './secrets.js';
import { decodeString } from './values.js';

/**
 * An export with a mark for each secret: values of secret properties (`isSecret`) and what reads like one inside scripts and
 * other texts. Everything else stays as it is, byte by byte. Without a salt all marks are equal; masking twice is masking once.
 * Where RouterOS wrapped a line inside a secret, the lines become one, because the place would tell its length.
 */
export function maskSecrets(text: string, options: MaskOptions = {}): string {
  const mark = marker(options);
  const out: string[] = [];
  let menu = '';
  for (let at = text.charCodeAt(0) === 0xfeff ? 1 : 0; at < text.length;) {
    const wrapped = readWrapped(text, at);
    const { joined } = wrapped;
    const path = joined.startsWith('/') ? menuPath(joined) : null;
    if (path !== null && path.end === joined.length) menu = path.menu;
    const cuts = MAYBE.test(joined) ? cutsOf(joined, menu, mark) : [];
    out.push(cuts.length === 0 ? text.slice(at, wrapped.end) : `${replaced(wrapped, cuts)}${text.slice(wrapped.inkEnd, wrapped.end)}`);
    at = wrapped.end;
  }
  return text.charCodeAt(0) === 0xfeff ? `\ufeff${out.join('')}` : out.join('');
}

/** Lines without any of this hold no secret: most lines are not read at all. */
const MAYBE = /pass|secret|psk|key|pin|private|community|token|pwd|bearer|basic|identity|value|:\/\/|name=/i;

/** A logical line with its wrapping. */
interface Wrapped {
  readonly indent: string;
  readonly joined: string;
  /** What stood between two lines, and where in `joined`. */
  readonly breaks: readonly { readonly at: number; readonly text: string }[];
  /** Where its text and where its line ends. */
  readonly inkEnd: number;
  readonly end: number;
}

const INDENT = /[ \t]*/y;

function readWrapped(text: string, start: number): Wrapped {
  const indentOf = (at: number): string => {
    INDENT.lastIndex = at;
    return INDENT.exec(text)![0];
  };
  const stopOf = (at: number): number => {
    const stop = text.indexOf('\n', at);
    return stop < 0 ? text.length : stop;
  };
  const indent = indentOf(start);
  let at = start + indent.length;
  let joined = '';
  const breaks: { at: number; text: string }[] = [];
  for (;;) {
    const stop = stopOf(at);
    const returns = text[stop - 1] === '\r' && stop > at ? 1 : 0;
    const wraps = stop < text.length && text[start + indent.length] !== '#' && goesOn(text, at, stop);
    joined += text.slice(at, stop - returns - (wraps ? 1 : 0));
    if (!wraps) return { indent, joined, breaks, inkEnd: stop - returns, end: Math.min(text.length, stop + 1) };
    const next = stop + 1;
    const blanks = indentOf(next);
    breaks.push({ at: joined.length, text: text.slice(stop - returns - 1, next) + blanks });
    at = next + blanks.length;
  }
}

interface Cut {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What to replace in one command, from left to right. */
function cutsOf(line: string, menu: string, mark: (secret: string) => string): Cut[] {
  const inside = (start: number, end: number): Cut[] => {
    const text = line.slice(start, end);
    return secretsIn(text).map(({ from, to }) => ({ start: start + from, end: start + to, text: mark(text.slice(from, to)) }));
  };
  const command = line.startsWith('#') ? null : valueSpans(line, menu);
  if (command === null) return inside(0, line.length);
  return command.spans.flatMap(({ name, start, end }) => {
    const value = line.slice(start, end);
    const secret = value.startsWith('"') && value.endsWith('"') && value.length > 1 ? decodeString(value.slice(1, -1)) : value;
    return isSecret(command.menu, name, secret) ? [{ start, end, text: mark(secret) }] : inside(start, end);
  });
}

/** The line with its cuts, wrapped where it was, but not inside a cut. */
function replaced({ indent, joined, breaks }: Wrapped, cuts: readonly Cut[]): string {
  let out = indent;
  let at = 0;
  let next = 0;
  const copy = (to: number): void => {
    for (; next < breaks.length && breaks[next]!.at <= to; next++) {
      out += joined.slice(at, breaks[next]!.at) + breaks[next]!.text;
      at = breaks[next]!.at;
    }
    out += joined.slice(at, to);
    at = to;
  };
  for (const cut of cuts) {
    copy(cut.start);
    out += cut.text;
    at = cut.end;
    while (next < breaks.length && breaks[next]!.at < cut.end) next++;
  }
  copy(joined.length);
  return out;
}
