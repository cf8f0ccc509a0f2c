import { Controller, Get, Ip, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Answers, Ctx, SignedIn } from '../../../platform/access/index.js';
import { RequestContext } from '../../../platform/context/index.js';
import { AncillaryService } from './ancillary.service.js';
import { COUNTRIES, currencyOf, STATES } from './countries.js';
import { DATE_FORMATS, TIME_FORMATS } from './date-formats.js';
import { CountryCodesDto, DateTimeFormatsDto, TimezonesDto, toCountryDto, toCurrencyDto, toLocaleGuess } from './dto/ancillary.dto.js';
import { CountryNotFound } from './errors.js';
import { TIMEZONES, timezonesOf } from './timezones.js';

@ApiTags('ancillary-services')
@Controller('users')
export class AncillaryController {
  constructor(private readonly ancillary: AncillaryService) {}

  @Get('country-codes')
  @SignedIn()
  @ApiOperation({ operationId: 'getCountryCodes', summary: 'Countries with flags, and the locale and currency of the caller' })
  @ApiOkResponse({ type: CountryCodesDto })
  async countries(@Ctx() ctx: RequestContext, @Ip() ip: string): Promise<CountryCodesDto> {
    const country = await this.ancillary.countryOf(ctx, ip);
    return {
      locale: toLocaleGuess(country),
      currency: toCurrencyDto(country ? currencyOf(country) : undefined),
      data: COUNTRIES.map(toCountryDto),
    };
  }

  @Get('states')
  @SignedIn()
  @ApiOperation({ operationId: 'getStates', summary: 'States or provinces by country and code' })
  @ApiOkResponse({
    schema: {
      type: 'object',
      description: 'ISO 3166-2: outer key the country, inner key the code of the subdivision, value its name.',
      additionalProperties: { type: 'object', additionalProperties: { type: 'string' } },
    },
  })
  states(): Readonly<Record<string, Readonly<Record<string, string>>>> {
    return STATES;
  }

  @Get('carbon-formats')
  @SignedIn()
  @ApiOperation({ operationId: 'getDateTimeFormats', summary: 'Date and time formats to choose from, with rendered samples' })
  @ApiOkResponse({ type: DateTimeFormatsDto })
  async formats(@Ctx() ctx: RequestContext): Promise<DateTimeFormatsDto> {
    return {
      date_formats: await this.ancillary.samples(ctx, DATE_FORMATS),
      time_formats: await this.ancillary.samples(ctx, TIME_FORMATS),
    };
  }

  @Get('timezone')
  @SignedIn()
  @ApiOperation({ operationId: 'getTimezones', summary: 'All time zones, and those of the country of the caller' })
  @ApiOkResponse({ type: TimezonesDto })
  async timezones(@Ctx() ctx: RequestContext, @Ip() ip: string): Promise<TimezonesDto> {
    const country = await this.ancillary.countryOf(ctx, ip);
    return { locale: toLocaleGuess(country), data: [...TIMEZONES], country_timezones: country ? timezonesOf(country) : [] };
  }

  @Get('timezone/:country')
  @SignedIn()
  @Answers(CountryNotFound)
  @ApiOperation({ operationId: 'getTimezonesForCountry', summary: 'Time zones of one country, at most 50' })
  @ApiParam({
    name: 'country',
    description: 'ISO 3166-1 alpha-2, in either case.',
    schema: { type: 'string', minLength: 2, maxLength: 2, pattern: '^[A-Za-z]{2}$' },
  })
  @ApiOkResponse({ schema: { type: 'array', items: { type: 'string' }, description: 'IANA names.' } })
  timezonesOf(@Param('country') country: string): string[] {
    return this.ancillary.timezonesOf(country);
  }
}
