import { utf8OrLatin1 } from './lines.js';

const QUOTE = 34;
const BACKSLASH = 92;

/** Text of an export from `start` on that belongs together, and where it ends. Null where it never ends. */
export interface Scanned {
  readonly value: string;
  readonly end: number;
}

/** Where a quoted string that starts at `start` ends, behind its closing quote; -1 when nothing closes it. */
export function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH) at++;
  }
  return -1;
}

const CLOSING: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' };

/** Where a group of brackets that starts at `start` ends; -1 when it is not balanced. Brackets in strings do not count. */
export function groupEnd(text: string, start: number): number {
  const open: string[] = [];
  for (let at = start; at < text.length; at++) {
    const c = text[at]!;
    if (c === '"') {
      const end = stringEnd(text, at);
      if (end < 0) return -1;
      at = end - 1;
    } else if (c === '\\') at++;
    else if (CLOSING[c] !== undefined) open.push(CLOSING[c]);
    else if (c === ']' || c === ')' || c === '}') {
      if (open.pop() !== c) return -1;
      if (open.length === 0) return at + 1;
    }
  }
  return -1;
}

/** What `\` and a character stand for, by the character's code. */
const NAMED: readonly (string | undefined)[] = Object.entries({
  ...{ n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b', f: '\f', v: '\v', _: ' ' },
  ...{ '"': '"', '\\': '\\', $: '$', '?': '?' },
}).reduce<(string | undefined)[]>((table, [name, text]) => {
  table[name.charCodeAt(0)] = text;
  return table;
}, new Array<string | undefined>(128).fill(undefined));

/**
 * What stands between the quotes of a string, escapes decoded. Bytes written as `\C3\A4` are UTF-8 where they can be and
 * Latin-1 otherwise; an escape that RouterOS does not have stays as it is.
 */
export function decodeString(body: string): string {
  let slash = body.indexOf('\\');
  if (slash < 0) return body;
  const parts: string[] = []; // joined once: thousands of small additions would stay in memory as they are
  let at = 0;
  for (; slash >= 0 && slash + 1 < body.length; slash = body.indexOf('\\', at)) {
    if (slash > at) parts.push(body.slice(at, slash));
    const named = NAMED[body.charCodeAt(slash + 1)];
    if (named !== undefined) {
      parts.push(named);
      at = slash + 2;
      continue;
    }
    const bytes: number[] = [];
    for (at = slash; body.charCodeAt(at) === BACKSLASH; at += 3) {
      const byte = 16 * hexDigit(body.charCodeAt(at + 1)) + hexDigit(body.charCodeAt(at + 2));
      if (Number.isNaN(byte)) break;
      bytes.push(byte);
    }
    if (bytes.length > 0) parts.push(utf8OrLatin1(Uint8Array.from(bytes)));
    else parts.push(body.slice(slash, (at = slash + 2)));
  }
  parts.push(body.slice(at));
  return parts.join('');
}

/** Value of a hexadecimal digit, upper case as RouterOS writes it; NaN for anything else. */
const hexDigit = (code: number): number => (code >= 48 && code <= 57 ? code - 48 : code >= 65 && code <= 70 ? code - 55 : NaN);
