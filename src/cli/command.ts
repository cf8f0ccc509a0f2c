import { parseArgs } from 'node:util';

/** A mistake in how a command was called: its message is shown, and the exit code is 2. */
export class UsageError extends Error {}

/** Something that did not work and whose message says everything: shown without a stack trace, exit code 1. */
export class CommandFailed extends Error {}

interface Option {
  /** What stands for the value in the help; absent for a switch. */
  readonly value?: string;
  readonly describe: string;
}

export type Options = Readonly<Record<string, Option>>;

/** What was given: text for options with a value, true for switches. */
export type Given<O extends Options> = { readonly [K in keyof O]?: O[K] extends { value: string } ? string : boolean };

export interface Command<O extends Options = Options> {
  readonly name: string;
  readonly summary: string;
  /** Names of the arguments beside options, as the help shows them; `[x]` may be left out, `[x]…` given many times. */
  readonly positionals?: readonly string[];
  readonly options: O;
  /** More lines for `--help`. */
  readonly notes?: string;
  /** Hands every argument on as it is; the command reads them itself. */
  readonly raw?: boolean;
  /** @returns the exit code, 0 when nothing is said */
  run(given: Given<O>, positionals: readonly string[], raw: readonly string[]): Promise<number | void>;
}

/** Ties the options of a command to the type of what `run` is given. */
export const command = <const O extends Options>(c: Command<O>): Command => c;

export function helpOf(c: Command): string {
  const rows = Object.entries<Option>({ ...c.options, help: { describe: 'Show this.' } }).map(([name, o]) => ({
    flag: `--${name}${o.value ? ` ${o.value}` : ''}`,
    describe: o.describe,
  }));
  const width = Math.max(...rows.map((row) => row.flag.length));
  const lines = [
    `usage: rosfleet ${usageOf(c)}`,
    '',
    c.summary,
    '',
    ...rows.map(({ flag, describe }) => `  ${flag.padEnd(width)}  ${describe}`),
  ];
  return [...lines, ...(c.notes ? ['', c.notes] : [])].join('\n');
}

export const usageOf = (c: Command): string =>
  [c.name, ...(c.positionals ?? []), ...(Object.keys(c.options).length ? ['[options]'] : [])].join(' ');

/** @throws UsageError naming what is wrong and what would be right */
export function readArguments(c: Command, args: readonly string[]): { given: Given<Options>; positionals: readonly string[] } {
  const options = Object.fromEntries(
    Object.entries(c.options).map(([name, o]) => [name, { type: o.value ? 'string' : 'boolean' } satisfies { type: 'string' | 'boolean' }]),
  );
  const allowed = c.positionals ?? [];
  const { values, tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const option = c.options[token.name];
    if (!option) throw new UsageError(unknownOption(c, token.rawName));
    if (option.value && (token.value === undefined || (!token.inlineValue && token.value.startsWith('--')))) {
      throw new UsageError(`${token.rawName} needs a value: ${token.rawName} ${option.value}.`);
    }
    if (!option.value && token.value !== undefined) throw new UsageError(`${token.rawName} takes no value.`);
  }
  if (positionals.length > allowed.length && !allowed.some((name) => name.endsWith('…')))
    throw new UsageError(`${c.name} does not know what to do with «${positionals[allowed.length]!}».`);
  const missing = allowed[positionals.length];
  if (missing && !missing.startsWith('[')) throw new UsageError(`${c.name} needs ${missing}.`);
  return { given: values as Given<Options>, positionals };
}

function unknownOption(c: Command, given: string): string {
  const names = Object.keys(c.options).map((name) => `--${name}`);
  const meant = closest(given, names);
  const known = names.length ? `${c.name} knows ${names.join(', ')}.` : `${c.name} has no options.`;
  return `There is no option ${given}. ${meant ? `Did you mean ${meant}? ` : ''}${known}`;
}

/** The candidate that a typing mistake most likely meant; undefined when none is near. */
export function closest(given: string, candidates: readonly string[]): string | undefined {
  const near = candidates.map((name) => ({ name, distance: distance(given, name) })).sort((a, b) => a.distance - b.distance)[0];
  return near && near.distance <= Math.max(2, given.length / 3) ? near.name : undefined;
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length]!;
}

/** @throws UsageError */
export function wholeNumber(option: string, given: string, { min, max }: { min: number; max: number }): number {
  const value = Number(given);
  if (!/^\d+$/.test(given) || value < min || value > max)
    throw new UsageError(`${option} ${given} is not a whole number from ${min} to ${max}.`);
  return value;
}
