/** One environment variable: how it is read, what a good value looks like, and the line it gets in `.env.example`. */
export interface Variable<T> {
  readonly describe: string;
  /** A value that would be accepted; shown in error messages and in `.env.example`. */
  readonly example: string;
  /** The value when the variable is absent or empty; `undefined` makes it optional. */
  readonly fallback: T;
  /** The value holds secrets whatever the name says: it is never repeated. */
  readonly isSecret?: boolean;
  /** Parses the raw text. Throws an Error whose message completes the sentence «NAME=value …». */
  parse(raw: string): T;
}

export class InvalidEnvironment extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The environment is not usable:\n${problems.map((p) => `  - ${p}`).join('\n')}`);
  }
}

type Variables = Record<string, Variable<unknown>>;
export type Values<V extends Variables> = { readonly [K in keyof V]: V[K] extends Variable<infer T> ? T : never };

/** A titled group of variables, the unit of one file under `src/config`. */
export interface Concern<V extends Variables = Variables> {
  readonly title: string;
  readonly variables: V;
}

export const concern = <V extends Variables>(title: string, variables: V): Concern<V> => ({ title, variables });

/** Reads one concern and collects every problem, so that a person mends all of them in one go. */
export function readConcern<V extends Variables>(group: Concern<V>, env: NodeJS.ProcessEnv, problems: string[]): Values<V> {
  const out: Record<string, unknown> = {};
  for (const [name, variable] of Object.entries(group.variables)) {
    const raw = env[name];
    if (raw === undefined || raw === '') {
      out[name] = variable.fallback;
      continue;
    }
    try {
      out[name] = variable.parse(raw);
    } catch (error) {
      problems.push(
        `${name}=${variable.isSecret || isSecret(name) ? '(hidden)' : JSON.stringify(raw)} ${(error as Error).message}; for example ${name}=${variable.example}`,
      );
    }
  }
  return out as Values<V>;
}

const isSecret = (name: string): boolean => /KEY|PASSWORD|SECRET|TOKEN|_URL$/.test(name) && name !== 'PUBLIC_URL' && name !== 'PORTAL_URL';

const refuse = (why: string): never => {
  throw new Error(why);
};

export const text = <T extends string | undefined>(
  fallback: T,
  describe: string,
  example: string,
  accept?: { pattern: RegExp; why: string },
): Variable<string | T> => ({
  describe,
  example,
  fallback,
  parse: (raw) => (accept && !accept.pattern.test(raw) ? refuse(accept.why) : raw),
});

export const integer = (fallback: number, describe: string, { min, max }: { min: number; max: number }): Variable<number> => ({
  describe,
  example: String(fallback),
  fallback,
  parse: (raw) => {
    const value = Number(raw);
    return /^\d+$/.test(raw) && value >= min && value <= max ? value : refuse(`is not a whole number from ${min} to ${max}`);
  },
});

export const flag = (fallback: boolean, describe: string): Variable<boolean> => ({
  describe,
  example: fallback ? 'true' : 'false',
  fallback,
  parse: (raw) => (/^(true|1|yes|on)$/i.test(raw) ? true : /^(false|0|no|off)$/i.test(raw) ? false : refuse('is neither true nor false')),
});

export const oneOf = <const C extends readonly string[]>(choices: C, fallback: C[number], describe: string): Variable<C[number]> => ({
  describe: `${describe} One of: ${choices.join(', ')}.`,
  example: fallback,
  fallback,
  parse: (raw) => (choices.includes(raw) ? raw : refuse(`is not one of ${choices.join(', ')}`)),
});

export const url = <T extends string | undefined>(
  fallback: T,
  describe: string,
  example: string,
  protocols: readonly string[],
): Variable<string | T> => ({
  describe,
  example,
  fallback,
  parse: (raw) => {
    const parsed = URL.canParse(raw) ? new URL(raw) : undefined;
    if (!parsed || !protocols.includes(parsed.protocol))
      return refuse(`is not a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`);
    return raw.replace(/\/+$/, '');
  },
});

/** Values separated by commas; each is checked. */
export const list = (
  describe: string,
  example: string,
  accept: { check: (item: string) => boolean; why: string },
): Variable<readonly string[] | undefined> => ({
  describe: `${describe} Separated by commas.`,
  example,
  fallback: undefined,
  parse: (raw) => {
    const items = raw.split(',').map((item) => item.trim());
    const wrong = items.find((item) => !accept.check(item));
    return wrong === undefined ? items : refuse(`holds ${JSON.stringify(wrong)}, which ${accept.why}`);
  },
});
