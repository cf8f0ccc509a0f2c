import { DomainError } from '../../platform/errors/index.js';

export class IdempotencyKeyReused extends DomainError {
  static readonly code = 'idempotency_key_reused';
  static readonly type = 'invalid_request_error';
  static readonly status = 422;
  static readonly help =
    'The same Idempotency-Key was sent with another content within a day. A key stands for one request; make a new one for another.';
  constructor() {
    super('This idempotency key was used for a request with other content. Repeat that request unchanged, or make a new key for this one.');
  }
}

export class RequestInProgress extends DomainError {
  static readonly code = 'request_in_progress';
  static readonly type = 'conflict_error';
  static readonly status = 409;
  static readonly help = 'The first request with this Idempotency-Key has not ended yet. Ask again in a moment.';
  constructor() {
    super('The first request with this idempotency key has not ended yet; ask again in a moment.');
  }
}

export class CommandNotReadOnly extends DomainError {
  static readonly code = 'command_not_read_only';
  static readonly type = 'invalid_request_error';
  static readonly status = 422;
  static readonly help =
    'Only reads and short diagnostics run at once; docs/developer-api.md lists them. Nothing was sent to the router. What changes a router goes to POST /api/asynchronous/{router_id}.';
  constructor(why: string) {
    super(`${why} Nothing was sent to the router.`);
  }
}

export class RouterNotReachable extends DomainError {
  static readonly code = 'router_not_reachable';
  static readonly type = 'api_error';
  static readonly status = 503;
  static readonly help =
    'The router cannot be reached through its management tunnel just now, or lets nobody in there; the message says which. Scripts for POST /api/asynchronous/{router_id} wait until it is back.';
}
