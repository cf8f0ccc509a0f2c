/**
 * Why a sign-in with an external provider came back without success: the words after `?problem=` at `/sign-in/:uid`.
 * The page has a sentence for each; the log has the cause.
 */
export const PROBLEMS = {
  cancelled: 'The person cancelled at the provider, or it refused them.',
  expired: 'It took longer than ten minutes, or its answer came a second time.',
  email_unverified: 'The provider does not vouch for the e-mail address, gave none, or may not vouch for addresses of that domain.',
  account_unverified: 'There is an account with that e-mail address, and its owner never confirmed it.',
  no_account: 'There is no account, and this installation takes new ones by invitation only.',
  not_allowed: 'The account may not sign in.',
  unavailable: 'The provider cannot be reached just now.',
  failed: 'Anything else: the provider and this server do not agree. The log says about what.',
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** A sign-in that an external provider began ends here; `cause` is for the log alone. */
export class FederationProblem extends Error {
  constructor(
    readonly code: ProblemCode,
    why: string,
    options?: { cause?: unknown },
  ) {
    super(why, options);
  }
}
