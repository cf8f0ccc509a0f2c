import { isIP } from 'node:net';
import type { Reader, Response } from 'maxmind';
import { InvalidEnvironment } from '../../config/index.js';
import { geoipConfig } from '../../config/geoip.config.js';

/** Guesses where an IP address is. */
export abstract class GeoIp {
  /** ISO 3166-1 alpha-2 code, upper case; undefined for private addresses and whatever is not known. Never throws. */
  abstract countryOf(ip: string): string | undefined;
}

/** The default: knows nothing. */
export class NoGeoIp extends GeoIp {
  countryOf(): undefined {
    return undefined;
  }
}

/** Records of the databases that exist: MaxMind's and DB-IP's nest the code, others have it flat. */
type CountryRecord = Response & {
  readonly country?: { readonly iso_code?: string } | string;
  readonly registered_country?: { readonly iso_code?: string };
  readonly country_code?: string;
};

/** Kinds of database that say countries, by the words in their `database_type`; ASN or ISP databases do not. */
const HAS_COUNTRIES = /country|city|enterprise|location|insights/i;

/** A database in MaxMind's format, held in memory: GeoLite2, GeoIP2, DB-IP and others. */
export class MaxmindGeoIp extends GeoIp {
  private constructor(private readonly reader: Reader<CountryRecord>) {
    super();
  }

  /** @throws InvalidEnvironment when the file cannot be read or has no countries */
  static async open(path: string): Promise<MaxmindGeoIp> {
    const { open } = await import('maxmind'); // most installations never need it
    const reader = await open<CountryRecord>(path).catch((error: Error) => refuse(path, `cannot be read: ${error.message}`));
    const { databaseType } = reader.metadata;
    if (!HAS_COUNTRIES.test(databaseType)) return refuse(path, `is a database of the kind ${databaseType}, which has no countries`);
    return new MaxmindGeoIp(reader);
  }

  countryOf(ip: string): string | undefined {
    const address = ip.replace(/^::ffff:(?=\d+\.)/i, ''); // an IPv4 client of a socket that takes both
    const version = isIP(address);
    if (!version || (version === 6 && this.reader.metadata.ipVersion === 4)) return undefined;
    const record = this.reader.get(address);
    const country = typeof record?.country === 'object' ? record.country.iso_code : undefined;
    const code = country ?? record?.registered_country?.iso_code ?? record?.country_code;
    return code && /^[A-Z]{2}$/i.test(code) ? code.toUpperCase() : undefined;
  }
}

function refuse(path: string, why: string): never {
  const { example } = geoipConfig.variables.GEOIP_DATABASE;
  throw new InvalidEnvironment([`GEOIP_DATABASE=${JSON.stringify(path)} ${why}; for example GEOIP_DATABASE=${example}`]);
}
