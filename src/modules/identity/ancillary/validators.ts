import { ValidateBy, type ValidationOptions } from 'class-validator';
import { isKnownCountry } from './countries.js';
import { DATE_FORMATS, TIME_FORMATS } from './date-formats.js';
import { isKnownTimezone } from './timezones.js';

const text = (name: string, accepts: (value: string) => boolean, message: string, options?: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    {
      name,
      validator: {
        validate: (value: unknown) => typeof value === 'string' && accepts(value),
        defaultMessage: () => `${options?.each ? 'each value in ' : ''}$property ${message}`,
      },
    },
    options,
  );

/** A zone that `Intl` knows, by its IANA name. */
export const IsTimezone = (options?: ValidationOptions): PropertyDecorator =>
  text('isTimezone', isKnownTimezone, 'must be an IANA time zone such as Europe/Berlin; GET /users/timezone lists them', options);

/** An ISO 3166-1 alpha-2 code, upper case. */
export const IsCountry = (options?: ValidationOptions): PropertyDecorator =>
  text(
    'isCountry',
    isKnownCountry,
    'must be a country as two upper-case letters (ISO 3166-1), such as ZA; GET /users/country-codes lists them',
    options,
  );

/** One of `DATE_FORMATS`. */
export const IsDateFormat = (options?: ValidationOptions): PropertyDecorator =>
  text(
    'isDateFormat',
    (value) => (DATE_FORMATS as readonly string[]).includes(value),
    `must be one of the formats that GET /users/carbon-formats lists, such as ${DATE_FORMATS[0]}`,
    options,
  );

/** One of `TIME_FORMATS`. */
export const IsTimeFormat = (options?: ValidationOptions): PropertyDecorator =>
  text(
    'isTimeFormat',
    (value) => (TIME_FORMATS as readonly string[]).includes(value),
    `must be one of the formats that GET /users/carbon-formats lists, such as ${TIME_FORMATS[0]}`,
    options,
  );
