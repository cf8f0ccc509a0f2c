import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsOptional, IsString, Matches, MaxLength, MinLength } from 'class-validator';

/** The form of an API word that the contract documents. Values may have more than one line. */
const WORD = /^=[^=]+=[\s\S]*$/;

export class SyncRequestDto {
  @ApiProperty({ description: 'RouterOS API path that only reads.', example: '/interface/print', maxLength: 300 })
  @IsString()
  @MinLength(1)
  @MaxLength(300)
  command!: string;

  @ApiPropertyOptional({
    ...{ type: 'array', maxItems: 50, items: { type: 'string', pattern: '^=[^=]+=.*$' } },
    description: 'API words of the form =key=value.',
    example: ['=.proplist=name,type'],
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @IsString({ each: true })
  @MaxLength(1000, { each: true })
  @Matches(WORD, { each: true, message: 'each value in parameters must be of the form =key=value' })
  parameters?: string[];
}
