import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Settings } from '../../config/index.js';
import { Logger } from '../telemetry/logger.js';
import { RateLimited, ValidationFailed } from './common-errors.js';
import type { DomainError } from './domain-error.js';
import { errorBody, toDomainError } from './error-answer.js';

/** How a router that asked for it (header `x-ros-errors: script`) hears of a refusal: as a script that prints it. */
export type ErrorScript = (message: string) => string;

/** How a route that browsers open shows a refusal: sends the answer itself (route option `errorPage`). */
export type ErrorPage = (error: DomainError, request: FastifyRequest, reply: FastifyReply, settings: Settings) => void;

/** The one place where an error becomes an answer. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(
    private readonly settings: Settings,
    private readonly logger: Logger,
    private readonly asScript: ErrorScript,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = toDomainError(thrown);
    this.log(error, request);
    if (reply.sent) return;
    if (wantsScript(request)) {
      void reply.status(200).header('content-type', 'text/plain; charset=utf-8').send(this.asScript(error.message));
      return;
    }
    const { errorPage } = (request.routeOptions?.config ?? {}) as { errorPage?: ErrorPage };
    if (errorPage) return errorPage(error, request, reply, this.settings);
    if (error instanceof RateLimited) void reply.header('retry-after', error.retryAfterSeconds);
    if (error.kind.status === 401) void reply.header('www-authenticate', 'Bearer');
    void reply
      .status(error.kind.status)
      .header('x-request-id', request.id)
      .header('content-type', 'application/json; charset=utf-8')
      .send({ ...errorBody(error, this.settings.PUBLIC_URL), request_id: request.id });
  }

  private log(error: DomainError, request: FastifyRequest): void {
    const facts = {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions?.url,
      code: error.kind.code,
      detail: error.detail,
    };
    if (error.kind.status >= 500) this.logger.error({ ...facts, err: error.cause ?? error }, 'request failed');
    else if (!(error instanceof ValidationFailed)) this.logger.debug({ ...facts, reason: error.message }, 'request refused');
  }
}

/**
 * A router that cannot show an error's body: it said so, or it is the bootstrap command, whose `/tool fetch` cannot
 * send headers of its own on every RouterOS and names itself «Mikrotik/…».
 */
function wantsScript(request: FastifyRequest): boolean {
  if (request.headers['x-ros-errors'] === 'script') return true;
  return request.routeOptions?.url === '/:id' && /^mikrotik\//i.test(request.headers['user-agent'] ?? '');
}
