import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsObject, IsOptional, IsString, Matches, Max, MaxLength, Min, ValidateIf, ValidateNested } from 'class-validator';
import type { OrganizationChange } from '../organizations.service.js';
import { PICTURE_LIMIT } from '../picture.js';
import { NOT_BLANK, NOT_BLANK_MESSAGE, present } from './workspace.dto.js';

const MOST = 2_147_483_647;
const COLOUR = /^#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$/;

/** Bytes of a body with an uploaded picture: base64 takes four for three. */
export const PICTURE_BODY_LIMIT = Math.ceil((PICTURE_LIMIT * 4) / 3) + 65_536;

const limit = (): PropertyDecorator => (target, name) => {
  ApiPropertyOptional({ type: 'integer', nullable: true, minimum: 0, maximum: MOST })(target, name);
  for (const rule of [IsOptional(), IsInt(), Min(0), Max(MOST)]) rule(target, name);
};

class LimitsInputDto {
  @limit()
  locations?: number | null;
  @limit()
  users?: number | null;
  @limit()
  sso?: number | null;
}

const text =
  (most: number): PropertyDecorator =>
  (target, name) => {
    ApiPropertyOptional({ type: String, nullable: true, maxLength: most })(target, name);
    for (const rule of [IsOptional(), IsString(), MaxLength(most)]) rule(target, name);
  };

const colour = (): PropertyDecorator => (target, name) => {
  ApiPropertyOptional({ type: String, nullable: true, pattern: COLOUR.source, example: '#1a73e8' })(target, name);
  for (const rule of [IsOptional(), Matches(COLOUR, { message: '$property must be a colour such as #1a73e8' })]) rule(target, name);
};

class ColorsInputDto {
  @colour()
  primary?: string | null;
  @colour()
  page_background?: string | null;
}

class BrandingInputDto {
  @text(100)
  display_name?: string | null;
  @text(255)
  login_hint?: string | null;

  @ApiPropertyOptional({ type: ColorsInputDto, nullable: true })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => ColorsInputDto)
  colors?: ColorsInputDto | null;
}

class OrganizationFieldsDto {
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    maxLength: 255,
    description: 'The account that pays: of top-level organizations outside pooled mode only, null for the others.',
  })
  @IsOptional()
  @Matches(/^[\w-]{1,255}$/, { message: 'billing_account_id must be the id of a billing account' })
  billing_account_id?: string | null;

  @ApiPropertyOptional({
    type: LimitsInputDto,
    description: 'The most of each meter here and below. Absent stays as it is (at creation: no limit), null takes it away, 0 allows none.',
  })
  @ValidateIf(present)
  @IsObject()
  @ValidateNested()
  @Type(() => LimitsInputDto)
  limits?: LimitsInputDto;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'An https URL, or a base64 data URI of a JPEG, PNG or GIF below 2 MB; null for none.',
  })
  @IsOptional()
  @IsString()
  picture?: string | null;

  @ApiPropertyOptional({
    type: BrandingInputDto,
    nullable: true,
    description: 'Parts that are absent stay; null takes a part, or all, away.',
  })
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => BrandingInputDto)
  branding?: BrandingInputDto | null;
}

export class OrganizationCreateDto extends OrganizationFieldsDto {
  @ApiProperty({ minLength: 1, maxLength: 50 })
  @IsString()
  @Matches(NOT_BLANK, NOT_BLANK_MESSAGE)
  @MaxLength(50)
  name!: string;
}

export class OrganizationUpdateDto extends OrganizationFieldsDto {
  @ApiPropertyOptional({ minLength: 1, maxLength: 50 })
  @ValidateIf(present)
  @IsString()
  @Matches(NOT_BLANK, NOT_BLANK_MESSAGE)
  @MaxLength(50)
  name?: string;
}

const brandingOf = (dto: BrandingInputDto): OrganizationChange['branding'] => ({
  displayName: dto.display_name,
  loginHint: dto.login_hint,
  primary: dto.colors === null ? null : dto.colors?.primary,
  pageBackground: dto.colors === null ? null : dto.colors?.page_background,
});

/** What a request wishes, in the domain's words. */
export const toOrganizationChange = <D extends OrganizationFieldsDto & { name?: string }>(
  dto: D,
): OrganizationChange & Pick<D, 'name'> => ({
  name: dto.name,
  billingAccountId: dto.billing_account_id,
  limits: dto.limits,
  picture: dto.picture,
  branding: dto.branding && brandingOf(dto.branding),
});
