import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsISO8601,
  IsNotEmpty,
  IsOptional,
  IsRFC3339,
  IsString,
  Max,
  MaxLength,
  Min,
} from 'class-validator';

const LIMIT_MAX = 1000;
export const LIMIT_DEFAULT = 50;
/** As many as CloudWatch Logs takes. */
const STREAMS_MAX = 100;
/** As long as CloudWatch Logs takes. */
const PATTERN_MAX = 1024;

export class LogFilterDto {
  @ApiProperty({
    type: String,
    isArray: true,
    maxItems: STREAMS_MAX,
    description: 'Stream names: in `sites` ids of sites, as UUID or `site_…`; in `AuditLog` the id of your team or of people in it.',
  })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(STREAMS_MAX)
  @IsString({ each: true })
  @IsNotEmpty({ each: true })
  @MaxLength(512, { each: true })
  streams!: string[];

  @ApiProperty({ type: String, format: 'date-time', description: 'Before end. An event of this very moment is answered.' })
  @IsRFC3339()
  @IsISO8601({ strict: true })
  start!: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'After start. An event of this very moment is answered.' })
  @IsRFC3339()
  @IsISO8601({ strict: true })
  end!: string;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    maxLength: PATTERN_MAX,
    description: 'CloudWatch filter pattern: terms, "phrases", ?alternatives, -exclusions, %regular expressions%, { $.selectors }.',
    example: '{ $.status = "Failed" }',
  })
  @IsOptional()
  @IsString()
  @MaxLength(PATTERN_MAX)
  filter?: string | null;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: LIMIT_MAX, default: LIMIT_DEFAULT, description: 'Most events to return.' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(LIMIT_MAX)
  limit?: number;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    maxLength: 8192,
    description: 'Token of the previous answer, with otherwise equal fields; `limit` may change.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(8192)
  next_token?: string | null;
}

export class LogEventDto {
  @ApiProperty({ format: 'date-time' })
  timestamp!: string;
  @ApiProperty({ description: 'JSON text of an object.' })
  message!: string;
  @ApiProperty({ description: 'Kind of the event: `job.sent`, `section.applied`; `request` or the name of an event in `AuditLog`.' })
  type!: string;
}

export class LogEventPageDto {
  @ApiProperty({ type: [LogEventDto], description: 'May be shorter than `limit`, even empty, and be followed by more.' })
  data!: LogEventDto[];
  @ApiProperty({ type: String, nullable: true, description: 'Null when nothing is left.' })
  next_token!: string | null;
}
