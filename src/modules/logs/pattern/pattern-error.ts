/** A filter pattern that cannot be read. */
export class PatternError extends Error {
  constructor(
    readonly problem: string,
    /** Of the first character that does not fit, from 1. */
    readonly position: number,
  ) {
    super(`${problem}, at character ${position} of the pattern`);
  }
}

/** What the quotas of CloudWatch Logs allow in one pattern. */
export interface Quota {
  regexes: number;
  wildcardSelectors: number;
}

export const newQuota = (): Quota => ({ regexes: 2, wildcardSelectors: 3 });
