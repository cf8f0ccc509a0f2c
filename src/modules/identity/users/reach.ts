import { Injectable } from '@nestjs/common';
import type { Scope } from '../../../platform/access/index.js';
import { RequestContext, type TeamId, type UserId } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';
import { TeamAccess } from '../teams/team-access.js';
import type { WorkspaceRole } from '../workspaces/workspace-member.entity.js';
import { Outranked, UserInOtherTeams } from './errors.js';

interface Standing {
  readonly teamId: TeamId;
  readonly owns: boolean;
  readonly scopes: readonly string[];
}

interface Seat {
  readonly theirs: WorkspaceRole;
  /** Of whoever asks; null outside of the workspace. */
  readonly mine: WorkspaceRole | null;
}

/**
 * An account is the same in all teams of its person: who can change its address can become that person. So only somebody
 * whom each of these teams trusts with it may, and only downward, in workspaces too
 * (docs/decisions/0007-access-in-teams.md).
 */
@Injectable()
export class Reach {
  private readonly system = RequestContext.system('reach');

  constructor(
    private readonly db: Database,
    private readonly access: TeamAccess,
  ) {}

  /**
   * @param scope what the caller must hold in every team of the person
   * @throws UserInOtherTeams, Outranked
   */
  async assertReaches(ctx: RequestContext, userId: UserId, scope: Scope): Promise<void> {
    const places = await this.db.query<Standing>(
      this.system,
      `SELECT m.team_id AS "teamId", t.owner_id = m.user_id AS owns, array_agg(DISTINCT s.scope) FILTER (WHERE s.scope IS NOT NULL) AS scopes
       FROM membership m JOIN team t ON t.id = m.team_id JOIN role r ON r.id = m.role_id LEFT JOIN LATERAL unnest(r.scopes) AS s(scope) ON true
       WHERE m.user_id = $1 GROUP BY m.team_id, t.owner_id, m.user_id`,
      [userId],
    );
    const held = new Map<TeamId, ReadonlySet<string>>();
    for (const { teamId } of places) {
      const scopes = await this.access.scopesOfCaller(ctx, teamId);
      if (!scopes?.has(scope)) throw new UserInOtherTeams();
      held.set(teamId, scopes);
    }
    for (const { teamId, owns, scopes } of places) if (owns || (scopes ?? []).some((s) => !held.get(teamId)!.has(s))) throw new Outranked();
    if ((await this.seats(ctx, userId)).some(({ theirs, mine }) => rank(theirs) > rank(mine))) throw new Outranked();
  }

  /**
   * What the person is in living workspaces that hold one of their teams, and what the caller is there: a stranger who
   * gives them a seat in a workspace of his own puts nobody out of reach. A program is nobody in a workspace.
   */
  private seats(ctx: RequestContext, userId: UserId): Promise<Seat[]> {
    return this.db.query<Seat>(
      this.system,
      `SELECT m.role AS theirs, mine.role AS mine FROM workspace_member m JOIN workspace w ON w.id = m.workspace_id AND w.archived_at IS NULL
       LEFT JOIN workspace_member mine ON mine.workspace_id = m.workspace_id AND mine.user_id = $2
       WHERE m.user_id = $1 AND EXISTS (SELECT FROM membership s JOIN team t ON t.id = s.team_id JOIN organization o ON o.id = t.organization_id WHERE s.user_id = m.user_id AND o.workspace_id = w.id)`,
      [userId, ctx.actor.kind === 'user' ? ctx.actor.userId : null],
    );
  }
}

const rank = (role: WorkspaceRole | null): number => (role === null ? 0 : { viewer: 1, admin: 2, owner: 3 }[role]);
