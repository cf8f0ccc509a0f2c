import { DomainError } from './domain-error.js';

export class NotFound extends DomainError {
  static readonly code: string = 'not_found';
  static readonly type = 'invalid_request_error';
  static readonly status = 404;
  static readonly help: string = 'There is no such thing, or it belongs to another team. Check the id and the team of your credential.';
  constructor(message = 'There is nothing here.') {
    super(message);
  }
}

export class ValidationFailed extends DomainError {
  static readonly code = 'validation_failed';
  static readonly type = 'invalid_request_error';
  static readonly status = 422;
  static readonly help = 'The input was refused. `message` and `errors` name every offending field.';
  constructor(readonly errors: Record<string, string[]>) {
    super(Object.values(errors).flat().join('; '));
  }
  override extra(): Record<string, unknown> {
    return { errors: this.errors };
  }
}

export class MalformedRequest extends DomainError {
  static readonly code = 'malformed_request';
  static readonly type = 'invalid_request_error';
  static readonly status = 400;
  static readonly help = 'The request could not be read: for example its JSON is broken.';
}

export class PayloadTooLarge extends DomainError {
  static readonly code = 'payload_too_large';
  static readonly type = 'invalid_request_error';
  static readonly status = 413;
  static readonly help = 'The body is larger than this operation takes.';
}

export class UnsupportedMediaType extends DomainError {
  static readonly code = 'unsupported_media_type';
  static readonly type = 'invalid_request_error';
  static readonly status = 415;
  static readonly help = 'The Content-Type is not one that this operation reads.';
}

export class Unauthenticated extends DomainError {
  static readonly code = 'unauthenticated';
  static readonly type = 'authentication_error';
  static readonly status = 401;
  static readonly help = 'The credential is missing, malformed, expired or revoked. Send it as `Authorization: Bearer …`.';
  constructor(
    message = 'This operation needs a valid credential in the Authorization header.',
    options?: { detail?: unknown; cause?: unknown },
  ) {
    super(message, options);
  }
}

export class ScopeMissing extends DomainError {
  static readonly code = 'scope_missing';
  static readonly type = 'permission_error';
  static readonly status = 403;
  static readonly help =
    'The credential is valid and lacks the scope that the operation asks for. Ask an administrator of the team for a role that has it.';
  constructor(scope: string) {
    super(`This operation needs the scope ${scope}, which your credential does not have in this team.`);
  }
}

export class InvalidSignature extends DomainError {
  static readonly code = 'invalid_signature';
  static readonly type = 'permission_error';
  static readonly status = 403;
  static readonly help = 'The URL was altered, cut short or has expired. Signed URLs work exactly as they were given.';
  constructor() {
    super('The signature of this URL is wrong or has expired.');
  }
}

export class RateLimited extends DomainError {
  static readonly code = 'rate_limited';
  static readonly type = 'invalid_request_error';
  static readonly status = 429;
  static readonly help = 'Too many requests in a short time. Wait as long as Retry-After says.';
  constructor(
    readonly retryAfterSeconds: number,
    message = `Too many attempts; try again in ${retryAfterSeconds} s.`,
  ) {
    super(message);
  }
}

export class InternalError extends DomainError {
  static readonly code = 'internal_server_error';
  static readonly type = 'api_error';
  static readonly status = 500;
  static readonly help = 'Something of ours failed. The log has the cause under the request id of the answer.';
  constructor() {
    super('Something went wrong on our side; it has been logged under the request id of this answer.');
  }
}

export class Unavailable extends DomainError {
  static readonly code = 'unavailable';
  static readonly type = 'api_error';
  static readonly status = 503;
  static readonly help = 'A part that this operation needs, most often the database, cannot be reached just now. Try again.';
  constructor(message = 'The service cannot reach its database just now; try again in a moment.', options?: { cause?: unknown }) {
    super(message, options);
  }
}
