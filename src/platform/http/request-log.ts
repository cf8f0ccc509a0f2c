import type { FastifyInstance } from 'fastify';
import type { RequestContext } from '../context/index.js';
import { Logger } from '../telemetry/logger.js';

/** Routes that are called every few seconds by machines and would drown the log. */
const QUIET = new Set(['/poll', '/health', '/health/live', '/health/ready']);

/** One line a request. It names the route's pattern, never the URL: that may carry tokens and signatures. */
export function logRequests(fastify: FastifyInstance, logger: Logger): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? '(none)';
    if (!QUIET.has(route)) {
      const ctx = (request as { ctx?: RequestContext }).ctx;
      logger.info(
        {
          requestId: request.id,
          method: request.method,
          route,
          status: reply.statusCode,
          ms: Math.round(reply.elapsedTime * 10) / 10,
          actor: ctx?.actor.kind,
          teamId: ctx?.teamId,
          from: request.ip,
        },
        'request',
      );
    }
    done();
  });
}
