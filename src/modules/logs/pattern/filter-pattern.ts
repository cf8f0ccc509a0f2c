import { JsonPatternReader } from './json-pattern.js';
import { newQuota, PatternError, type Quota } from './pattern-error.js';
import { regex, type TextMatch } from './text-match.js';

interface Term {
  readonly kind: 'all' | 'any' | 'none';
  readonly matches: TextMatch;
}

/**
 * A filter pattern of CloudWatch Logs («Filter pattern syntax for metric filters, subscription filters, filter log events, and
 * Live Tail» in its user guide) as a test of a message. Everything but patterns of space-delimited fields, `[a, b]`, for no
 * message of ours is made of such; docs/orchestration-log.md tells where we are more lenient.
 * @throws PatternError
 */
export function filterPattern(pattern: string): TextMatch {
  const quota = newQuota();
  if (pattern.trimStart().startsWith('{')) {
    const match = new JsonPatternReader(pattern, quota).pattern();
    return (message) => {
      const event = parsed(message);
      return typeof event === 'object' && event !== null && match(event);
    };
  }
  if (pattern.trimStart().startsWith('['))
    throw new PatternError(
      'patterns of space-delimited fields match none of these messages, which are JSON; use { $.field = value }',
      pattern.indexOf('[') + 1,
    );
  const terms = termsOf(pattern, quota);
  const [all, any, none] = (['all', 'any', 'none'] as const).map((kind) => terms.filter((term) => term.kind === kind));
  return (message) =>
    all!.every((term) => term.matches(message)) &&
    !none!.some((term) => term.matches(message)) &&
    // Beside other terms, those with a question mark count for nothing, in the original too.
    (any!.length < terms.length || !any!.length || any!.some((term) => term.matches(message)));
}

/** terms = *( [ "?" | "-" ] ( a phrase in double quotes | "%" expression "%" | a word ) ) */
function termsOf(pattern: string, quota: Quota): Term[] {
  const terms: Term[] = [];
  const term = /\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|%((?:[^%\\]|\\.)*)%|([^\s"%][^\s"]*))/y;
  const end = pattern.trimEnd().length;
  for (let at = 0; at < end; at = term.lastIndex) {
    term.lastIndex = at;
    const found = term.exec(pattern);
    const start = at + /^\s*[?-]?/.exec(pattern.slice(at))![0].length;
    if (!found) {
      const missing = {
        '"': 'the quotation mark that ends this phrase is missing',
        '%': 'the percent sign that ends this regular expression is missing',
      };
      throw new PatternError(missing[pattern[start] as '"'] ?? 'a term was expected', start + 1);
    }
    const [, sign, phrase, expression, word] = found;
    const kind = sign === '?' ? 'any' : sign === '-' ? 'none' : 'all';
    if (expression !== undefined) terms.push({ kind, matches: regex(expression, start + 2, quota) });
    else terms.push({ kind, matches: contains(phrase?.replace(/\\(.)/g, '$1') ?? word!) });
  }
  return terms;
}

/** A phrase of blanks is the original's way to say «everything». */
const contains = (text: string): TextMatch => (text.trim() === '' ? () => true : (message) => message.includes(text));

function parsed(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}
