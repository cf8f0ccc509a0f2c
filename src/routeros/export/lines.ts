const RETURN = 13;
const BACKSLASH = 92;
const HASH = 35;

/** Bytes of a file as text: UTF-8, and each byte that is not UTF-8 as Latin-1. A byte order mark is left out. */
export function decodeExport(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return utf8OrLatin1(bytes);
  }
}

/** Bytes as text where both encodings may be mixed: a valid UTF-8 sequence is one character, any other byte is Latin-1. */
export function utf8OrLatin1(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: string[] = [];
  let start = buffer.length >= 3 && buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf ? 3 : 0;
  let at = start;
  while (at < buffer.length) {
    const length = sequenceLength(buffer, at);
    if (length > 0) at += length;
    else {
      if (at > start) parts.push(buffer.toString('utf8', start, at));
      parts.push(String.fromCharCode(buffer[at]!));
      start = ++at;
    }
  }
  if (at > start) parts.push(buffer.toString('utf8', start, at));
  return parts.join('');
}

/** Length of the UTF-8 sequence at a place (RFC 3629, table of section 4), 0 where there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  const length = first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  const second = bytes[at + 1]!;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let i = 2; i < length; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return 0;
  return length;
}

/** The lines of a text as a diff counts them, without their ends (`\n` or `\r\n`); nothing follows the last end. */
export function physicalLines(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/**
 * Visits the logical lines of an export. A line whose last character is a backslash that no other escapes goes on in the
 * next one, whose leading blanks RouterOS put there and are dropped; in a comment it does not.
 */
export function eachLine(text: string, visit: (text: string, first: number, last: number) => void): void {
  const end = text.length;
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let number = 0;
  while (at < end) {
    let stop = text.indexOf('\n', at);
    if (stop < 0) stop = end;
    let start = at;
    let code = text.charCodeAt(start);
    while ((code === 32 || code === 9) && start < stop) code = text.charCodeAt(++start);
    let last = lastInk(text, start, stop);
    at = stop + 1;
    if (last <= start || text.charCodeAt(last - 1) !== BACKSLASH || code === HASH || !goesOn(text, start, stop)) {
      visit(text.slice(start, last), number, number);
      number++;
      continue;
    }
    const first = number;
    const joined = [text.slice(start, last - 1)];
    for (let open = true; open && at < end;) {
      number++;
      stop = text.indexOf('\n', at);
      if (stop < 0) stop = end;
      start = at;
      code = text.charCodeAt(start);
      while ((code === 32 || code === 9) && start < stop) code = text.charCodeAt(++start);
      at = stop + 1;
      open = goesOn(text, start, stop);
      last = open ? backslashOf(text, stop) : lastInk(text, start, stop);
      joined.push(text.slice(start, last));
    }
    visit(joined.join('').trimEnd(), first, number);
    number++;
  }
}

/** The end of what stands between two places, without blanks and `\r`. */
function lastInk(text: string, start: number, stop: number): number {
  while (stop > start) {
    const code = text.charCodeAt(stop - 1);
    if (code !== 32 && code !== 9 && code !== RETURN) break;
    stop--;
  }
  return stop;
}

/** Where the backslash before a line's end stands. */
const backslashOf = (text: string, stop: number): number => (text.charCodeAt(stop - 1) === RETURN ? stop - 2 : stop - 1);

/** Whether a line ends in a backslash that is no escaped one. */
export function goesOn(text: string, start: number, stop: number): boolean {
  let at = backslashOf(text, stop);
  let count = 0;
  while (at >= start && text.charCodeAt(at) === BACKSLASH) {
    count++;
    at--;
  }
  return count % 2 === 1;
}
