import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { RequestContext } from '../context/index.js';
import type { AccessKind } from './access.js';

/**
 * Turns a request's credential into a context.
 * @throws Unauthenticated (or another DomainError) when the credential is missing, wrong, expired or of another kind
 */
export type AccessCheck = (request: FastifyRequest) => RequestContext | Promise<RequestContext>;

/** Who checks which kind of credential: the domain that issues it registers its check at start-up. */
@Injectable()
export class AccessChecks {
  private readonly checks = new Map<AccessKind, AccessCheck>();

  register(kind: AccessKind, check: AccessCheck): void {
    if (this.checks.has(kind)) throw new Error(`Two checks for credentials of kind ${kind}.`);
    this.checks.set(kind, check);
  }

  /** @throws Error when no domain checks this kind: a route that asks for it could never answer */
  for(kind: AccessKind): AccessCheck {
    const check = this.checks.get(kind);
    if (!check) throw new Error(`No check is registered for credentials of kind ${kind}.`);
    return check;
  }
}
