import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Country, Currency } from '../countries.js';

export class LocaleGuessDto {
  @ApiPropertyOptional({ description: 'ISO 3166-1 alpha-2, from the address of the request, else from the profile; absent when unknown.' })
  countryCode?: string;
}

export class CurrencyDto {
  @ApiPropertyOptional({ description: 'ISO 4217; absent when the country is unknown.' })
  iso3?: string;
  @ApiPropertyOptional()
  symbol?: string;
}

export class CountryDto {
  @ApiProperty()
  country!: string;
  @ApiProperty({ description: 'ISO 3166-1 alpha-2.' })
  iso2!: string;
  @ApiProperty({ description: 'Emoji.' })
  flag!: string;
}

export class CountryCodesDto {
  @ApiProperty({ type: LocaleGuessDto })
  locale!: LocaleGuessDto;
  @ApiProperty({ type: CurrencyDto })
  currency!: CurrencyDto;
  @ApiProperty({ type: [CountryDto], description: 'All countries, by name.' })
  data!: CountryDto[];
}

export class FormatSampleDto {
  @ApiProperty({ description: 'PHP date letters.' })
  format!: string;
  @ApiProperty({ description: 'This moment in the time zone of the caller.' })
  example!: string;
}

export class DateTimeFormatsDto {
  @ApiProperty({ type: [FormatSampleDto] })
  date_formats!: FormatSampleDto[];
  @ApiProperty({ type: [FormatSampleDto] })
  time_formats!: FormatSampleDto[];
}

export class TimezonesDto {
  @ApiProperty({ type: LocaleGuessDto })
  locale!: LocaleGuessDto;
  @ApiProperty({ type: [String], description: 'Every IANA zone that can be chosen, by name.' })
  data!: string[];
  @ApiProperty({ type: [String], description: 'Those of the country of the caller; empty when it is unknown.' })
  country_timezones!: string[];
}

export const toLocaleGuess = (country: string | undefined): LocaleGuessDto => (country ? { countryCode: country } : {});
export const toCurrencyDto = (currency: Currency | undefined): CurrencyDto => ({ ...currency });
export const toCountryDto = ({ name, iso2, flag }: Country): CountryDto => ({ country: name, iso2, flag });
