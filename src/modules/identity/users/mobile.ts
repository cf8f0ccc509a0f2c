import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/core';
import metadata from 'libphonenumber-js/metadata.max';
import { ValidationFailed } from '../../../platform/errors/index.js';
import { isKnownCountry } from '../ancillary/index.js';

/** A telephone number as people write it in their country. */
export interface MobileWish {
  readonly local: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

/** @returns E.164, such as +27821234567 @throws ValidationFailed on the field that is wrong */
export function toE164({ local, country }: MobileWish): string {
  if (!isKnownCountry(country))
    throw new ValidationFailed({ 'mobile.country': ['mobile.country must be a country as two upper-case letters, such as ZA'] });
  const number = parsePhoneNumberFromString(local, country as CountryCode, metadata);
  if (!number?.isValid() || number.ext)
    throw new ValidationFailed({ 'mobile.local': [`mobile.local is no telephone number of ${country}; write it as it is dialled there`] });
  return number.number;
}

/** How a stored number is shown: in all three notations. */
export function shownMobile(e164: string): { e164: string; local: string; country: string } {
  const number = parsePhoneNumberFromString(e164, metadata);
  return { e164, local: number?.formatNational() ?? e164, country: number?.country ?? '' };
}
