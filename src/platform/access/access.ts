import 'reflect-metadata';
import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiParam } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { RequestContext } from '../context/index.js';
import { InvalidSignature, NotFound, ScopeMissing, Unauthenticated } from '../errors/index.js';
import { routeFacts } from '../http/route-config.js';
import { Answers } from './answers.js';
import type { Scope } from './scopes.js';

/** The kinds of credential the contract knows (`x-auth`); every route takes exactly one. */
export type AccessKind = 'jwt' | 'internal' | 'site-internal' | 'device' | 'runbook' | 'signed' | 'public' | 'client-token';

export interface Access {
  readonly kind: AccessKind;
  readonly scope: Scope | null;
  /** Another scope that is as good. */
  readonly orScope?: Scope;
  /** The URL must carry a valid signature besides the credential. */
  readonly alsoSigned: boolean;
  /** Path parameter that names the team to act in, whose member the caller must be; absent for the active team. */
  readonly team?: string;
  /** Who owns that team needs no scope. */
  readonly orOwner?: boolean;
  /** Path parameter that names a person, who needs no scope for themselves. */
  readonly orSelf?: string;
}

export const ACCESS = 'rosfleet:access';

export type ContextRequest = FastifyRequest & { ctx: RequestContext };

/** The contract calls both kinds of calling services «internal» and tells them apart by their security scheme. */
const shownKind = (kind: AccessKind): string => (kind === 'site-internal' ? 'internal' : kind);

const declare = (access: Access, ...more: MethodDecorator[]): MethodDecorator =>
  applyDecorators(
    SetMetadata(ACCESS, access),
    routeFacts({ accessKind: access.kind }),
    ApiExtension('x-auth', shownKind(access.kind)),
    ApiExtension('x-scope', access.scope),
    ...more,
  );

/** The guard reads this path parameter, so the handler does not, and the document learns of it here. */
const inTeamOf = (name: string): MethodDecorator[] => [ApiParam({ name, format: 'uuid' }), Answers(NotFound)];

const of = (kind: AccessKind, scope: Scope | null = null, alsoSigned = false): Access => ({ kind, scope, alsoSigned });

export interface ScopeOptions {
  /** Path parameter with the team in which the scope is judged and the operation acts; without it the active team. */
  readonly in?: string;
  /** Another scope that is as good (`x-scope-any` of the contract). */
  readonly orScope?: Scope;
  /** The person who owns that team needs no scope (docs/decisions/0007-access-in-teams.md). */
  readonly orOwner?: boolean;
  /** Path parameter with a person, who needs no scope for themselves. Programs are nobody's self. */
  readonly orSelf?: string;
}

/** A person or an API credential whose roles in the team hold `scope`. */
export const RequireScope = (scope: Scope, options: ScopeOptions = {}): MethodDecorator =>
  declare(
    { ...of('jwt', scope), team: options.in, orOwner: options.orOwner, orSelf: options.orSelf, orScope: options.orScope },
    ApiBearerAuth('bearerJwt'),
    Answers(Unauthenticated, ScopeMissing),
    ...(options.orScope ? [ApiExtension('x-scope-any', [scope, options.orScope])] : []),
    ...(options.in ? inTeamOf(options.in) : []),
  );

/** A person or an API credential, whatever its scopes; with `memberOf` a member of the team that the path names, to act in it. */
export const SignedIn = (options: { memberOf?: string } = {}): MethodDecorator =>
  declare(
    { ...of('jwt'), team: options.memberOf },
    ApiBearerAuth('bearerJwt'),
    Answers(Unauthenticated),
    ...(options.memberOf ? inTeamOf(options.memberOf) : []),
  );

/** A service that holds the general internal token; sees all teams. */
export const InternalOnly = (): MethodDecorator => declare(of('internal'), ApiBearerAuth('internalToken'), Answers(Unauthenticated));

/** A service of the sites that holds the site-internal token; sees all teams. */
export const SiteInternalOnly = (): MethodDecorator =>
  declare(of('site-internal'), ApiBearerAuth('siteInternalToken'), Answers(Unauthenticated));

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
