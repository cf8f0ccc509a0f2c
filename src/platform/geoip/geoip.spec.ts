import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mmdb } from '../../../test/support/mmdb.js';
import { InvalidEnvironment } from '../../config/index.js';
import { type GeoIp, MaxmindGeoIp, NoGeoIp } from './geoip.js';

describe('the country of an address', () => {
  let folder: string;
  let geo: GeoIp;
  const file = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rosfleet-geoip-'));
    const database = mmdb({
      '203.0.113.0/24': { country: { iso_code: 'ZA' } },
      '198.51.100.0/25': { registered_country: { iso_code: 'CA' } },
      '192.0.2.0/24': { country_code: 'nz', country: 'New Zealand' },
      '192.88.99.0/24': { continent: { code: 'EU' } },
      '2001:db8:0:0:0:0:0:0/32': { country: { iso_code: 'DE' } },
    });
    geo = await MaxmindGeoIp.open(file('country.mmdb', database));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['203.0.113.9', 'ZA'],
    ['::ffff:203.0.113.9', 'ZA'],
    ['198.51.100.1', 'CA'],
    ['198.51.100.200', undefined],
    ['192.0.2.1', 'NZ'],
    ['192.88.99.1', undefined],
    ['2001:db8::1', 'DE'],
    ['2001:db9::1', undefined],
    ['127.0.0.1', undefined],
    ['10.0.0.1', undefined],
    ['::1', undefined],
    ['no address', undefined],
    ['', undefined],
  ])('of %p is %p', (ip, country) => expect(geo.countryOf(ip)).toBe(country));

  it('is unknown without a database', () => expect(new NoGeoIp().countryOf()).toBeUndefined());

  it('refuses a database that cannot serve, before the server starts', async () => {
    const attempts: [string, string][] = [
      [join(folder, 'nowhere.mmdb'), 'cannot be read: ENOENT'],
      [file('text.mmdb', 'not a database'), 'cannot be read'],
      [file('empty.mmdb', ''), 'cannot be read'],
      [
        file('asn.mmdb', mmdb({ '203.0.113.0/24': { autonomous_system_number: 64500 } }, 'GeoLite2-ASN')),
        'is a database of the kind GeoLite2-ASN',
      ],
    ];
    for (const [path, why] of attempts) {
      const attempt = MaxmindGeoIp.open(path);
      await expect(attempt).rejects.toThrow(InvalidEnvironment);
      await expect(attempt).rejects.toThrow(`GEOIP_DATABASE="${path}" ${why}`);
    }
  });
});
