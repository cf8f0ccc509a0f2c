/** Seconds that a retry waits at most. */
export const LONGEST_BACKOFF = 3600;

/**
 * Seconds until the attempt after the `attempt`-th (1 is the first): 2, 4, 8 … at most an hour, each spread over its
 * upper half by `fraction` (0 to 1), so that tasks which failed together do not come back together.
 */
export function backoffSeconds(attempt: number, fraction: number): number {
  const full = Math.min(2 ** Math.max(attempt, 1), LONGEST_BACKOFF);
  return full / 2 + (full / 2) * fraction;
}
