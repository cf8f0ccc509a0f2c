import type { FastifyInstance, FastifyRequest, preParsingHookHandler, preValidationHookHandler } from 'fastify';
import { Readable } from 'node:stream';
import { applyDecorators } from '@nestjs/common';
import { ApiConsumes } from '@nestjs/swagger';
import { type ErrorPage, MalformedRequest, PayloadTooLarge, UnsupportedMediaType } from '../errors/index.js';
import { routeFacts } from './route-config.js';

/** What a route reads besides JSON of a megabyte. */
export interface Intake {
  readonly mediaType: string;
  /** Largest body in bytes. */
  readonly limit: number;
  /** The body is left in the request's stream: a library behind the route reads it. */
  readonly unread?: boolean;
}

const JSON_INTAKE: Intake = { mediaType: 'application/json', limit: 1_048_576 };

/** This route's bodies are of another type or size than JSON of at most 1 MiB. */
export const Takes = (mediaType: string, limit: number, options: Pick<Intake, 'unread'> = {}): MethodDecorator =>
  applyDecorators(ApiConsumes(mediaType), routeFacts({ intake: { mediaType, limit, ...options } satisfies Intake }));

const FORM = 'application/x-www-form-urlencoded';

/**
 * A route that people open in a browser: what is refused, by whatever part of the house, is shown by `errorPage`.
 * @param formLimit with it the route takes forms of at most so many bytes
 */
export const BrowserRoute = (errorPage: ErrorPage, formLimit?: number): MethodDecorator =>
  routeFacts({ errorPage, ...(formLimit === undefined ? {} : { intake: { mediaType: FORM, limit: formLimit } satisfies Intake }) });

/** Gives the parser an empty body of the announced length. */
const leaveUnread: preParsingHookHandler = (request, _reply, _payload, done) => {
  done(null, Object.assign(Readable.from([]), { receivedEncodedLength: Number(request.headers['content-length'] ?? 0) }));
};

const intakeOf = (config: unknown): Intake | undefined => (config as { intake?: Intake } | undefined)?.intake;

/** No operation nests deeper than a few levels; what would overflow the stack of a validator is refused before. */
const DEEPEST = 32;

function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length; depth++) {
    if (depth > DEEPEST) return true;
    level = level.flatMap((v): unknown[] => (typeof v === 'object' && v !== null ? Object.values(v) : []));
  }
  return false;
}

const refuseDepth: preValidationHookHandler = (request, _reply, done) => {
  if (typeof request.body === 'object' && isTooDeep(request.body))
    return done(new MalformedRequest(`The JSON is nested deeper than ${DEEPEST} levels.`));
  done();
};

/** Refuses bodies of the wrong type, size or depth before anything looks into them. */
export function guardIntake(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    const intake = intakeOf(route.config);
    if (intake) route.bodyLimit = intake.limit;
    if (intake?.unread) route.preParsing = leaveUnread;
    if (!intake || intake.mediaType === JSON_INTAKE.mediaType) route.preValidation = refuseDepth;
  });
  fastify.addHook('onRequest', (request, _reply, done) => {
    const length = request.headers['content-length'];
    if ((length === undefined || length === '0') && request.headers['transfer-encoding'] === undefined) return done();
    const intake = (request.routeOptions.config as { intake?: Intake }).intake ?? JSON_INTAKE;
    if (length !== undefined && Number(length) > intake.limit)
      return done(new PayloadTooLarge(`The body has ${length} bytes; this operation takes at most ${intake.limit}.`));
    if (!isOfType(request, intake.mediaType)) {
      return done(
        new UnsupportedMediaType(
          `This operation reads ${intake.mediaType}, not ${request.headers['content-type'] ?? 'a body without Content-Type'}.`,
        ),
      );
    }
    done();
  });
}

function isOfType(request: FastifyRequest, wanted: string): boolean {
  const given = request.headers['content-type'];
  if (given === undefined) return false;
  if (given === wanted) return true;
  const cut = given.indexOf(';');
  return (cut < 0 ? given : given.slice(0, cut)).trim().toLowerCase() === wanted;
}
