import { describe, expect, it } from '@jest/globals';
import { durationInWords, relativeInWords, shortDate } from './words.js';

describe('words of the contract', () => {
  it.each([
    [0, '0 seconds'],
    [1, '1 second'],
    [59, '59 seconds'],
    [60, '1 minute'],
    [3 * 86_400 + 14 * 3600 + 5 * 60 + 7, '3 days, 14 hours, 5 minutes'],
    [86_400, '1 day'],
  ])('%i s is %s', (seconds, words) => expect(durationInWords(seconds)).toBe(words));

  it.each([
    ['2023-12-15T00:00:00Z', '15th Dec 23'],
    ['2026-01-01T00:00:00Z', '1st Jan 26'],
    ['2026-01-22T00:00:00Z', '22nd Jan 26'],
    ['2026-01-13T00:00:00Z', '13th Jan 26'],
    ['2026-01-03T00:00:00Z', '3rd Jan 26'],
  ])('%s is %s', (date, words) => expect(shortDate(new Date(date))).toBe(words));

  it('says how long ago and how soon', () => {
    const now = new Date('2026-01-01T12:00:00Z');
    expect(relativeInWords(new Date('2026-01-01T11:55:00Z'), now)).toBe('5 minutes ago');
    expect(relativeInWords(new Date('2026-01-02T11:30:00Z'), now)).toBe('in 23 hours');
  });
});
