import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { RequestContext } from '../context/index.js';
import type { AccessKind } from './access.js';

/**
 * Turns a request's credential into a context.
 * @throws Unauthenticated (or another DomainError) when the credential is missing, wrong, expired or of another kind
 */
export type AccessCheck = (request: FastifyRequest) => RequestContext | Promise<RequestContext>;

/** Leads into teams other than the active one; registered by the domain that knows memberships. */
export interface TeamDoor {
  /**
   * The same caller, acting in that team with the scopes held there.
   * @throws NotFound unless the caller is its member; programs are at home in one team only
   */
  enter(ctx: RequestContext, teamId: string): RequestContext | Promise<RequestContext>;
  /** Whether the caller is the person who owns the context's team. */
  owns(ctx: RequestContext): Promise<boolean>;
}

/** Who checks which kind of credential: the domain that issues it registers its check at start-up. */
@Injectable()
export class AccessChecks {
  private readonly checks = new Map<AccessKind, AccessCheck>();
  private teamDoor: TeamDoor | undefined;

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

  registerDoor(door: TeamDoor): void {
    if (this.teamDoor) throw new Error('Two doors to teams.');
    this.teamDoor = door;
  }

  /** @throws Error when no domain knows teams */
  door(): TeamDoor {
    if (!this.teamDoor) throw new Error('No domain registered the door to teams.');
    return this.teamDoor;
  }
}
