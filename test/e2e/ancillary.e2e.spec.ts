import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CallerProfile } from '../../src/modules/identity/ancillary/index.js';
import { mmdb } from '../support/mmdb.js';
import { runFolder } from '../support/test-run.js';
import { Fleet, type Team } from './support/fleet.js';

const PATHS = ['/users/country-codes', '/users/states', '/users/carbon-formats', '/users/timezone', '/users/timezone/ZA'];

describe('countries, time zones and formats', () => {
  let fleet: Fleet;
  let team: Team;

  beforeAll(async () => {
    const file = join(mkdtempSync(join(runFolder(), 'geoip-')), 'country.mmdb');
    const country = (iso_code: string): { country: { iso_code: string } } => ({ country: { iso_code } });
    writeFileSync(
      file,
      mmdb({ '203.0.113.0/24': country('ZA'), '198.51.100.0/24': country('XK'), '2001:db8:0:0:0:0:0:0/32': country('US') }),
    );
    fleet = await Fleet.start({ GEOIP_DATABASE: file, TRUST_PROXY: 'true' });
    team = await fleet.team();
  }, 60_000);
  afterAll(() => fleet.stop());

  const from = async (path: string, ip?: string): Promise<Record<string, never>> => {
    const asked = team.owner.get(path);
    return (await (ip ? asked.set('x-forwarded-for', ip) : asked).expect(200)).body;
  };
  /** What the person behind every request has chosen. */
  const choosing = async <T>(profile: { country: string | null; timezone: string }, work: () => Promise<T>): Promise<T> => {
    const port = fleet.app.get(CallerProfile);
    const before = port.of.bind(port);
    port.of = async (ctx) => ({ ...(await before(ctx)), ...profile });
    try {
      return await work();
    } finally {
      port.of = before;
    }
  };

  it.each(PATHS)('%s needs a login', async (path) => {
    expect((await fleet.http().get(path).expect(401)).body.code).toBe('unauthenticated');
  });

  it('lists countries, with the locale and currency of where the request came from', async () => {
    const body = await from('/users/country-codes', '203.0.113.7');
    expect(body).toEqual({ locale: { countryCode: 'ZA' }, currency: { iso3: 'ZAR', symbol: 'R' }, data: expect.any(Array) });
    expect(body['data']).toHaveLength(249);
    expect(body['data']).toContainEqual({ country: 'South Africa', iso2: 'ZA', flag: '🇿🇦' });
    expect(await from('/users/country-codes', '2001:db8::7')).toMatchObject({ locale: { countryCode: 'US' }, currency: { iso3: 'USD' } });
  });

  it('falls back to the country of the profile, and to nothing', async () => {
    await choosing({ country: 'DE', timezone: 'UTC' }, async () => {
      expect(await from('/users/country-codes')).toMatchObject({ locale: { countryCode: 'DE' }, currency: { iso3: 'EUR', symbol: '€' } });
      expect(await from('/users/country-codes', '203.0.113.7')).toMatchObject({ locale: { countryCode: 'ZA' } });
    });
    expect(await from('/users/country-codes')).toMatchObject({ locale: {}, currency: {} });
    expect(await from('/users/timezone')).toMatchObject({ locale: {}, country_timezones: [] });
    expect((await from('/users/country-codes', '198.51.100.7'))['locale']).toEqual({}); // a code that ISO does not assign
  });

  it('maps states by country and code', async () => {
    const body = await from('/users/states');
    for (const country of ['US', 'CA', 'AU', 'ZA']) expect(Object.keys(body[country]!).length).toBeGreaterThan(7);
    expect(body['US']!['TX']).toBe('Texas');
    expect(body).not.toHaveProperty('VA');
  });

  it('renders a sample of each format at this moment in the zone of the caller', async () => {
    const body = await choosing({ country: null, timezone: 'America/New_York' }, () => from('/users/carbon-formats'));
    const samples = (list: { format: string; example: string }[]): Record<string, string> =>
      Object.fromEntries(list.map(({ format, example }) => [format, example]));
    expect(samples(body['date_formats']!)).toMatchObject({
      'Y-m-d': '2026-01-01',
      'd/m/Y': '01/01/2026',
      'l, F j, Y': 'Thursday, January 1, 2026',
    });
    expect(samples(body['time_formats']!)).toMatchObject({ 'H:i': '07:00', 'g:i A': '7:00 AM' });
    expect(samples((await from('/users/carbon-formats'))['time_formats']!)).toMatchObject({ 'H:i': '12:00', 'g:i A': '12:00 PM' });
    const strange = await choosing({ country: null, timezone: 'Mars/Olympus' }, () => from('/users/carbon-formats'));
    expect(samples(strange['time_formats']!)).toMatchObject({ 'H:i': '12:00' });
  });

  it('lists all time zones and those of the country of the caller', async () => {
    const body = await from('/users/timezone', '203.0.113.7');
    expect(body).toEqual({ locale: { countryCode: 'ZA' }, country_timezones: ['Africa/Johannesburg'], data: expect.any(Array) });
    expect(body['data']).toEqual(expect.arrayContaining(['Africa/Johannesburg', 'Europe/Berlin', 'UTC']));
  });

  it('lists the time zones of one country, in either case', async () => {
    expect(await from('/users/timezone/NZ')).toEqual(['Pacific/Auckland', 'Pacific/Chatham']);
    expect(await from('/users/timezone/nz')).toEqual(['Pacific/Auckland', 'Pacific/Chatham']);
    expect(await from('/users/timezone/HM')).toEqual([]);
  });

  it.each(['ZZ', 'ZAF', 'Z', 'XK', '%F0%9F%87%BF', '..%2f', "'--"])('knows no country %s', async (country) => {
    expect((await team.owner.get(`/users/timezone/${country}`).expect(404)).body.code).toBe('country_not_found');
  });

  it('does not start with a database that has no countries', async () => {
    const file = join(fleet.dataDir, 'asn.mmdb');
    writeFileSync(file, mmdb({}, 'GeoLite2-ASN'));
    await expect(Fleet.start({ GEOIP_DATABASE: file })).rejects.toThrow(`GEOIP_DATABASE="${file}" is a database of the kind GeoLite2-ASN`);
  });
});
