import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsString, Max, MaxLength, Min, MinLength } from 'class-validator';
import { UserSummaryDto } from '../teams/dto/team.dto.js';
import { MobileDto } from '../users/dto/user.dto.js';
import type { Charge } from './charge.entity.js';

export class M2mOrganizationDto {
  @ApiProperty({ format: 'uuid' })
  organization_id!: string;
  @ApiProperty({ format: 'uuid' })
  team_id!: string;
  @ApiPropertyOptional({ type: UserSummaryDto, description: 'Absent while the team has no owner.' })
  owner?: UserSummaryDto;
}

export class SeatCountDto {
  @ApiProperty({ type: 'integer', description: 'Seats of the organization; 2147483647 where nothing limits them.' })
  license_count!: number;
  @ApiProperty({ type: 'integer', description: 'Sites that the team may still adopt.' })
  team_available_seats!: number;
  @ApiProperty({ type: 'integer', description: 'Sites that all teams of the organization together may still adopt.' })
  org_available_seats!: number;
}

export class M2mEmailDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty()
  name!: string;
  @ApiProperty({ format: 'email' })
  email!: string;
  @ApiProperty()
  email_verified!: boolean;
}

export class M2mMobileDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty()
  name!: string;
  @ApiProperty({ type: MobileDto, nullable: true })
  mobile!: MobileDto | null;
  @ApiProperty()
  mobile_verified!: boolean;
}

export class CveChargeDto {
  @ApiProperty({ type: 'integer', minimum: 1 })
  @IsInt()
  @Min(1)
  @Max(2_147_483_647)
  site_count!: number;

  @ApiProperty({ minLength: 1, description: 'Reporting the same one again charges nothing.' })
  @IsString()
  @MinLength(1)
  @MaxLength(255)
  report_id!: string;
}

export class CveChargeResultDto {
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'The entry of the ledger.' })
  charge!: Record<string, unknown>;
}

/** The last second that PostgreSQL and ISO 8601 agree on with four-digit years: 9999-12-31T23:59:59Z. */
const LAST_SECOND = 253_402_300_799;

export class TrialEndSetDto {
  @ApiProperty({ type: 'integer', description: 'Unix seconds.' })
  @IsInt()
  @Min(0)
  @Max(LAST_SECOND)
  timestamp!: number;
}

export class TrialEndDto {
  @ApiProperty({ type: 'integer', description: 'Unix seconds.' })
  trial_ends_at!: number;
}

export const toChargeResult = (c: Charge): CveChargeResultDto => ({
  charge: {
    ...{ id: c.id, object: 'charge', kind: c.kind, organization_id: c.organizationId, team_id: c.teamId },
    ...{ report_id: c.reportId, site_count: c.siteCount, created: Math.floor(c.createdAt.getTime() / 1000) },
  },
});
