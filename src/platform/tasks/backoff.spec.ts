import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backoffSeconds, LONGEST_BACKOFF } from './backoff.js';

const attempt = fc.integer({ min: 1, max: 5000 });
const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('the wait before the next attempt', () => {
  it.each([
    [1, 0, 1],
    [1, 0.5, 1.5],
    [2, 0, 2],
    [3, 0.25, 5],
    [11, 0, 1024],
    [12, 0, 1800],
  ])('after attempt %i with jitter %d is %d s', (after, jitter, seconds) => {
    expect(backoffSeconds(after, jitter)).toBe(seconds);
  });

  it('lies in the upper half of a power of two and never above the cap', () => {
    fc.assert(
      fc.property(attempt, fraction, (n, f) => {
        const full = Math.min(2 ** n, LONGEST_BACKOFF);
        const wait = backoffSeconds(n, f);
        expect(wait).toBeGreaterThanOrEqual(full / 2);
        expect(wait).toBeLessThan(full + Number.EPSILON * full);
      }),
    );
  });

  it('never gets shorter with another failure, whatever the jitter before the cap', () => {
    fc.assert(
      fc.property(attempt, fraction, fraction, (n, f, g) => {
        const capped = 2 ** (n + 1) > LONGEST_BACKOFF;
        expect(backoffSeconds(n + 1, capped ? f : g)).toBeGreaterThanOrEqual(backoffSeconds(n, f));
      }),
    );
  });

  it('is at least a second, so that a failing task is no busy loop', () => {
    fc.assert(fc.property(fc.integer({ min: -10, max: 5000 }), fraction, (n, f) => backoffSeconds(n, f) >= 1));
  });
});
