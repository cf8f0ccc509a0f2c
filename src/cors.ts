import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { WebOrigins } from './modules/identity/index.js';

/** Which headers a page may send and read. Calls carry a bearer token and never a cookie. */
const CORS = {
  methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowedHeaders: [
    'authorization',
    'content-type',
    'idempotency-key',
    'x-idempotency-key',
    'x-backup',
    'x-express-execute',
    'x-force-delete',
  ],
  exposedHeaders: [
    'x-request-id',
    'retry-after',
    'location',
    'ratelimit',
    'ratelimit-policy',
    'ratelimit-limit',
    'ratelimit-remaining',
    'ratelimit-reset',
  ],
  maxAge: 3600,
};

/** The OpenID provider answers for its own paths, client by client. */
const PROVIDER_PATHS = /^\/(oauth\/(token|revoke)|\.well-known\/(openid-configuration|jwks\.json))/;

interface CorsChoice {
  readonly origin: string | false;
}

/** Lets the pages of the portal and of registered clients call the API from a browser; for others there is no CORS. */
export function openToWebPages(app: NestFastifyApplication): void {
  const delegator = (request: FastifyRequest, done: (error: Error | null, choice?: CorsChoice) => void): void => {
    const { origin } = request.headers;
    if (origin === undefined || PROVIDER_PATHS.test(request.url)) return done(null, { origin: false });
    const origins = app.get(WebOrigins);
    origins.allows(origin).then(
      (allowed) => done(null, allowed ? { origin, ...CORS } : { origin: false }),
      (error: Error) => done(error),
    );
  };
  app.enableCors({ delegator });
}
