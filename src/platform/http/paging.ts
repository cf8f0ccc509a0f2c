import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';

export const PAGE_MAX = 500;

/** `?page=&per_page=` of lists whose contract shows no paging: absent, a list answers up to its cap. */
export class PageQuery {
  @ApiPropertyOptional({ minimum: 1, default: 1, description: 'Page to answer, from 1.' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  page?: number;

  @ApiPropertyOptional({ minimum: 1, maximum: PAGE_MAX, description: 'Rows of a page.' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(PAGE_MAX)
  per_page?: number;
}

export interface Slice {
  readonly limit: number;
  readonly offset: number;
}

/** Rows to read; without a wish the first `cap` ones. */
export const sliceOf = (query: PageQuery, cap: number): Slice => {
  const limit = query.per_page ?? cap;
  return { limit, offset: ((query.page ?? 1) - 1) * limit };
};
