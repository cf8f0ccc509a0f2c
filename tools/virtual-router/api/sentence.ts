import { RouterOsError } from '../errors.js';

/** What a client asked for. Text is byte strings, as everywhere inside the router. */
export interface Request {
  /** `/ip/address/print` */
  readonly command: string;
  readonly tag: string | undefined;
  /** `=name=value`, in order; `.id` among them, `.proplist` not. */
  readonly args: ReadonlyMap<string, string>;
  /** `=!name=`: properties to take away. */
  readonly negated: ReadonlySet<string>;
  readonly query: readonly string[];
  /** Properties to answer; all when undefined. */
  readonly proplist: ReadonlySet<string> | undefined;
}

/** The tag alone, so that a sentence which makes no sense can be answered. */
export const tagOf = (words: readonly string[]): string | undefined =>
  words.findLast((word) => word.startsWith('.tag='))?.slice('.tag='.length);

/** @throws RouterOsError for a word of no known form */
export function parseRequest(words: readonly string[]): Request {
  const [command = '', ...rest] = words;
  const args = new Map<string, string>();
  const negated = new Set<string>();
  const query: string[] = [];
  let proplist: Set<string> | undefined;
  for (const word of rest) {
    if (word.startsWith('?')) {
      query.push(word);
      continue;
    }
    if (word.startsWith('.tag=')) continue;
    const [, name, value = ''] = /^=?([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined || !/^[=.]/.test(word)) throw new RouterOsError('invalid api word');
    if (name === '.proplist' || name === 'proplist') proplist = new Set(value.split(','));
    else if (name.startsWith('!')) negated.add(name.slice(1));
    else args.set(name, value);
  }
  return { command, tag: tagOf(words), args, negated, query, proplist };
}
