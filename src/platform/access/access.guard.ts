import { type CanActivate, type ExecutionContext, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { RequestContext } from '../context/index.js';
import { SignedUrls } from '../crypto/index.js';
import { InvalidSignature, ScopeMissing } from '../errors/index.js';
import { catalogueHandler } from '../http/error-catalogue.js';
import { ACCESS, type Access, type ContextRequest } from './access.js';
import { AccessChecks } from './access-checks.js';

type Handler = (request: ContextRequest) => true | Promise<true>;

/**
 * The one door. Before start-up ends it prepares a check for every route, from the same declaration that the OpenAPI
 * document shows; a route without declared access stops the start.
 */
@Injectable()
export class AccessGuard implements CanActivate, OnApplicationBootstrap {
  private readonly prepared = new WeakMap<object, Handler>();

  constructor(
    private readonly checks: AccessChecks,
    private readonly urls: SignedUrls,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {
    this.checks.register('public', (request) => RequestContext.of({ kind: 'public' }, { requestId: request.id }));
    this.checks.register('signed', (request) => {
      if (!this.urls.verify(request.url)) throw new InvalidSignature();
      return RequestContext.of({ kind: 'signed' }, { requestId: request.id });
    });
  }

  onApplicationBootstrap(): void {
    for (const { name, handler } of routeHandlers(this.discovery, this.scanner)) {
      const access = Reflect.getMetadata(ACCESS, handler) as Access | undefined;
      if (!access)
        throw new Error(
          `The route ${name} declares no access. Add exactly one of RequireScope, SignedIn, InternalOnly, SiteInternalOnly, DeviceOnly, RunbookToken, SignedUrl, ClientToken, Public.`,
        );
      catalogueHandler(handler);
      this.prepared.set(handler, this.prepare(access));
    }
  }

  canActivate(host: ExecutionContext): boolean | Promise<boolean> {
    const handler = this.prepared.get(host.getHandler());
    return handler ? handler(host.switchToHttp().getRequest<ContextRequest>()) : false;
  }

  private prepare(access: Access): Handler {
    const { kind, scope, orScope, alsoSigned } = access;
    const check = this.checks.for(kind);
    if (access.team || access.orOwner || access.orSelf) return this.prepareInTeam(access);
    const accept = (request: ContextRequest, ctx: RequestContext): true => {
      request.ctx = ctx; // also of one that is refused now: the log names who asked
      if (scope !== null && !ctx.scopes.has(scope) && !(orScope && ctx.scopes.has(orScope))) throw new ScopeMissing(scope);
      if (alsoSigned && !this.urls.verify(request.url)) throw new InvalidSignature();
      return true;
    };
    return (request) => {
      const ctx = check(request);
      return ctx instanceof RequestContext ? accept(request, ctx) : ctx.then((c) => accept(request, c));
    };
  }

  /** The few routes that act in the team of their path, or spare its owner or the person concerned the scope. */
  private prepareInTeam({ kind, scope, team, orOwner, orSelf }: Access): Handler {
    const check = this.checks.for(kind);
    const door = this.checks.door();
    const isSpared = async (ctx: RequestContext, params: Record<string, string>): Promise<boolean> =>
      (orSelf !== undefined && ctx.actor.kind === 'user' && ctx.userId === params[orSelf]?.toLowerCase()) ||
      (orOwner === true && (await door.owns(ctx)));
    return async (request): Promise<true> => {
      const params = request.params as Record<string, string>;
      request.ctx = await check(request); // also of one that is refused now: the log names who asked
      if (team) request.ctx = await door.enter(request.ctx, params[team] ?? '');
      const { ctx } = request;
      if (scope !== null && !ctx.scopes.has(scope) && !(await isSpared(ctx, params))) throw new ScopeMissing(scope);
      return true;
    };
  }
}

/** Every method of every controller that is a route. */
export function* routeHandlers(discovery: DiscoveryService, scanner: MetadataScanner): Generator<{ name: string; handler: object }> {
  for (const { instance, metatype } of discovery.getControllers() as { instance: object | null; metatype: { name: string } }[]) {
    if (!instance) continue;
    const prototype = Object.getPrototypeOf(instance) as Record<string, object>;
    for (const method of scanner.getAllMethodNames(prototype)) {
      const handler = prototype[method]!;
      if (Reflect.hasMetadata('path', handler)) yield { name: `${metatype.name}.${method}`, handler };
    }
  }
}
