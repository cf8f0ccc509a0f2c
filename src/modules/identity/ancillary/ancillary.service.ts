import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import type { RequestContext } from '../../../platform/context/index.js';
import { GeoIp } from '../../../platform/geoip/index.js';
import { CallerProfile } from './caller-profile.js';
import { isKnownCountry } from './countries.js';
import { CountryNotFound } from './errors.js';
import { formatPhpDate } from './php-date.js';
import { isKnownTimezone, timezonesOf } from './timezones.js';

export interface FormatSample {
  readonly format: string;
  /** This moment in the caller's time zone. */
  readonly example: string;
}

/** Countries, time zones and formats, with a guess at what suits the caller. */
@Injectable()
export class AncillaryService {
  constructor(
    private readonly geo: GeoIp,
    private readonly profile: CallerProfile,
    private readonly clock: Clock,
  ) {}

  /** Where the caller most likely is: by their address, else by their profile. ISO 3166-1 alpha-2. */
  async countryOf(ctx: RequestContext, ip: string): Promise<string | undefined> {
    const country = this.geo.countryOf(ip) ?? (await this.profile.of(ctx)).country;
    return country && isKnownCountry(country) ? country : undefined;
  }

  async samples(ctx: RequestContext, formats: readonly string[]): Promise<FormatSample[]> {
    const { timezone } = await this.profile.of(ctx);
    const zone = isKnownTimezone(timezone) ? timezone : 'UTC';
    const now = this.clock.now();
    return formats.map((format) => ({ format, example: formatPhpDate(now, format, zone) }));
  }

  /** @throws CountryNotFound */
  timezonesOf(country: string): string[] {
    const iso2 = country.toUpperCase();
    if (!isKnownCountry(iso2)) throw new CountryNotFound();
    return timezonesOf(iso2);
  }
}
