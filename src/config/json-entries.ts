import { readFileSync } from 'node:fs';

/** One entry of a list that an operator wrote: every look at a field is checked, and every problem is collected. */
export class EntryReader {
  private readonly known = new Set<string>();

  /** @param place how messages call it: `entry 2` */
  constructor(
    private readonly fields: Readonly<Record<string, unknown>>,
    readonly place: string,
    private readonly problems: string[],
  ) {}

  has(field: string): boolean {
    this.known.add(field);
    return this.fields[field] !== undefined;
  }

  /** A text that `accept` takes. A wrong or missing one is noted and answered as an empty text. */
  text(field: string, rule: TextRule): string {
    const value = this.value(field);
    if (typeof value === 'string' && value !== '' && rule.accept(value)) return value;
    this.note(field, value, rule);
    return '';
  }

  optionalText(field: string, rule: TextRule): string | undefined {
    return this.has(field) ? this.text(field, rule) : undefined;
  }

  /** A list of such texts, or a single one where that is enough; undefined when the field is absent. */
  texts(field: string, rule: TextRule): readonly string[] | undefined {
    if (!this.has(field)) return undefined;
    const value = this.value(field);
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    const wrong = list.length ? list.find((v) => typeof v !== 'string' || v === '' || !rule.accept(v)) : value;
    if (wrong === undefined) return list as readonly string[];
    this.note(field, wrong, rule);
    return [];
  }

  inner(field: string): EntryReader | undefined {
    if (!this.has(field)) return undefined;
    const value = this.value(field);
    if (isObject(value)) return new EntryReader(value, `${this.place}, ${field}`, this.problems);
    this.problems.push(`${this.place}, ${field}: ${shown(value)} is not an object`);
    return undefined;
  }

  complain(field: string, why: string): void {
    this.problems.push(`${this.place}, ${field}: ${why}`);
  }

  /** Notes fields that nobody asked for: a misspelt one must not be passed over. */
  refuseOthers(): void {
    for (const field of Object.keys(this.fields))
      if (!this.known.has(field))
        this.problems.push(`${this.place}: unknown field ${shown(field)}; known are ${[...this.known].join(', ')}`);
  }

  private value(field: string): unknown {
    this.known.add(field);
    return this.fields[field];
  }

  private note(field: string, value: unknown, { why, example, isSecret }: TextRule): void {
    const what = value === undefined ? 'is missing' : `${isSecret ? '(hidden)' : shown(value)} ${why}`;
    this.problems.push(`${this.place}, ${field}: ${what}, for example ${JSON.stringify(example)}`);
  }
}

export interface TextRule {
  readonly accept: (text: string) => boolean;
  /** Completes the sentence «"value" …». */
  readonly why: string;
  readonly example: string;
  readonly isSecret?: boolean;
}

/**
 * Entries of a JSON list that is given itself (it begins with `[`) or as the path of a file.
 * @throws Error naming each problem; its message completes «NAME=(hidden) …»
 */
export function readEntries<E>(raw: string, read: (entry: EntryReader) => E): readonly E[] {
  const isInline = raw.trimStart().startsWith('[');
  const from = isInline ? '' : `(the file ${raw}) `;
  const list = parseList(isInline ? raw : fileText(raw), from);
  const problems: string[] = [];
  const entries = list.flatMap((fields, i) => {
    const place = `entry ${i + 1}`;
    if (!isObject(fields)) {
      problems.push(`${place} is not an object`);
      return [];
    }
    const reader = new EntryReader(fields, place, problems);
    const entry = read(reader);
    reader.refuseOthers();
    return [entry];
  });
  if (problems.length) throw new Error(`${from}is not right: ${problems.join('; ')}`);
  return entries;
}

function fileText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`is neither a JSON list nor a file that can be read (${path}: ${(error as NodeJS.ErrnoException).code})`);
  }
}

function parseList(text: string, from: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own words repeat the text, which holds secrets.
    throw new Error(`${from}is not JSON`);
  }
  if (!Array.isArray(value)) throw new Error(`${from}is not a JSON list`);
  return value as unknown[];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const shown = (value: unknown): string => JSON.stringify(value).slice(0, 200);
