import { describe, expect, it } from '@jest/globals';
import { shownMobile, toE164 } from './mobile.js';

describe('a mobile number', () => {
  it.each([
    ['082 123 4567', 'ZA', '+27821234567'],
    ['(0)82-123-4567', 'ZA', '+27821234567'],
    ['+27 82 123 4567', 'DE', '+27821234567'],
    ['0171 1234567', 'DE', '+491711234567'],
  ])('%s of %s is %s', (local, country, e164) => expect(toE164({ local, country })).toBe(e164));

  it.each([
    ['12', 'ZA'],
    ['082 123 4567 ext. 5', 'ZA'],
    ['0171 12', 'DE'],
    ['call me', 'ZA'],
    ['0821234567', 'XX'],
    ['0821234567', 'za'],
  ])('%s of %s is none', (local, country) => expect(() => toE164({ local, country })).toThrow(/mobile\.(local|country)/));

  it('is shown in all three notations, also one that nobody knows any more', () => {
    expect(shownMobile('+27821234567')).toEqual({ e164: '+27821234567', local: '082 123 4567', country: 'ZA' });
    expect(shownMobile('+999')).toEqual({ e164: '+999', local: '+999', country: '' });
  });
});
