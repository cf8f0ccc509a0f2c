import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import type { UserSession } from '../../sessions/user-session.entity.js';

export class TwoFactorCodeDto {
  @ApiProperty({ description: 'Six digits from the authenticator app.' })
  @IsString()
  @MaxLength(20)
  code!: string;
}

/** What proves again that it is the person, where a session alone is not enough. */
export class ProofDto {
  @ApiPropertyOptional({ description: 'The present password.' })
  @IsOptional()
  @IsString()
  @MaxLength(256)
  password?: string;

  @ApiPropertyOptional({ description: 'A code of the authenticator app.' })
  @IsOptional()
  @IsString()
  @MaxLength(20)
  code?: string;
}

export class PasswordChangeDto {
  @ApiProperty({ description: 'The present password.' })
  @IsString()
  @MaxLength(256)
  current_password!: string;

  @ApiProperty({ description: 'At least 8 characters with upper case, lower case, digit and special character; none of the last three.' })
  @IsString()
  @MinLength(8)
  @MaxLength(256)
  password!: string;
}

export class TwoFactorQrCodeDto {
  @ApiProperty({ description: 'SVG markup.' })
  svg!: string;
}

export class TwoFactorSecretKeyDto {
  @ApiProperty({ description: 'Base32.' })
  secretKey!: string;
}

export class OidcClaimsDto {
  @ApiProperty()
  sub!: string;
  @ApiPropertyOptional()
  name?: string;
  @ApiPropertyOptional()
  given_name?: string;
  @ApiPropertyOptional()
  family_name?: string;
  @ApiPropertyOptional({ format: 'email' })
  email?: string;
  @ApiPropertyOptional()
  email_verified?: boolean;
  @ApiPropertyOptional({ format: 'uri' })
  picture?: string;
  @ApiPropertyOptional({ description: 'IANA time zone.' })
  zoneinfo?: string;
  @ApiPropertyOptional()
  locale?: string;
}

export class SessionDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty({ description: 'The application that was signed in to.' })
  client_id!: string;
  @ApiProperty({ description: 'Address from which the person signed in.' })
  ip_address!: string;
  @ApiProperty()
  user_agent!: string;
  @ApiProperty({ description: 'A second factor was passed.' })
  mfa_verified!: boolean;
  @ApiProperty({ description: 'The session of this very request.' })
  current!: boolean;
  @ApiProperty({ format: 'date-time' })
  created_at!: string;
  @ApiProperty({ format: 'date-time', description: 'Last time that it fetched a token.' })
  last_seen_at!: string;
  @ApiProperty({ format: 'date-time' })
  expires_at!: string;
}

export const toSessionDto = (s: UserSession, current: string | undefined): SessionDto => ({
  ...{ id: s.id, client_id: s.clientId, ip_address: s.ip, user_agent: s.userAgent },
  ...{ mfa_verified: s.secondFactorAt !== null, current: s.id === current },
  created_at: s.createdAt.toISOString(),
  last_seen_at: s.lastSeenAt.toISOString(),
  expires_at: s.expiresAt.toISOString(),
});
