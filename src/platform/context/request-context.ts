import type { EntityManager } from 'typeorm';
import type { ApiKeyId, CredentialId, SessionId, SiteId, TeamId, UserId } from './ids.js';

/** Who asks. There is no «nobody»: work that no person caused names the task that does it. */
export type Actor =
  | { readonly kind: 'user'; readonly userId: UserId; readonly sessionId?: SessionId; readonly secondFactor?: boolean }
  | { readonly kind: 'api-token'; readonly credentialId: CredentialId | ApiKeyId; readonly userId: UserId }
  | { readonly kind: 'device'; readonly siteId: SiteId }
  | { readonly kind: 'signed' }
  | { readonly kind: 'internal'; readonly service: string }
  | { readonly kind: 'public' }
  | { readonly kind: 'system'; readonly task: string };

/** The running transaction of a context; made by `Database.transaction` alone. */
export interface Transaction {
  readonly manager: EntityManager;
  /** Runs once after the commit, in order; dropped on rollback. Must not throw. */
  readonly afterCommit: (() => void)[];
}

export class TeamRequired extends Error {
  constructor(actor: Actor) {
    super(`This work needs a team and its context (${actor.kind}) carries none: a missing filter must never mean "all teams".`);
  }
}

/**
 * Who asks, for which team, with which scopes, in which transaction. The explicit first argument of every use case;
 * never ambient, never empty. Immutable: changing it makes a new one.
 */
export class RequestContext {
  private constructor(
    readonly actor: Actor,
    readonly teamId: TeamId | undefined,
    readonly scopes: ReadonlySet<string>,
    /** Ties log lines, error answers and tasks of one request together. */
    readonly requestId: string,
    readonly transaction: Transaction | undefined,
  ) {}

  static of(actor: Actor, options: { teamId?: TeamId; scopes?: ReadonlySet<string>; requestId?: string } = {}): RequestContext {
    return new RequestContext(actor, options.teamId, options.scopes ?? NO_SCOPES, options.requestId ?? '-', undefined);
  }

  /** Our own work, by name: a sweep, a start-up step, a task. Sees all teams until `forTeam`. */
  static system(task: string): RequestContext {
    return RequestContext.of({ kind: 'system', task }, { requestId: task });
  }

  static device(siteId: SiteId, teamId: TeamId, requestId?: string): RequestContext {
    return RequestContext.of({ kind: 'device', siteId }, { teamId, requestId });
  }

  /** @throws TeamRequired */
  requireTeam(): TeamId {
    if (this.teamId === undefined) throw new TeamRequired(this.actor);
    return this.teamId;
  }

  /** The person behind the request, directly or through an API credential. */
  get userId(): UserId | undefined {
    return this.actor.kind === 'user' || this.actor.kind === 'api-token' ? this.actor.userId : undefined;
  }

  /** @throws Error when no person is behind the request: its route declares the wrong access */
  requireUser(): UserId {
    const { userId } = this;
    if (userId === undefined) throw new Error(`This work is for a person and its context is ${this.actor.kind}.`);
    return userId;
  }

  /** True for work that may see rows of every team: ours and that of internal services. */
  get seesAllTeams(): boolean {
    return this.teamId === undefined && (this.actor.kind === 'system' || this.actor.kind === 'internal');
  }

  /**
   * Our own work in the name of this request, for what lies outside of its team: it sees all teams until `forTeam`, in a
   * transaction of its own. What the caller may do has been decided before.
   */
  asSystem(task: string): RequestContext {
    return RequestContext.of({ kind: 'system', task }, { requestId: this.requestId });
  }

  forTeam(teamId: TeamId): RequestContext {
    return new RequestContext(this.actor, teamId, this.scopes, this.requestId, this.transaction);
  }

  within(transaction: Transaction): RequestContext {
    return new RequestContext(this.actor, this.teamId, this.scopes, this.requestId, transaction);
  }
}

const NO_SCOPES: ReadonlySet<string> = new Set();
