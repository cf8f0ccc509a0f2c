import countryToCurrency from 'country-to-currency';
import { iso31661, iso31662 } from 'iso-3166';

export interface Country {
  /** ISO 3166-1 alpha-2, upper case. */
  readonly iso2: string;
  /** What it is called in English, not its long official name. */
  readonly name: string;
  /** Two regional indicator symbols, which programs show as a flag. */
  readonly flag: string;
}

export interface Currency {
  /** ISO 4217. */
  readonly iso3: string;
  /** As it stands beside an amount at home: $, €, R. */
  readonly symbol: string;
}

const CODES: ReadonlySet<string> = new Set(iso31661.map(({ alpha2 }) => alpha2));
const byName = new Intl.Collator('en');
const names = new Intl.DisplayNames('en', { type: 'region' });

/** Whether this is the code of a country or territory that ISO 3166-1 assigns; upper case. */
export const isKnownCountry = (iso2: string): boolean => CODES.has(iso2);

/** Unicode's regional indicators are the letters A to Z from U+1F1E6 on. */
export const flagOf = (iso2: string): string =>
  String.fromCodePoint(...[...iso2].map((letter) => 0x1f1e6 + letter.charCodeAt(0) - 'A'.charCodeAt(0)));

/** By name. */
export const COUNTRIES: readonly Country[] = iso31661
  .map(({ alpha2, name }) => ({ iso2: alpha2, name: names.of(alpha2) ?? name, flag: flagOf(alpha2) }))
  .sort((a, b) => byName.compare(a.name, b.name));

/** What is paid with there; undefined for what is no country. */
export function currencyOf(iso2: string): Currency | undefined {
  const iso3 = Object.hasOwn(countryToCurrency, iso2) ? countryToCurrency[iso2 as keyof typeof countryToCurrency] : undefined;
  if (!iso3) return undefined;
  const parts = new Intl.NumberFormat('en', { style: 'currency', currency: iso3, currencyDisplay: 'narrowSymbol' }).formatToParts(0);
  return { iso3, symbol: parts.find(({ type }) => type === 'currency')?.value ?? iso3 };
}

/**
 * ISO 3166-2: names of states, provinces and the like by country and by their code there (`CA` of `US-CA`). All levels,
 * since addresses name departments in one country and regions in another.
 */
export const STATES: Readonly<Record<string, Readonly<Record<string, string>>>> = statesByCountry();

function statesByCountry(): Record<string, Record<string, string>> {
  const states: Record<string, Record<string, string>> = {};
  for (const { code, name } of iso31662) (states[code.slice(0, 2)] ??= {})[code.slice(3)] = name;
  return states;
}
