import { ApiPropertyOptional, ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsObject, IsOptional, IsString, MaxLength } from 'class-validator';

const WORDS_MAX = 2000;
const WORD_MAX = 65_536;

export class ExecuteDto {
  @ApiPropertyOptional({ description: 'RouterOS API path such as /ip/route/print. Without one, `parameters` are lines of a script.' })
  @IsOptional()
  @IsString()
  @MaxLength(300)
  path?: string;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'Arguments by name; texts, whole numbers and booleans. A script reads them as `$name`.',
  })
  @IsOptional()
  @IsObject()
  variables?: Record<string, unknown>;

  @ApiPropertyOptional({
    type: String,
    isArray: true,
    description: 'RouterOS API words (`=key=value`, `?key=value`), or lines of a script.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(WORDS_MAX)
  @IsString({ each: true })
  @MaxLength(WORD_MAX, { each: true })
  parameters?: string[];
}

export class SyncDto extends ExecuteDto {
  @ApiProperty({ description: 'RouterOS API path such as /ip/route/print.' })
  @IsString()
  @MaxLength(300)
  declare path: string;
}
