import { describe, expect, it } from '@jest/globals';
import { validateSync } from 'class-validator';
import { COUNTRIES, currencyOf, isKnownCountry, STATES } from './countries.js';
import { IsCountry, IsDateFormat, IsTimeFormat, IsTimezone } from './index.js';
import { isKnownTimezone, TIMEZONES, timezonesOf } from './timezones.js';

const codes = COUNTRIES.map(({ iso2 }) => iso2);

describe('countries', () => {
  it('are those of ISO 3166-1, each with a name, a flag and a currency', () => {
    expect(new Set(codes).size).toBe(249);
    for (const { iso2, name, flag } of COUNTRIES) {
      expect(iso2).toMatch(/^[A-Z]{2}$/);
      expect([iso2, name.length > 2]).toEqual([iso2, true]);
      expect([iso2, flag]).toEqual([iso2, expect.stringMatching(/^\p{Regional_Indicator}{2}$/u)]);
      expect([iso2, currencyOf(iso2)]).toEqual([iso2, { iso3: expect.stringMatching(/^[A-Z]{3}$/), symbol: expect.any(String) }]);
    }
    expect(COUNTRIES[0]).toEqual({ iso2: 'AF', name: 'Afghanistan', flag: '🇦🇫' });
    expect(COUNTRIES.find(({ iso2 }) => iso2 === 'ZA')).toEqual({ iso2: 'ZA', name: 'South Africa', flag: '🇿🇦' });
  });

  it('are known by their upper-case code alone', () => {
    expect(['ZA', 'za', 'ZZ', 'XK', 'EU', 'ZAF', '', 'constructor'].map(isKnownCountry)).toEqual([true, ...Array<boolean>(7).fill(false)]);
  });

  it.each([
    ['US', { iso3: 'USD', symbol: '$' }],
    ['ZA', { iso3: 'ZAR', symbol: 'R' }],
    ['DE', { iso3: 'EUR', symbol: '€' }],
    ['JP', { iso3: 'JPY', symbol: '¥' }],
    ['CH', { iso3: 'CHF', symbol: 'CHF' }],
    ['ZZ', undefined],
    ['toString', undefined],
  ])('pay in their currency: %s', (iso2, currency) => expect(currencyOf(iso2)).toEqual(currency));

  it('have their states by code', () => {
    expect(STATES['US']).toMatchObject({ CA: 'California', NY: 'New York' });
    expect(STATES['ZA']).toMatchObject({ WC: 'Western Cape' });
    expect(STATES['CA']!['QC']).toBe('Quebec');
    expect(STATES['AU']!['NSW']).toBe('New South Wales');
    for (const [country, states] of Object.entries(STATES)) {
      expect(isKnownCountry(country)).toBe(true);
      for (const [code, name] of Object.entries(states))
        expect([country, code, name]).toEqual([country, expect.stringMatching(/^[A-Z0-9]{1,3}$/), expect.stringMatching(/\S/)]);
    }
    expect(STATES).not.toHaveProperty('VA');
  });
});

describe('time zones', () => {
  it('are those that Intl knows, under one name each, UTC among them', () => {
    const canonical = TIMEZONES.map((zone) => new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone);
    expect(new Set(canonical).size).toBe(TIMEZONES.length);
    expect(new Set(canonical)).toEqual(new Set([...Intl.supportedValuesOf('timeZone'), 'UTC']));
    expect([...TIMEZONES].sort()).toEqual(TIMEZONES);
    expect(TIMEZONES).toEqual(expect.arrayContaining(['Asia/Kolkata', 'Europe/Kyiv', 'America/Nuuk', 'Africa/Johannesburg', 'UTC']));
    expect(TIMEZONES).not.toContain('Asia/Calcutta');
  });

  it('of countries are among them, and each belongs to one', () => {
    const all = new Set(TIMEZONES);
    const placed = new Set(codes.flatMap(timezonesOf));
    for (const zone of placed) expect([zone, all.has(zone)]).toEqual([zone, true]);
    expect(TIMEZONES.filter((zone) => !placed.has(zone))).toEqual(['UTC']);
    expect(codes.filter((iso2) => !timezonesOf(iso2).length)).toEqual(['BV', 'HM']);
    expect(Math.max(...codes.map((iso2) => timezonesOf(iso2).length))).toBeLessThanOrEqual(50);
  });

  it.each([
    ['SE', ['Europe/Stockholm']],
    ['IN', ['Asia/Kolkata']],
    ['UA', ['Europe/Kyiv', 'Europe/Simferopol']],
    ['BV', []],
  ])('of %s', (iso2, zones) => expect(timezonesOf(iso2)).toEqual(zones));

  it('are known by today’s and former names in their own spelling', () => {
    for (const zone of [...TIMEZONES, 'Asia/Calcutta', 'US/Eastern', 'Etc/UTC', 'GMT'])
      expect([zone, isKnownTimezone(zone)]).toEqual([zone, true]);
    for (const zone of ['', 'europe/berlin', 'Europe/Berlin ', '+02:00', 'Mars/Olympus', 'CET+1', 'constructor']) {
      expect([zone, isKnownTimezone(zone)]).toEqual([zone, false]);
    }
  });
});

class ProfileDto {
  @IsTimezone() timezone: unknown = 'Europe/Berlin';
  @IsCountry() country: unknown = 'DE';
  @IsDateFormat() date_format: unknown = 'd.m.Y';
  @IsTimeFormat() time_format: unknown = 'H:i';
}

describe('a field of a profile', () => {
  const complaints = (change: Partial<ProfileDto>): string[] =>
    validateSync(Object.assign(new ProfileDto(), change)).flatMap(({ constraints }) => Object.values(constraints!));

  it('takes what is listed', () => expect(complaints({})).toEqual([]));

  it.each([
    ['timezone', 'Berlin', 'timezone must be an IANA time zone such as Europe/Berlin; GET /users/timezone lists them'],
    ['timezone', 7, 'timezone must be an IANA time zone such as Europe/Berlin; GET /users/timezone lists them'],
    ['country', 'de', 'country must be a country as two upper-case letters (ISO 3166-1), such as ZA; GET /users/country-codes lists them'],
    [
      'country',
      ['DE'],
      'country must be a country as two upper-case letters (ISO 3166-1), such as ZA; GET /users/country-codes lists them',
    ],
    ['date_format', 'H:i', 'date_format must be one of the formats that GET /users/carbon-formats lists, such as Y-m-d'],
    ['time_format', null, 'time_format must be one of the formats that GET /users/carbon-formats lists, such as H:i'],
  ])('refuses %s %j and says what would be right', (field, value, message) => expect(complaints({ [field]: value })).toEqual([message]));
});
