/**
 * Seconds until the next attempt: 2, 4, 8 … capped at an hour, each spread over its upper half so that tasks that
 * failed together do not come back together.
 */
export function backoffSeconds(attempt: number, fraction: number): number {
  const full = Math.min(2 ** attempt, 3600);
  return full / 2 + (full / 2) * fraction;
}
