import 'reflect-metadata';
import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { RequestContext } from '../context/index.js';
import { InvalidSignature, ScopeMissing, Unauthenticated } from '../errors/index.js';
import { routeFacts } from '../http/route-config.js';
import { Answers } from './answers.js';
import type { Scope } from './scopes.js';

/** The kinds of credential the contract knows (`x-auth`); every route takes exactly one. */
export type AccessKind = 'jwt' | 'internal' | 'device' | 'runbook' | 'signed' | 'public' | 'client-token';

export interface Access {
  readonly kind: AccessKind;
  readonly scope: Scope | null;
  /** The URL must carry a valid signature besides the credential. */
  readonly alsoSigned: boolean;
}

export const ACCESS = 'rosfleet:access';

export type ContextRequest = FastifyRequest & { ctx: RequestContext };

const declare = (access: Access, ...more: MethodDecorator[]): MethodDecorator =>
  applyDecorators(
    SetMetadata(ACCESS, access),
    routeFacts({ accessKind: access.kind }),
    ApiExtension('x-auth', access.kind),
    ApiExtension('x-scope', access.scope),
    ...more,
  );

const of = (kind: AccessKind, scope: Scope | null = null, alsoSigned = false): Access => ({ kind, scope, alsoSigned });

/** A person or an API credential whose roles in the active team hold `scope`. */
export const RequireScope = (scope: Scope): MethodDecorator =>
  declare(of('jwt', scope), ApiBearerAuth('bearerJwt'), Answers(Unauthenticated, ScopeMissing));

/** A person or an API credential, whatever its scopes. */
export const SignedIn = (): MethodDecorator => declare(of('jwt'), ApiBearerAuth('bearerJwt'), Answers(Unauthenticated));

/** A service that holds the internal token; sees all teams. */
export const InternalOnly = (): MethodDecorator => declare(of('internal'), ApiBearerAuth('internalToken'), Answers(Unauthenticated));

/** A router with its device token. */
export const DeviceOnly = (options: { alsoSigned?: boolean } = {}): MethodDecorator =>
  declare(
    of('device', null, options.alsoSigned ?? false),
    ApiBearerAuth('deviceToken'),
    Answers(Unauthenticated),
    ...(options.alsoSigned ? [Answers(InvalidSignature)] : []),
  );

/** A router that knows a bootstrap token, which is part of the path. */
export const RunbookToken = (): MethodDecorator => declare(of('runbook'));

/** Whoever holds the URL, which is signed as a whole. */
export const SignedUrl = (): MethodDecorator => declare(of('signed'), Answers(InvalidSignature));

/** An API credential in its long form, traded for something shorter. */
export const ClientToken = (): MethodDecorator => declare(of('client-token'), ApiBearerAuth('apiToken'), Answers(Unauthenticated));

/** Anybody. */
export const Public = (): MethodDecorator => declare(of('public'));

/** The context that the access guard made for this request. */
export const Ctx = createParamDecorator(
  (_: unknown, host: ExecutionContext): RequestContext => host.switchToHttp().getRequest<ContextRequest>().ctx,
);
