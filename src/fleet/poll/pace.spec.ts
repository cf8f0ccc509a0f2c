import { describe, expect, it } from '@jest/globals';
import { Pace } from './pace.js';

const RATE = 40;
const pace = (busyPercent = 100): Pace => new Pace({ SECTION_RATE: RATE, SECTION_BUSY_PERCENT: busyPercent } as never);
/** How many of the pieces that ask every millisecond begin. */
const begun = (pace: Pace, from: number, seconds: number): number => {
  let count = 0;
  for (let now = from; now < from + seconds * 1000; now++) if (pace.mayBegin(now)) count++;
  return count;
};

describe('the pace of work that can wait', () => {
  it('lets a few pieces begin at the same instant', () => {
    const few = pace();
    expect(Array.from({ length: 30 }, () => few.mayBegin(1000))).not.toContain(false);
    expect(few.mayBegin(1000)).toBe(false);
  });

  it('lets many begin one by one, at their rate', () => {
    const many = pace();
    begun(many, 1000, 1); // those that may begin together
    expect(begun(many, 2000, 10)).toBe(10 * RATE);
    expect(begun(many, 12_000, 0.024)).toBeLessThanOrEqual(1);
  });

  it('lets one begin now and then where the process has no time', () => {
    expect(begun(pace(-1), 1000, 2)).toBe(20); // any share of its time is too much
  });
});
