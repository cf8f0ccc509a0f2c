import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsDate, IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import type { ApiCredential } from '../api-credential.entity.js';

/** Both for a new one and for a change. */
export class ApiCredentialWriteDto {
  @ApiProperty({ minLength: 1, maxLength: 100 })
  @IsString()
  @MinLength(1)
  @MaxLength(100)
  name!: string;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Later than tomorrow (UTC); null for never. Left out of a change, it stays.',
  })
  @IsOptional()
  @Type(() => Date)
  @IsDate()
  expires_at?: Date | null;
}

export class ApiCredentialDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty()
  name!: string;
  @ApiProperty({ format: 'uuid' })
  team_id!: string;
  @ApiProperty({ type: [String], nullable: true, description: 'Scopes that it was limited to; null for all its maker has.' })
  abilities!: string[] | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expires_at!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'To the minute.' })
  last_used_at!: string | null;
  @ApiProperty({ format: 'date-time' })
  created_at!: string;
  @ApiProperty({ format: 'date-time' })
  updated_at!: string;
}

export class ApiCredentialWithKeyDto extends ApiCredentialDto {
  @ApiProperty({ description: '`{tokenId}:{teamId}:{secret}`; shown in this answer and never again.' })
  api_key!: string;
}

export const toApiCredential = (c: ApiCredential): ApiCredentialDto => ({
  ...{ id: c.id, name: c.name, team_id: c.teamId, abilities: c.scopes },
  expires_at: c.expiresAt?.toISOString() ?? null,
  last_used_at: c.lastUsedAt?.toISOString() ?? null,
  ...{ created_at: c.createdAt.toISOString(), updated_at: c.updatedAt.toISOString() },
});
