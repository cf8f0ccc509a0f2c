import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Organization } from '../organization.entity.js';
import { type Bound, type Capacity, type Meter, METERS, type OrganizationTree } from '../organization-tree.js';
import { organizationPublicId, workspacePublicId } from '../public-ids.js';

class ColorsDto {
  @ApiPropertyOptional({ description: 'Hexadecimal, such as #1a73e8.' })
  primary?: string;
  @ApiPropertyOptional({ description: 'Hexadecimal, such as #ffffff.' })
  page_background?: string;
}

class BrandingDto {
  @ApiPropertyOptional()
  display_name?: string;
  @ApiPropertyOptional()
  login_hint?: string;
  @ApiPropertyOptional({ type: ColorsDto })
  colors?: ColorsDto;
}

const perMeter = (description: string, nullable = false) => ({
  type: 'object' as const,
  description,
  properties: Object.fromEntries(METERS.map((m) => [m, { type: 'integer' as const, minimum: 0, nullable }])),
  additionalProperties: { type: 'integer' as const, nullable },
});

class OrganizationUsageDto {
  @ApiProperty(perMeter('Of its own teams.'))
  usage!: Record<Meter, number>;
  @ApiProperty(perMeter('Of it and everything below it.'))
  subtree_usage!: Record<Meter, number>;
}

export class OrganizationDto {
  @ApiProperty({ description: '`org_` and the base62 form of `external_id`.' })
  id!: string;
  @ApiProperty()
  name!: string;
  @ApiProperty()
  workspace_id!: string;
  @ApiProperty({ format: 'uuid' })
  external_id!: string;
  @ApiProperty({ type: String, nullable: true })
  parent_org_id!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Ids of its ancestors from the top, joined by #; null at the top level.' })
  path!: string | null;
  @ApiProperty({ type: 'integer', minimum: 0, maximum: 9 })
  depth!: number;
  @ApiProperty({ type: String, nullable: true })
  billing_account_id!: string | null;
  @ApiProperty({
    type: String,
    format: 'uri',
    nullable: true,
    description: 'An uploaded picture is at a signed URL that needs no credential.',
  })
  picture!: string | null;
  @ApiProperty({ type: OrganizationUsageDto })
  usage!: OrganizationUsageDto;
  @ApiProperty(perMeter('Its own limits; null for none, 0 allows none.', true))
  limits!: Record<Meter, number | null>;
  @ApiProperty({ type: BrandingDto })
  branding!: BrandingDto;
}

export const toOrganizationDto = (organization: Organization, tree: OrganizationTree, picture: string | null): OrganizationDto => ({
  id: organizationPublicId(organization.id),
  name: organization.name,
  workspace_id: workspacePublicId(organization.workspaceId),
  external_id: organization.id,
  parent_org_id: organization.parentId && organizationPublicId(organization.parentId),
  path: organization.path,
  depth: organization.depth,
  billing_account_id: organization.billingAccountId,
  picture,
  usage: { usage: { ...tree.direct(organization.id) }, subtree_usage: { ...tree.used(organization.id) } },
  limits: Object.fromEntries(METERS.map((m) => [m, organization.limits[m] ?? null])) as Record<Meter, number | null>,
  branding: toBrandingDto(organization),
});

const toBrandingDto = ({ branding }: Organization): BrandingDto => ({
  display_name: branding.displayName,
  login_hint: branding.loginHint,
  ...(branding.primary || branding.pageBackground
    ? { colors: { primary: branding.primary, page_background: branding.pageBackground } }
    : {}),
});

export class OrganizationListDto {
  @ApiProperty({ type: [OrganizationDto] })
  data!: OrganizationDto[];
  @ApiProperty({ description: 'Whether there is another page.' })
  has_more!: boolean;
}

class LimitContextDto {
  @ApiProperty({
    description: '`organization`: its own limit; `parent` or `ancestor`: one above it; `workspace`: the seats of a pooled workspace.',
  })
  type!: string;
  @ApiProperty()
  name!: string;
}

class MeterLimitDto {
  @ApiProperty({ enum: METERS })
  type!: Meter;
  @ApiProperty({ type: 'integer', description: 'Of the organization and everything below it.' })
  used!: number;
  @ApiProperty({ type: 'integer', description: 'Of its own teams.' })
  direct!: number;
  @ApiPropertyOptional({ type: 'integer', description: 'What may still be added; absent when nothing limits it.' })
  free?: number;
  @ApiProperty({ type: 'integer', nullable: true, description: 'Its own limit.' })
  org_limit!: number | null;
  @ApiPropertyOptional({
    type: 'integer',
    description: 'The most it may have, given what others use of shared limits; absent when nothing limits it.',
  })
  total?: number;
  @ApiProperty({
    type: LimitContextDto,
    nullable: true,
    description: 'Beyond the contract: where the binding limit of this meter comes from.',
  })
  context!: LimitContextDto | null;
}

export class OrganizationLimitsDto {
  @ApiProperty()
  organization_id!: string;
  @ApiProperty()
  organization_name!: string;
  @ApiProperty({ type: [MeterLimitDto] })
  limits!: MeterLimitDto[];
  @ApiProperty({
    type: LimitContextDto,
    nullable: true,
    description: 'Where the limit that leaves least comes from; null when nothing is limited.',
  })
  context!: LimitContextDto | null;
}

const contextOf = (bound: Bound | undefined): LimitContextDto | null => (bound ? { type: bound.by.of, name: bound.by.name } : null);

export function toOrganizationLimitsDto({ id, name }: Organization, capacities: readonly Capacity[]): OrganizationLimitsDto {
  const bounds = capacities.flatMap((c) => (c.bound ? [c.bound] : []));
  return {
    organization_id: organizationPublicId(id),
    organization_name: name,
    limits: capacities.map(({ meter, used, direct, ownLimit, bound }) => ({
      ...{ type: meter, used, direct, free: bound?.free, org_limit: ownLimit, total: bound?.total, context: contextOf(bound) },
    })),
    context: contextOf(bounds.sort((a, b) => a.free - b.free)[0]),
  };
}
