import { type DomainError, RateLimited, ValidationFailed } from '../../../platform/errors/index.js';

/** A refusal as its page shows it. */
export interface Problem {
  readonly status: number;
  /** Sentences about the whole form. */
  readonly general: readonly string[];
  /** One sentence for each wrong field that the form has. */
  readonly fields: Readonly<Record<string, string>>;
}

/** @param shown names of the form's fields in their order; complaints about others stand above the form */
export function problemOf(error: DomainError, shown: readonly string[]): Problem {
  const { status } = error.kind;
  if (error instanceof RateLimited)
    return { status, general: [`Too many attempts. Try again in ${duration(error.retryAfterSeconds)}.`], fields: {} };
  if (!(error instanceof ValidationFailed)) return { status, general: [error.message], fields: {} };
  const complaints = Object.entries(error.errors).map(([field, texts]) => [field, texts.map(sentence).join(' ')] as const);
  return {
    status,
    general: complaints.filter(([field]) => !shown.includes(field)).map(([, text]) => text),
    fields: Object.fromEntries(shown.flatMap((field) => complaints.filter(([wrong]) => wrong === field))),
  };
}

function duration(seconds: number): string {
  const [count, unit] = seconds < 120 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
