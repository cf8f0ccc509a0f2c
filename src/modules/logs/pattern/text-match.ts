import { RE2JS } from 're2js';
import { PatternError, type Quota } from './pattern-error.js';

export type TextMatch = (text: string) => boolean;

/** Most times an expression may be asked to repeat something: what RE2 takes. */
const MOST_REPEATS = 1000;
/** Instructions that an expression may have; each is looked at once a character at worst. */
const LARGEST_PROGRAM = 500;

/** A text with `*` for any characters, compared as a whole, in time that grows with the text alone. */
export function wildcard(pattern: string): TextMatch {
  const parts = pattern.split('*');
  if (parts.length === 1) return (text) => text === pattern;
  const [first, last] = [parts[0]!, parts.at(-1)!];
  const inner = parts.slice(1, -1).filter((part) => part !== '');
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    const end = text.length - last.length;
    let at = first.length;
    for (const part of inner) {
      const found = text.indexOf(part, at);
      if (found < 0 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}

/**
 * The expression between two percent signs, found anywhere in a text. CloudWatch's subset of the language, run by RE2: there
 * is no backtracking, so no expression takes longer than its length times that of the text.
 * @param from position of its first character in the pattern, from 1
 * @throws PatternError
 */
export function regex(source: string, from: number, quota: Quota): TextMatch {
  if (quota.regexes-- === 0) throw new PatternError('a pattern has at most two regular expressions', from);
  if (source === '') throw new PatternError('there is no regular expression between the percent signs', from);
  for (let i = 0; i < source.length; i++) {
    if (source[i] === '\\') {
      const escape = /^\\(?:x[0-9A-Fa-f]{2}|[dDsSwW]|[^0-9A-Za-z\s])/.exec(source.slice(i))?.[0];
      if (escape === undefined)
        throw new PatternError('a backslash goes before d, D, s, S, w, W, x and two hexadecimal digits, or an operator', from + i);
      i += escape.length - 1;
    } else if (!/[0-9A-Za-z:_#=@/;,\- ^$?[\]{}|*+.]/.test(source[i]!)) {
      throw new PatternError(`«${source[i]!}» has no place in a regular expression; write it as \\x and its code`, from + i);
    }
  }
  for (const [, low, high] of source.matchAll(/\{ *(\d*) *,? *(\d*) *\}/g))
    if (Math.max(Number(low), Number(high)) > MOST_REPEATS) throw new PatternError(`at most ${MOST_REPEATS} repetitions are counted`, from);
  try {
    // RE2 wants both ends of «at most n», and no blanks.
    const compiled = RE2JS.compile(
      source.replace(/\{ *(\d*) *(,?) *(\d*) *\}/g, (_, m: string, c: string, n: string) => `{${m || '0'}${c}${n}}`),
    );
    if (compiled.programSize() > LARGEST_PROGRAM) throw new PatternError('this regular expression is too large', from);
    return (text) => compiled.test(text);
  } catch (error) {
    if (error instanceof PatternError) throw error;
    throw new PatternError(`this regular expression cannot be read: ${(error as Error).message}`, from);
  }
}
