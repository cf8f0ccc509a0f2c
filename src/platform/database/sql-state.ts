interface PgError {
  readonly code?: string;
  readonly constraint?: string;
}

/** «cached plan must not change result type»: a table changed under a prepared statement. Also other things that are not supported. */
export const STALE_PLAN = '0A000';

/** PostgreSQL's five-character code of a failure, wrapped by TypeORM or not; empty for a failure of another kind. */
export const sqlState = (error: unknown): string => pgErrorOf(error).code ?? '';

/**
 * Whether a row could not be written because another one has its key already.
 * @param constraint name of the constraint or unique index that must have refused it; without it, any
 */
export const isUniqueViolation = (error: unknown, constraint?: string): boolean =>
  sqlState(error) === '23505' && (constraint === undefined || pgErrorOf(error).constraint === constraint);

/** TypeORM keeps what the driver threw in `driverError`. */
const pgErrorOf = (error: unknown): PgError => {
  const thrown = (error ?? {}) as PgError & { readonly driverError?: PgError };
  return thrown.driverError ?? thrown;
};
