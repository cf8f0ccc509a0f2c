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

const NAMED: Readonly<Record<string, string>> = {
  ...{ n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b', f: '\f', v: '\v', _: ' ' },
  ...{ '"': '"', '\\': '\\', $: '$', '?': '?' },
};
const HEX = /^[0-9A-F]{2}$/;

/**
 * What stands between the quotes of a string, escapes decoded. Bytes written as `\C3\A4` are UTF-8 where they can be and
 * Latin-1 otherwise; an escape that RouterOS does not have stays as it is.
 */
export function decodeString(body: string): string {
  let slash = body.indexOf('\\');
  if (slash < 0) return body;
  let out = '';
  let at = 0;
  while (slash >= 0 && slash + 1 < body.length) {
    out += body.slice(at, slash);
    const named = NAMED[body[slash + 1]!];
    if (named !== undefined) {
      out += named;
      at = slash + 2;
    } else {
      const bytes: number[] = [];
      for (at = slash; body[at] === '\\' && HEX.test(body.slice(at + 1, at + 3)); at += 3)
        bytes.push(parseInt(body.slice(at + 1, at + 3), 16));
      if (bytes.length > 0) out += utf8OrLatin1(Uint8Array.from(bytes));
      else out += body.slice(slash, (at = slash + 2));
    }
    slash = body.indexOf('\\', at);
  }
  return out + body.slice(at);
}
