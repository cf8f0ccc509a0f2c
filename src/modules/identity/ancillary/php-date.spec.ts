import { describe, expect, it } from '@jest/globals';
import { DATE_FORMATS, TIME_FORMATS } from './date-formats.js';
import { formatPhpDate } from './php-date.js';

const at = (time: string): Date => new Date(`${time}Z`);

describe('a date by PHP letters', () => {
  // What `php -r 'echo date(…)'` prints for these moments in UTC.
  it.each([
    ['d j', '2026-01-04T09:05:03', '04 4'],
    ['D l', '2026-01-04T09:05:03', 'Sun Sunday'],
    ['m n M F', '2026-09-04T09:05:03', '09 9 Sep September'],
    ['Y y', '2026-01-04T09:05:03', '2026 26'],
    ['Y y', '0999-01-04T09:05:03', '0999 99'],
    ['H G h g', '2026-01-04T00:05:03', '00 0 12 12'],
    ['H G h g', '2026-01-04T09:05:03', '09 9 09 9'],
    ['H G h g', '2026-01-04T12:05:03', '12 12 12 12'],
    ['H G h g', '2026-01-04T23:05:03', '23 23 11 11'],
    ['i s', '2026-01-04T09:05:03', '05 03'],
    ['A a', '2026-01-04T11:59:59', 'AM am'],
    ['A a', '2026-01-04T12:00:00', 'PM pm'],
    [String.raw`l \t\h\e jS \o\f F`, '2026-01-04T09:05:03', 'Sunday the 4th of January'],
    [String.raw`Y\\m\ 年 [d].`, '2026-01-04T09:05:03', String.raw`2026\01 年 [04].`],
    ['', '2026-01-04T09:05:03', ''],
  ])('%s', (pattern, time, text) => expect(formatPhpDate(at(time), pattern, 'UTC')).toBe(text));

  it('has the right ordinal for each day of a month', () => {
    const days = Array.from({ length: 31 }, (_, n) => formatPhpDate(new Date(Date.UTC(2026, 0, n + 1)), 'jS', 'UTC'));
    expect(days.join(' ')).toBe(
      '1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th 11th 12th 13th 14th 15th 16th 17th 18th 19th 20th 21st 22nd 23rd 24th 25th 26th 27th 28th 29th 30th 31st',
    );
  });

  it.each([
    ['Africa/Johannesburg', '2026-01-01 00:30'],
    ['America/New_York', '2025-12-31 17:30'],
    ['Asia/Kathmandu', '2026-01-01 04:15'],
    ['Pacific/Kiritimati', '2026-01-01 12:30'],
  ])('is that of %s', (zone, text) => expect(formatPhpDate(at('2025-12-31T22:30:00'), 'Y-m-d H:i', zone)).toBe(text));

  it('skips and repeats the hour with the clocks of the zone', () => {
    const berlin = (time: string): string => formatPhpDate(at(time), 'H:i', 'Europe/Berlin');
    expect([berlin('2026-03-29T00:59:00'), berlin('2026-03-29T01:00:00')]).toEqual(['01:59', '03:00']);
    expect([berlin('2026-10-25T00:30:00'), berlin('2026-10-25T01:30:00')]).toEqual(['02:30', '02:30']);
  });

  it('names days and months in another language, with the digits of ours', () => {
    const time = at('2026-03-01T12:00:00');
    expect(formatPhpDate(time, 'l, j F Y', 'UTC', 'de')).toBe('Sonntag, 1 März 2026');
    expect(formatPhpDate(time, 'j F Y', 'UTC', 'cs')).toBe('1 března 2026');
    expect(formatPhpDate(time, 'd/m/Y', 'UTC', 'ar-EG')).toBe('01/03/2026');
    expect(formatPhpDate(time, 'j F Y', 'UTC', 'th-TH')).toBe('1 มีนาคม 2026');
  });

  it.each(['e', 'c', 'U', 'Y-m-d\\TH:i:sP', 'z', 'x'])('refuses what it cannot render: %s', (pattern) => {
    expect(() => formatPhpDate(at('2026-01-04T09:05:03'), pattern, 'UTC')).toThrow(/is no date letter that is offered here/);
  });

  it('refuses zones and locales that do not exist', () => {
    expect(() => formatPhpDate(at('2026-01-04T09:05:03'), 'Y', 'Mars/Olympus')).toThrow(RangeError);
    expect(() => formatPhpDate(at('2026-01-04T09:05:03'), 'F', 'UTC', 'not a locale')).toThrow(RangeError);
  });

  it('renders every format that is offered, each to another text', () => {
    const texts = [...DATE_FORMATS, ...TIME_FORMATS].map((format) => formatPhpDate(at('2026-01-04T15:05:03'), format, 'UTC'));
    expect(new Set(texts).size).toBe(texts.length - 1); // 15:05 with and without a leading zero is the same
    expect([DATE_FORMATS[0], TIME_FORMATS[0]]).toEqual(['Y-m-d', 'H:i']);
  });
});
