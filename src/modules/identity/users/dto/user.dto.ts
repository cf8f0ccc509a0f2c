import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsBoolean, IsOptional, IsString, IsUUID, MaxLength, MinLength, ValidateNested } from 'class-validator';
import { IsAddress } from '../../accounts/is-address.js';
import { IsCountry, IsDateFormat, IsTimeFormat, IsTimezone } from '../../ancillary/index.js';
import { TeamDto } from '../../teams/dto/team.dto.js';
import { shownMobile } from '../mobile.js';
import type { TeamUser } from '../users.repository.js';

const SOURCES = ['azure', 'saml2', 'google', 'github', 'microsoft', 'local'] as const;

export class MobileInputDto {
  @ApiPropertyOptional({ description: 'The number as it is dialled in its country. Needed with a mobile.' })
  @IsString()
  @MinLength(1)
  @MaxLength(50)
  local!: string;

  @ApiPropertyOptional({ description: 'ISO 3166-1 alpha-2. Needed with a mobile.' })
  @IsCountry()
  country!: string;
}

export class UserCreateDto {
  @ApiProperty({ format: 'email' })
  @IsAddress()
  @MaxLength(254)
  email!: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: 100, description: 'Needed for a new account.' })
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(100)
  name?: string;

  @ApiPropertyOptional({ default: true, description: 'False makes a recipient of notifications who cannot sign in.' })
  @IsOptional()
  @IsBoolean()
  allow_login?: boolean;

  @ApiPropertyOptional({ type: MobileInputDto })
  @IsOptional()
  @ValidateNested()
  @Type(() => MobileInputDto)
  mobile?: MobileInputDto | null;

  @ApiPropertyOptional({ description: 'IANA zone. Needed for a new account, unless the address of the caller tells the country.' })
  @IsOptional()
  @IsTimezone()
  timezone?: string;

  @ApiPropertyOptional({ type: [String], format: 'uuid', nullable: true, description: 'Roles in the active team; Member without any.' })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsUUID('all', { each: true })
  roles?: string[] | null;
}

export class UserUpdateDto {
  @ApiProperty({ minLength: 1, maxLength: 255 })
  @IsString()
  @MinLength(1)
  @MaxLength(255)
  name!: string;

  @ApiProperty({ format: 'email', maxLength: 255 })
  @IsAddress()
  @MaxLength(255)
  email!: string;

  @ApiProperty()
  @IsBoolean()
  allow_login!: boolean;

  @ApiPropertyOptional({ type: MobileInputDto, nullable: true, description: 'Null removes it; left out, it stays.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => MobileInputDto)
  mobile?: MobileInputDto | null;

  @ApiProperty({ description: 'IANA zone.' })
  @IsTimezone()
  timezone!: string;

  @ApiProperty({ description: "Letters of PHP's date()." })
  @IsDateFormat()
  date_format!: string;

  @ApiProperty({ description: "Letters of PHP's date()." })
  @IsTimeFormat()
  time_format!: string;

  @ApiPropertyOptional({
    type: [String],
    format: 'uuid',
    nullable: true,
    description: 'Replaces the roles in the active team; left out, they stay.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsUUID('all', { each: true })
  roles?: string[] | null;
}

export class MobileDto {
  @ApiProperty({
    oneOf: [{ type: 'string' }, { type: 'integer', format: 'int64' }],
    description: 'Such as +27821234567. Here always text; the contract shows a bare number on some objects.',
  })
  e164!: string;
  @ApiProperty({ description: 'As it is dialled in its country.' })
  local!: string;
  @ApiProperty({ description: 'ISO 3166-1 alpha-2.' })
  country!: string;
}

class AccountDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
  @ApiProperty({ enum: SOURCES, description: 'Where the person signs in.' })
  idp!: (typeof SOURCES)[number];
  @ApiProperty()
  name!: string;
  @ApiProperty({ format: 'email' })
  email!: string;
  @ApiProperty()
  email_verified!: boolean;
  @ApiPropertyOptional({ type: MobileDto, description: 'Absent without a number.' })
  mobile?: MobileDto;
  @ApiProperty()
  mobile_verified!: boolean;
  @ApiProperty({ description: 'False for a recipient of notifications.' })
  allow_login!: boolean;
  @ApiProperty({ type: String, nullable: true, description: 'ISO 3166-1 alpha-2.' })
  country!: string | null;
  @ApiProperty({ description: 'IANA zone.' })
  timezone!: string;
  @ApiProperty({ description: "Letters of PHP's date()." })
  date_format!: string;
  @ApiProperty({ description: "Letters of PHP's date()." })
  time_format!: string;
  @ApiProperty({ description: 'BCP 47 tag.' })
  locale!: string;
  @ApiProperty({ description: 'URL of a portrait; empty without one.' })
  picture!: string;
  @ApiProperty()
  mfa_enabled!: boolean;
}

export class RoleRefDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;
}

export class UserDto extends AccountDto {
  @ApiProperty({ type: [RoleRefDto], description: 'Held in the active team.' })
  roles!: RoleRefDto[];
}

export class UserCreatedDto {
  @ApiProperty({ type: UserDto })
  user!: UserDto;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Temporary, to be replaced at the first sign-in; only of a new account that may sign in.',
  })
  password!: string | null;
}

export class UserInfoDto extends AccountDto {
  @ApiProperty({ description: 'The second factor was passed in this session.' })
  mfa_verified!: boolean;
  @ApiProperty({ type: [TeamDto], description: 'Teams of the person, at most 500. An API credential sees its own only.' })
  teams!: TeamDto[];
}

export const toAccountDto = ({ user, isTwoFactorOn }: TeamUser): AccountDto => ({
  ...{ id: user.id, idp: user.idp, name: user.name, email: user.email, email_verified: user.emailVerifiedAt !== null },
  ...(user.mobile ? { mobile: shownMobile(user.mobile) } : {}),
  ...{ mobile_verified: user.mobileVerifiedAt !== null, allow_login: user.allowLogin, country: user.country, timezone: user.timezone },
  ...{ date_format: user.dateFormat, time_format: user.timeFormat, locale: user.locale, picture: user.picture, mfa_enabled: isTwoFactorOn },
});

export const toUserDto = (found: TeamUser): UserDto => ({ ...toAccountDto(found), roles: found.roles.map((id) => ({ id })) });
