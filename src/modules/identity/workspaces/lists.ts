import type { Slice } from '../../../platform/http/index.js';

/** The slice and one row beyond it, which tells whether there is more. */
export const oneMore = ({ limit, offset }: Slice): Slice => ({ limit: limit + 1, offset });

/** The contract's shape of a list. */
export interface Page<T> {
  readonly data: T[];
  readonly has_more: boolean;
}

/** @param rows of `oneMore(slice)` */
export const pageOf = <T>(rows: T[], { limit }: Slice): Page<T> => ({ data: rows.slice(0, limit), has_more: rows.length > limit });
