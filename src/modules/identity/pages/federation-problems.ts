import type { Problem } from './problem.js';

/** Why a sign-in with an external provider came back without success, by the word in `?problem=`. */
const PROBLEMS: Readonly<Record<string, string>> = {
  cancelled: 'The sign-in with the external provider was cancelled.',
  expired: 'The sign-in with the external provider took too long. Try again.',
  email_unverified: 'The external provider does not vouch for your e-mail address. Sign in with your password.',
  account_unverified:
    'There is an account with your e-mail address that was not confirmed. Sign in with your password and confirm it first.',
  no_account: 'There is no account for you, and this installation takes new ones by invitation only.',
  not_allowed: 'This account may not sign in.',
  unavailable: 'The external provider cannot be reached just now. Try again in a moment.',
};
const OTHER = 'The sign-in with the external provider did not work. Try again, or sign in with your password.';

/** @param word from the page's address: only words of the list say something of their own */
export function federationProblem(word: unknown): Problem | undefined {
  if (typeof word !== 'string' || !word) return undefined;
  const text = Object.hasOwn(PROBLEMS, word) ? PROBLEMS[word]! : OTHER;
  return { status: 200, general: [text], fields: {} };
}
