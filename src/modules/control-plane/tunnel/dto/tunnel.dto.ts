import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsOptional, IsString, IsUUID, Matches, MaxLength, MinLength } from 'class-validator';
import type { RegisteredSite } from '../site-registration.js';

/** Sites of one question: as many ids as a body of a megabyte comfortably holds. */
const IDS_MAX = 20_000;

export class SiteCheckinDto {
  @ApiProperty({ description: 'Tunnel user name of the router: 22 letters and digits, or the UUID that they stand for.' })
  @IsString()
  @MinLength(1)
  @MaxLength(255)
  username!: string;

  @ApiProperty({ description: 'Host name of the management server on which the tunnel landed.' })
  @Matches(/^[a-z0-9]([a-z0-9._-]{0,251}[a-z0-9])?$/i, { message: 'server_id must be a host name: letters, digits, dots, - and _' })
  server_id!: string;
}

export class TunnelMessageDto {
  @ApiProperty()
  message!: string;
}

export class ManagementIpsDto {
  @ApiProperty({ type: 'array', items: { type: 'string', format: 'uuid' }, minItems: 1, maxItems: IDS_MAX })
  @IsUUID('all', { each: true })
  @ArrayMinSize(1)
  @ArrayMaxSize(IDS_MAX)
  site_ids!: string[];
}

export class ManagementServerDto {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Host name of the management server that holds the tunnel now; null when none does.',
  })
  server!: string | null;
}

export class SiteIdEntryDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty({ type: String, format: 'ipv4', nullable: true })
  tunnel_ip!: string | null;
}

export class SiteRegistrationDto {
  @ApiProperty({ format: 'uuid', description: 'Of the site; its record is made under this id when there is none.' })
  @IsUUID()
  id!: string;

  @ApiProperty({ format: 'uuid', description: 'The team that the site belongs to.' })
  @IsUUID()
  customer_id!: string;

  @ApiPropertyOptional({ type: String, format: 'uuid', nullable: true, description: 'Without it the default policy of the customer.' })
  @IsOptional()
  @IsUUID()
  policy_id?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 255, description: 'For a record that has to be made.' })
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(255)
  name?: string | null;
}

export class RegisteredSiteDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty({ format: 'uuid' })
  customer_id!: string;
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  policy_id!: string | null;
  @ApiProperty({ type: String, format: 'ipv4', nullable: true, description: 'Null until the tunnel is assigned, in the background.' })
  tunnel_ip!: string | null;
  @ApiProperty({ type: String, nullable: true })
  server_id!: string | null;
  @ApiProperty({ format: 'date-time' })
  created_at!: string;
  @ApiProperty({ format: 'date-time' })
  updated_at!: string;
}

export const toRegisteredSiteDto = ({ id, teamId, policyId, tunnel, createdAt, updatedAt }: RegisteredSite): RegisteredSiteDto => ({
  ...{ id, customer_id: teamId, policy_id: policyId, tunnel_ip: tunnel?.address ?? null, server_id: tunnel?.serverId ?? null },
  ...{ created_at: createdAt.toISOString(), updated_at: updatedAt.toISOString() },
});
