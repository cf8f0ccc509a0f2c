import { type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Settings } from '../../config/index.js';
import { auditRequests, AuditTrail } from '../audit/index.js';
import { ErrorFilter, type ErrorScript } from '../errors/index.js';
import { Logger } from '../telemetry/logger.js';
import { nextRequestId } from './request-id.js';
import { logRequests } from './request-log.js';
import { guardIntake } from './route-options.js';
import { validationPipe } from './validation.js';

/** Nest on Fastify with everything that holds for each request: ids, log lines, intake, validation, errors. */
export async function createHttpApp(
  root: DynamicModule,
  settings: Settings,
  logger: Logger,
  errorScript: ErrorScript,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    trustProxy: settings.TRUST_PROXY,
    genReqId: nextRequestId,
    forceCloseConnections: true,
    skipMiddie: true, // no Express middleware here, so no runner for it on each request
    // The first generation of the API writes some paths with a slash at the end.
    routerOptions: { maxParamLength: 512, ignoreTrailingSlash: true },
  });
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, { logger: logger.forNest(), abortOnError: false });
  const fastify = adapter.getInstance();
  // Only for routes that take it: guardIntake refuses it everywhere else.
  fastify.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  guardIntake(fastify);
  logRequests(fastify, logger);
  auditRequests(fastify, () => app.get(AuditTrail));
  app.useGlobalPipes(validationPipe());
  app.useGlobalFilters(new ErrorFilter(settings, logger, errorScript));
  return app;
}
