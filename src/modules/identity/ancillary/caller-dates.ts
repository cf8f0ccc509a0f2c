import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../../platform/context/index.js';
import { type Caller, CallerProfile } from './caller-profile.js';
import { formatPhpDate } from './php-date.js';
import { isKnownTimezone } from './timezones.js';

/** Writes a moment's date and time. */
export interface DateWriter {
  date(at: Date): string;
  time(at: Date): string;
}

/** Dates as the person behind a request wants them: their time zone, format and language. Programs get UTC, 2026-11-22 and 07:30:00. */
@Injectable()
export class CallerDates {
  constructor(private readonly profile: CallerProfile) {}

  async of(ctx: RequestContext): Promise<DateWriter> {
    const { timezone, dateFormat, timeFormat, locale }: Caller = await this.profile.of(ctx);
    const zone = isKnownTimezone(timezone) ? timezone : 'UTC';
    return {
      date: (at) => formatPhpDate(at, dateFormat, zone, locale),
      time: (at) => formatPhpDate(at, timeFormat, zone, locale),
    };
  }
}
