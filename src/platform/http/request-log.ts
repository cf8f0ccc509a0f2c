import type { FastifyInstance, onRequestHookHandler, onResponseHookHandler } from 'fastify';
import type { RequestContext } from '../context/index.js';
import { Logger } from '../telemetry/logger.js';

/** Routes that are called every few seconds by machines and would drown the log. */
const QUIET = new Set(['/poll', '/health', '/health/live', '/health/ready']);

/** One line a request that found its route, and its id in a header; quiet routes run without these hooks. It names the route's pattern, never the URL: that may carry tokens and signatures. */
export function logRequests(fastify: FastifyInstance, logger: Logger): void {
  fastify.addHook('onRoute', (route) => {
    if (QUIET.has(route.url)) return;
    route.onRequest = [stamp, ...[route.onRequest ?? []].flat()] as typeof route.onRequest;
    route.onResponse = [...[route.onResponse ?? []].flat(), log] as typeof route.onResponse;
  });
  const stamp: onRequestHookHandler = (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    done();
  };
  const log: onResponseHookHandler = (request, reply, done) => {
    const ctx = (request as { ctx?: RequestContext }).ctx;
    logger.info(
      {
        ...{ requestId: request.id, method: request.method, route: request.routeOptions.url, status: reply.statusCode },
        ...{ ms: Math.round(reply.elapsedTime * 10) / 10, actor: ctx?.actor.kind, teamId: ctx?.teamId, from: request.ip },
      },
      'request',
    );
    done();
  };
}
