import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsDateString,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  IsTimeZone,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateIf,
  ValidateNested,
} from 'class-validator';

const present = (_object: object, value: unknown): boolean => value !== undefined;

export class GeoPointDto {
  @ApiProperty({ minimum: -90, maximum: 90 })
  @IsNumber()
  @Min(-90)
  @Max(90)
  lat!: number;

  @ApiProperty({ minimum: -180, maximum: 180 })
  @IsNumber()
  @Min(-180)
  @Max(180)
  lon!: number;
}

const geoPoint = {
  type: 'object' as const,
  nullable: true,
  required: ['lat', 'lon'],
  properties: {
    lat: { type: 'number' as const, minimum: -90, maximum: 90 },
    lon: { type: 'number' as const, minimum: -180, maximum: 180 },
  },
};

/** Where a site is; every part may be left out, or cleared with null. */
class SitePlaceDto {
  @ApiPropertyOptional({ type: String, nullable: true })
  @IsOptional()
  @IsString()
  @MaxLength(1000)
  address?: string | null;

  @ApiPropertyOptional(geoPoint)
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => GeoPointDto)
  location?: GeoPointDto | null;

  @ApiPropertyOptional({ type: String, nullable: true, description: 'IANA name.' })
  @IsOptional()
  @IsTimeZone()
  timezone?: string | null;
}

export class SiteUpdateDto extends SitePlaceDto {
  @ApiPropertyOptional({ minLength: 1, maxLength: 255 })
  @ValidateIf(present)
  @IsString()
  @MinLength(1)
  @MaxLength(255)
  name?: string;
}

/** What a new site is told before any router serves it. */
export class SiteCreateDto extends SitePlaceDto {
  @ApiProperty({ minLength: 1, maxLength: 255 })
  @IsString()
  @MinLength(1)
  @MaxLength(255)
  name!: string;
}

export class SiteManualCreateDto extends SiteCreateDto {
  @ApiProperty({ format: 'uuid', description: 'The team that owns the site.' })
  @IsUUID()
  customer_id!: string;

  @ApiPropertyOptional({ type: String, nullable: true })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  serial_number?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  software_id?: string | null;
}

export class SiteCountDto {
  @ApiProperty({ type: [String], format: 'uuid', minItems: 1 })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(10_000)
  @IsUUID(undefined, { each: true })
  customer_ids!: string[];
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

export class StatsRangeQuery {
  @ApiProperty({ format: 'date', description: 'First day, UTC.' })
  @Matches(DATE, { message: 'start_date must be a date such as 2026-01-31' })
  @IsDateString()
  start_date!: string;

  @ApiProperty({ format: 'date', description: 'Last day, UTC, included.' })
  @Matches(DATE, { message: 'end_date must be a date such as 2026-01-31' })
  @IsDateString()
  end_date!: string;
}
