export { type Caller, CallerProfile, NOBODY } from './caller-profile.js';
export { CallerDates } from './caller-dates.js';
export { isKnownCountry } from './countries.js';
export { DATE_FORMATS, type DateFormat, TIME_FORMATS, type TimeFormat } from './date-formats.js';
export { formatPhpDate } from './php-date.js';
export { isKnownTimezone } from './timezones.js';
export { IsCountry, IsDateFormat, IsTimeFormat, IsTimezone } from './validators.js';
