import { HttpException } from '@nestjs/common';
import { DomainError } from './domain-error.js';
import {
  InternalError,
  MalformedRequest,
  NotFound,
  PayloadTooLarge,
  Unavailable,
  UnsupportedMediaType,
  ValidationFailed,
} from './common-errors.js';

/** The body of every error answer. */
export interface ErrorBody {
  readonly type: string;
  readonly code: string;
  readonly message: string;
  readonly doc_url: string;
  readonly [extra: string]: unknown;
}

/** Turns whatever was thrown into the error that the caller sees; the original stays as `cause` for the log. */
export function toDomainError(thrown: unknown): DomainError {
  if (thrown instanceof DomainError) return thrown;
  const code = (thrown as { code?: unknown }).code;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new PayloadTooLarge('The body is larger than this operation takes.', { cause: thrown });
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return new UnsupportedMediaType('The Content-Type is not one that this operation reads.', { cause: thrown });
  if (typeof code === 'string' && code.startsWith('FST_ERR_CTP'))
    return new MalformedRequest(`The body could not be read: ${(thrown as Error).message}`, { cause: thrown });
  if (isUnstorableText(thrown)) return new ValidationFailed({ body: ['text must not contain NUL characters or broken Unicode'] });
  if (isConnectionLoss(thrown)) return new Unavailable(undefined, { cause: thrown });
  if (thrown instanceof HttpException) return fromHttpException(thrown);
  if (thrown instanceof Error && (thrown as { statusCode?: number }).statusCode === 400)
    return new MalformedRequest(thrown.message, { cause: thrown });
  const internal = new InternalError();
  internal.cause = thrown;
  return internal;
}

function fromHttpException(thrown: HttpException): DomainError {
  const status = thrown.getStatus();
  if (status === 404) return new NotFound();
  if (status === 413) return new PayloadTooLarge('The body is larger than this operation takes.', { cause: thrown });
  if (status === 415) return new UnsupportedMediaType(thrown.message, { cause: thrown });
  if (status < 500) return new MalformedRequest(thrown.message, { cause: thrown });
  const internal = new InternalError();
  internal.cause = thrown;
  return internal;
}

/** PostgreSQL cannot store the text: NUL, or half a surrogate pair (SQLSTATE 22021, 22P05). */
const isUnstorableText = (thrown: unknown): boolean =>
  /^(22021|22P05)$/.test((thrown as { driverError?: { code?: string } } | undefined)?.driverError?.code ?? '');

/** PostgreSQL is gone, restarting or refuses connections: SQLSTATE class 08 and 57P0x, or the socket's own error. */
export function isConnectionLoss(thrown: unknown): boolean {
  const error = thrown as { code?: string; driverError?: { code?: string; message?: string }; message?: string } | undefined;
  const code = String(error?.driverError?.code ?? error?.code ?? '');
  if (/^(08...|57P0[1-5]|53300)$/.test(code) || ['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT'].includes(code)) return true;
  return /Connection terminated|timeout exceeded when trying to connect|the database system is/.test(
    error?.driverError?.message ?? error?.message ?? '',
  );
}

export function errorBody(error: DomainError, docsBase: string): ErrorBody {
  const { type, code } = error.kind;
  const page = type === 'api_error' ? 'api_error' : code;
  return { type, code, message: error.message, doc_url: `${docsBase}/errors/${page}`, ...error.extra() };
}
