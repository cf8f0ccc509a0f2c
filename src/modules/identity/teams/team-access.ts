import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Settings } from '../../../config/index.js';
import { AccessChecks, type TeamDoor } from '../../../platform/access/index.js';
import { isUuid, RequestContext, type TeamId, type UserId } from '../../../platform/context/index.js';
import { PermissionCache } from '../access/permission-cache.js';
import { PermissionsRepository } from '../access/permissions.repository.js';
import { TeamNotFound } from './errors.js';

/** What a person may do in a team; undefined scopes for whoever is not in it. */
interface Place {
  readonly scopes: ReadonlySet<string> | undefined;
}

/** Who may act in which team (docs/decisions/0007-access-in-teams.md). */
@Injectable()
export class TeamAccess implements TeamDoor, OnModuleInit {
  private readonly system = RequestContext.system('team-access');

  constructor(
    private readonly checks: AccessChecks,
    private readonly cache: PermissionCache<Place>,
    private readonly permissions: PermissionsRepository,
    private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.checks.registerDoor(this);
  }

  /** @throws TeamNotFound */
  async enter(ctx: RequestContext, text: string): Promise<RequestContext> {
    const teamId = text.toLowerCase() as TeamId;
    if (ctx.teamId === teamId) return ctx;
    const scopes = ctx.actor.kind === 'user' && isUuid(teamId) ? await this.scopesIn(ctx.actor.userId, teamId) : undefined;
    if (!scopes) throw new TeamNotFound();
    return RequestContext.of(ctx.actor, { teamId, scopes, requestId: ctx.requestId });
  }

  /**
   * A program owns nothing: it has the scopes that it was given. Who is in no team at all owns the place where their
   * first one would stand, as long as anybody may register.
   */
  async owns(ctx: RequestContext): Promise<boolean> {
    if (ctx.actor.kind !== 'user') return false;
    if (!ctx.teamId) return this.settings.REGISTRATION;
    return (await this.permissions.owner(this.system, ctx.teamId)) === ctx.actor.userId;
  }

  /**
   * Scopes of whoever acts in ctx, in any team: a person's own there, a program's in its team only.
   * @returns undefined outside of their teams
   */
  async scopesOfCaller(ctx: RequestContext, teamId: TeamId): Promise<ReadonlySet<string> | undefined> {
    if (teamId === ctx.teamId) return ctx.scopes;
    return ctx.actor.kind === 'user' ? this.scopesIn(ctx.actor.userId, teamId) : undefined;
  }

  private async scopesIn(userId: UserId, teamId: TeamId): Promise<ReadonlySet<string> | undefined> {
    return (await this.cache.get(`place ${userId} ${teamId}`, () => this.load(userId, teamId))).scopes;
  }

  private async load(userId: UserId, teamId: TeamId): Promise<Place> {
    if (!(await this.permissions.isMember(this.system, userId, teamId))) return { scopes: undefined };
    return { scopes: await this.permissions.scopes(this.system, userId, teamId) };
  }
}
