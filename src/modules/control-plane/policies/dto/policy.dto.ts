import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsDefined,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { SectionPreviewDto, toSectionPreviewDto } from '../../../../fleet/index.js';
import type { SiteId } from '../../../../platform/context/index.js';
import { NETWORKS_MAX, type PolicyWish } from '../policy-content.js';
import type { PolicyPreview, PolicyRequest, PolicyWithSites } from '../policy.service.js';
import { type ServiceName, SERVICE_NAMES } from '../services.js';

/** As many ids as a body of a megabyte comfortably holds. */
const SITES_MAX = 20_000;
const NETWORK_LENGTH = 64;

/** A list of networks: their texts are checked with what they are for, so that the message can say what would be right. */
const Networks = (): PropertyDecorator => (target, name) => {
  for (const check of [IsArray(), ArrayMaxSize(NETWORKS_MAX), IsString({ each: true }), MaxLength(NETWORK_LENGTH, { each: true })])
    check(target, name);
};

const Sites = (): PropertyDecorator => (target, name) => {
  for (const check of [IsArray(), ArrayMaxSize(SITES_MAX), IsUUID('all', { each: true })]) check(target, name);
};

const listOf = { type: 'array' as const, items: { type: 'string' } };
const sitesOf = { type: 'array' as const, items: { type: 'string', format: 'uuid' } };

export class PolicyServiceRuleDto {
  @ApiProperty()
  @IsBoolean()
  enabled!: boolean;

  @ApiPropertyOptional({ minimum: 1, maximum: 65_535, description: "TCP port; without it the service's usual one." })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(65_535)
  port?: number;

  @ApiPropertyOptional({ ...listOf, description: 'Sources that reach this service besides the trusted ones: IPv4 or IPv6 in CIDR form.' })
  @IsOptional()
  @Networks()
  networks?: string[];
}

const Service = (): PropertyDecorator => (target, name) => {
  ApiProperty({ type: PolicyServiceRuleDto })(target, name);
  for (const check of [IsDefined(), IsObject(), ValidateNested()]) check(target, name);
  Type(() => PolicyServiceRuleDto)(target, name);
};

export class PolicyContentDto {
  @ApiPropertyOptional({
    default: true,
    description: "True: the operator's own input rules stay in front of those of the policy. False: the policy's come first.",
  })
  @IsOptional()
  @IsBoolean()
  custom_input_rules?: boolean;

  @ApiProperty({
    ...listOf,
    description: `Sources that reach every service: IPv4 or IPv6 in CIDR form. At most ${NETWORKS_MAX} in a policy, those of its services included.`,
  })
  @Networks()
  trusted_networks!: string[];

  @Service() winbox!: PolicyServiceRuleDto;
  @Service() ssh!: PolicyServiceRuleDto;
  @Service() http!: PolicyServiceRuleDto;
  @Service() https!: PolicyServiceRuleDto;
  @Service() telnet!: PolicyServiceRuleDto;
  @Service() ftp!: PolicyServiceRuleDto;
  @Service() api!: PolicyServiceRuleDto;
  @Service() api_ssl!: PolicyServiceRuleDto;
}

export class PolicyRequestDto extends PolicyContentDto {
  @ApiProperty({ minLength: 1, maxLength: 100 })
  @IsString()
  @Matches(/\S/, { message: 'name must not be empty' })
  @MaxLength(100)
  name!: string;

  @ApiPropertyOptional({
    ...sitesOf,
    description: 'Sites that get this policy. In a change it is the whole list: those left out go to the default policy.',
  })
  @IsOptional()
  @Sites()
  sites?: string[];
}

export class PolicyUpdateRequestDto extends PolicyRequestDto {
  @ApiPropertyOptional({ description: 'Taken and ignored: which policy is the default one does not change.' })
  @IsOptional()
  @IsBoolean()
  default?: boolean;
}

export class PolicySitesRequestDto {
  @ApiPropertyOptional({ format: 'uuid', description: 'Taken and ignored: the path names the policy.' })
  @IsOptional()
  @IsUUID()
  id?: string;

  @ApiProperty({ ...sitesOf, description: 'Sites to move onto the policy.' })
  @Sites()
  sites!: string[];
}

export class PolicyPreviewRequestDto {
  @ApiProperty({ format: 'uuid', description: 'The site to look at.' })
  @IsUUID()
  site!: string;

  @ApiProperty({ type: PolicyRequestDto, description: 'As for creating a policy. Its name and its sites do not matter here.' })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => PolicyRequestDto)
  policy!: PolicyRequestDto;
}

export class ForceQuery {
  @ApiPropertyOptional({
    enum: ['true', 'false'],
    description: 'true saves a policy that lets nobody log in any more (beyond the contract).',
  })
  @IsOptional()
  @Matches(/^(true|false)$/, { message: 'force must be true or false' })
  force?: string;
}

export const idsOf = (sites: readonly string[]): SiteId[] => [...new Set(sites.map((id) => id.toLowerCase() as SiteId))];

export const wishOf = (body: PolicyContentDto): PolicyWish => ({
  customInputRules: body.custom_input_rules ?? true,
  trustedNetworks: body.trusted_networks,
  services: Object.fromEntries(
    SERVICE_NAMES.map((name) => {
      const { enabled, port, networks } = body[name];
      return [name, { enabled, port: port ?? undefined, networks: networks ?? undefined }];
    }),
  ) as unknown as PolicyWish['services'],
});

export const requestOf = (body: PolicyRequestDto, { force }: ForceQuery): PolicyRequest => ({
  ...wishOf(body),
  ...{ name: body.name.trim(), sites: body.sites && idsOf(body.sites), force: force === 'true' },
});

/** How a service stands in a policy. */
export class PolicyServiceDto {
  @ApiProperty()
  enabled!: boolean;
  @ApiProperty({ minimum: 1, maximum: 65_535 })
  port!: number;
  @ApiProperty(listOf)
  networks!: readonly string[];
}

const shown = (): PropertyDecorator => ApiProperty({ type: PolicyServiceDto });

export class PolicyDto implements Record<ServiceName, PolicyServiceDto> {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty()
  name!: string;
  @ApiProperty({ description: 'The name in kebab case and ten random characters; it stays when the name changes.' })
  slug!: string;
  @ApiProperty({ description: 'Whether sites without another policy have this one.' })
  default!: boolean;
  @ApiProperty()
  custom_input_rules!: boolean;
  @ApiProperty(listOf)
  trusted_networks!: readonly string[];
  @shown() winbox!: PolicyServiceDto;
  @shown() ssh!: PolicyServiceDto;
  @shown() http!: PolicyServiceDto;
  @shown() https!: PolicyServiceDto;
  @shown() telnet!: PolicyServiceDto;
  @shown() ftp!: PolicyServiceDto;
  @shown() api!: PolicyServiceDto;
  @shown() api_ssl!: PolicyServiceDto;
  @ApiProperty({ ...sitesOf, description: 'Sites that have it.' })
  sites!: readonly string[];
  @ApiProperty({ ...listOf, description: 'What one should know of it, in sentences (beyond the contract).' })
  warnings!: readonly string[];
  @ApiProperty({ format: 'date-time' })
  created_at!: string;
  @ApiProperty({ format: 'date-time' })
  updated_at!: string;
}

export const toPolicyDto = ({ policy, sites, warnings }: PolicyWithSites): PolicyDto => ({
  ...{ id: policy.id, name: policy.name, slug: policy.slug, default: policy.isDefault },
  ...{ custom_input_rules: policy.customInputRules, trusted_networks: policy.trustedNetworks },
  ...policy.services,
  ...{ sites, warnings, created_at: policy.createdAt.toISOString(), updated_at: policy.updatedAt.toISOString() },
});

export class PolicyValidationDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty()
  name!: string;
  @ApiProperty()
  slug!: string;
  @ApiProperty()
  default!: boolean;
  @ApiProperty({ description: 'False where nobody could log in to a router that has it.' })
  valid!: boolean;
}

export class PolicyPreviewDto extends SectionPreviewDto {
  @ApiProperty({ ...listOf, description: 'What one should know of the policy, in sentences.' })
  warnings!: readonly string[];
}

export const toPolicyPreviewDto = (preview: PolicyPreview): PolicyPreviewDto => ({
  ...toSectionPreviewDto(preview),
  warnings: preview.warnings,
});
