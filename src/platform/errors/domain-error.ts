/** The families of errors that the contract shows. */
export type ErrorType =
  'invalid_request_error' | 'authentication_error' | 'permission_error' | 'conflict_error' | 'unprocessable_entity' | 'api_error';

/** What an error class declares about itself; the filter, the OpenAPI document and docs/errors.md are made from it. */
export interface ErrorClass {
  readonly code: string;
  readonly type: ErrorType;
  readonly status: number;
  /** One line for docs/errors.md: when it happens and what helps. */
  readonly help: string;
  readonly name: string;
}

/**
 * An answer other than success. `message` is for the caller: what was wrong and what would be right. `detail` and
 * `cause` are for the log and never leave.
 */
export abstract class DomainError extends Error {
  readonly detail?: unknown;

  constructor(message: string, options: { detail?: unknown; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.detail = options.detail;
  }

  get kind(): ErrorClass {
    return this.constructor as unknown as ErrorClass;
  }

  /** More fields of the answer, beside `{type, code, message, doc_url}`. */
  extra(): Record<string, unknown> {
    return {};
  }
}
