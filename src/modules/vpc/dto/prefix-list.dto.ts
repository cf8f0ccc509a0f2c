import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsString, MaxLength, ValidateNested } from 'class-validator';
import { pidOf } from '../../../fleet/index.js';
import type { PrefixListRequest, PrefixListSummary, PrefixListWithSites } from '../prefix-list.service.js';
import { PREFIXES_MAX } from '../prefixes.js';
import { addressListName } from '../vpc-wish.js';
import { Description, Name, Sites } from './fields.js';

const CIDR_LENGTH = 64;
const DESCRIPTION_LENGTH = 1000;

export class PrefixInputDto {
  @ApiProperty({ maxLength: CIDR_LENGTH, description: 'IPv4 or IPv6 in CIDR form; a lone address is the network of it alone.' })
  @IsString()
  @MaxLength(CIDR_LENGTH)
  cidr!: string;

  @Description(DESCRIPTION_LENGTH)
  description?: string | null;
}

export class PrefixListRequestDto {
  @Name(1)
  name!: string;

  @Description(DESCRIPTION_LENGTH)
  description?: string | null;

  @ApiProperty({
    ...{ type: PrefixInputDto, isArray: true, maxItems: PREFIXES_MAX },
    description: 'All prefixes; in a change those left out go. One that stands twice is kept once.',
  })
  @IsArray()
  @ArrayMaxSize(PREFIXES_MAX)
  @ValidateNested({ each: true })
  @Type(() => PrefixInputDto)
  prefixes!: PrefixInputDto[];

  @Sites('Sites that have the list by itself, as `site_…` or UUID; in a change those left out lose it.')
  sites!: string[];
}

export const toListRequest = (body: PrefixListRequestDto): PrefixListRequest => ({
  ...{ name: body.name, description: body.description ?? null, sites: body.sites },
  prefixes: body.prefixes.map(({ cidr, description }) => ({ cidr, description: description ?? null })),
});

export class PrefixDto {
  @ApiProperty({ pattern: '^prfx_[0-9A-Za-z]{27}$' })
  id!: string;
  @ApiProperty()
  cidr!: string;
  @ApiProperty({ type: String, nullable: true })
  description!: string | null;
}

export class PrefixListDto {
  @ApiProperty({ pattern: '^prfx_lst_[0-9A-Za-z]{27}$' })
  id!: string;
  @ApiProperty()
  name!: string;
  @ApiProperty({ type: String, nullable: true })
  description!: string | null;
  @ApiProperty({
    enum: ['active', 'syncing', 'failed'],
    description:
      'Of every site that has the list, by itself or for a rule. syncing: a change is on its way, and the list locked while routers that are online take it; failed: the newest change did not work everywhere.',
  })
  status!: string;
  @ApiProperty({ type: String, isArray: true, description: 'Sites that have it by itself, in the prefixed form. Lists leave it empty.' })
  sites!: readonly string[];
  @ApiProperty({ type: PrefixDto, isArray: true, description: 'Lists leave it empty.' })
  prefixes!: readonly PrefixDto[];
  @ApiProperty({ description: 'Name of the address list on routers (beyond the contract).' })
  address_list!: string;
}

export const toListDto = ({ list, status, sites }: PrefixListWithSites): PrefixListDto => ({
  ...{ id: list.id, name: list.name, description: list.description, status, sites: sites.map(pidOf) },
  prefixes: list.prefixes.map(({ id, cidr, description }) => ({ id, cidr, description })),
  address_list: addressListName(list.id),
});

export const toListSummaryDto = ({ list: { id, name, description }, status }: PrefixListSummary): PrefixListDto => ({
  ...{ id, name, description, status, sites: [], prefixes: [], address_list: addressListName(id) },
});
