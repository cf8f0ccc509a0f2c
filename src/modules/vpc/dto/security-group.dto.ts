import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min, ValidateNested } from 'class-validator';
import { pidOf } from '../../../fleet/index.js';
import { type Rule, RULES_MAX, warningsOf } from '../rules.js';
import type { SecurityGroupRequest, SecurityGroupSummary, SecurityGroupWithSites } from '../security-group.service.js';
import { Description, Name, Sites } from './fields.js';

const DIRECTIONS = ['inbound', 'outbound'] as const;
const PORT_LENGTH = 255;
const ADDRESS_LENGTH = 64;
const DESCRIPTION_LENGTH = 1024;

export class SecurityGroupRuleInputDto {
  @ApiProperty({ enum: DIRECTIONS })
  @IsIn(DIRECTIONS)
  direction!: 'inbound' | 'outbound';

  @ApiProperty({ minimum: 1, maximum: 1000, description: 'Where it stands, lowest first; several may share one.' })
  @IsInt()
  @Min(1)
  @Max(1000)
  order!: number;

  @ApiProperty({ minimum: 0, maximum: 255, description: 'IANA number (6 TCP, 17 UDP, 1 ICMP); 0 for any.' })
  @IsInt()
  @Min(0)
  @Max(255)
  protocol!: number;

  @ApiProperty({
    ...{ type: String, nullable: true, required: false, maxLength: PORT_LENGTH },
    description: 'Destination port: `443`, `8000-8100` or `80,443`. Only with TCP, UDP, SCTP, DCCP and UDP-Lite.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(PORT_LENGTH)
  port?: string | null;

  @ApiProperty({ maxLength: ADDRESS_LENGTH, description: 'The other side: IPv4 or IPv6 in CIDR form, or the id of a prefix list.' })
  @IsString()
  @MaxLength(ADDRESS_LENGTH)
  address!: string;

  @Description(DESCRIPTION_LENGTH)
  description?: string | null;
}

export class SecurityGroupRequestDto {
  @Name(3)
  name!: string;

  @Description(DESCRIPTION_LENGTH)
  description?: string | null;

  @ApiProperty({
    ...{ type: SecurityGroupRuleInputDto, isArray: true, maxItems: RULES_MAX },
    description: 'All rules; in a change those left out go. A rule that stays as it is keeps its id.',
  })
  @IsArray()
  @ArrayMaxSize(RULES_MAX)
  @ValidateNested({ each: true })
  @Type(() => SecurityGroupRuleInputDto)
  rules!: SecurityGroupRuleInputDto[];

  @Sites('All sites, as `site_…` or UUID; in a change those left out lose the group.')
  sites!: string[];
}

export const toGroupRequest = (body: SecurityGroupRequestDto): SecurityGroupRequest => ({
  ...{ name: body.name, description: body.description ?? null, sites: body.sites },
  rules: body.rules.map(({ direction, order, protocol, port, address, description }) => ({
    ...{ direction, order, protocol, port: port ?? null, address, description: description ?? null },
  })),
});

export class SecurityGroupRuleDto {
  @ApiProperty({ pattern: '^fltr_[0-9A-Za-z]{27}$' })
  id!: string;
  @ApiProperty({ enum: DIRECTIONS })
  direction!: 'inbound' | 'outbound';
  @ApiProperty({ minimum: 1, maximum: 1000 })
  order!: number;
  @ApiProperty({ minimum: 0, maximum: 255 })
  protocol!: number;
  @ApiProperty({ type: String, nullable: true })
  port!: string | null;
  @ApiProperty()
  address!: string;
  @ApiProperty({ type: String, nullable: true })
  description!: string | null;
}

export class SecurityGroupDto {
  @ApiProperty({ pattern: '^sec_grp_[0-9A-Za-z]{27}$' })
  id!: string;
  @ApiProperty()
  name!: string;
  @ApiProperty({ type: String, nullable: true })
  description!: string | null;
  @ApiProperty({
    enum: ['active', 'syncing', 'failed'],
    description:
      'syncing: a change is on its way, and the group locked while routers that are online take it; failed: the newest change did not work everywhere.',
  })
  status!: string;
  @ApiProperty({ type: String, isArray: true, description: 'Sites in the prefixed form. Lists of groups leave it empty.' })
  sites!: readonly string[];
  @ApiProperty({ type: SecurityGroupRuleDto, isArray: true, description: 'By order. Lists of groups leave it empty.' })
  rules!: readonly SecurityGroupRuleDto[];
}

export class SecurityGroupWithWarningsDto extends SecurityGroupDto {
  @ApiProperty({ type: String, isArray: true, description: 'What one should know of it, in sentences (beyond the contract).' })
  warnings!: readonly string[];
}

const toRuleDto = ({ id, direction, order, protocol, port, address, description }: Rule): SecurityGroupRuleDto => ({
  ...{ id, direction, order, protocol, port, address, description },
});

export const toGroupDto = ({ group, status, sites }: SecurityGroupWithSites): SecurityGroupWithWarningsDto => ({
  ...{ id: group.id, name: group.name, description: group.description, status },
  ...{ sites: sites.map(pidOf), rules: group.rules.map(toRuleDto), warnings: warningsOf(group.rules) },
});

export const toGroupSummaryDto = ({ group: { id, name, description }, status }: SecurityGroupSummary): SecurityGroupDto => ({
  ...{ id, name, description, status, sites: [], rules: [] },
});
