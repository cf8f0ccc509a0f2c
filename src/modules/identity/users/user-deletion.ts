import { Injectable } from '@nestjs/common';
import { SiteService } from '../../../fleet/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import type { RequestContext, UserId, WorkspaceId } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';
import { EventBus } from '../../../platform/events/index.js';
import { PermissionCache } from '../access/permission-cache.js';
import { UserDeleted } from '../events.js';
import { IdentityService } from '../identity.service.js';
import { SessionService } from '../sessions/session.service.js';
import { MemberNotFound } from '../teams/errors.js';
import type { Team } from '../teams/team.entity.js';
import { TeamsService } from '../teams/teams.service.js';
import { OwnsTeams, OwnsWorkspaces } from './errors.js';
import { Reach } from './reach.js';
import { UsersRepository } from './users.repository.js';

/** Every table with rows of a person, by the column that names them. What they made for a team stays the team's. */
const TRACES = [
  ...['membership', 'api_credential', 'api_key', 'account_link', 'old_password', 'recovery_code', 'two_factor', 'linked_identity'],
  ...['user_session', 'workspace_member', 'feedback'],
] as const;

/** The end of an account. */
@Injectable()
export class UserDeletion {
  constructor(
    private readonly db: Database,
    private readonly users: UsersRepository,
    private readonly identity: IdentityService,
    private readonly sessions: SessionService,
    private readonly teams: TeamsService,
    private readonly sites: SiteService,
    private readonly reach: Reach,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly cache: PermissionCache<never>,
  ) {}

  /**
   * Deletes an account and every row of its person in all teams. Others delete it by `user:delete`, which the access guard
   * has asked for, in each team of the person; oneself it is the way out. A personal team in which nobody else is and that
   * has no resources goes with it; any other team that the person owns keeps the account.
   * @throws MemberNotFound, UserInOtherTeams, Outranked, OwnsTeams, OwnsWorkspaces, TeamInUse
   */
  async remove(ctx: RequestContext, id: UserId): Promise<void> {
    const isSelf = ctx.actor.kind === 'user' && ctx.userId === id;
    if (!isSelf) {
      if (!(await this.users.member(ctx, id))) throw new MemberNotFound();
      await this.reach.assertReaches(ctx, id, 'user:delete');
    }
    await this.db.transaction(ctx.asSystem('delete-user'), async (tx) => {
      const [user] = await this.db.query(tx, `SELECT FROM app_user WHERE id = $1 FOR UPDATE`, [id]);
      if (!user) throw new MemberNotFound();
      await this.leaveOwnTeams(tx, id);
      await this.leaveOwnWorkspaces(tx, id);
      await this.sessions.endAll(tx, id);
      await this.db.query(tx, `DELETE FROM oidc_record WHERE account_id = $1 RETURNING model`, [id]);
      await this.db.query(
        tx,
        `DELETE FROM team_invitation WHERE email = (SELECT email FROM app_user WHERE id = $1) AND accepted_at IS NOT NULL RETURNING id`,
        [id],
      );
      for (const table of TRACES) await this.db.query(tx, `DELETE FROM ${table} WHERE user_id = $1 RETURNING user_id`, [id]);
      await this.sites.forgetVisits(tx, id);
      await this.db.query(tx, `DELETE FROM app_user WHERE id = $1 RETURNING id`, [id]);
      await this.events.publish(tx, new UserDeleted(id));
      this.db.afterCommit(tx, () => this.cache.clear());
    });
  }

  private async leaveOwnTeams(tx: RequestContext, id: UserId): Promise<void> {
    const owned = await this.identity.teamsOwnedBy(tx, id);
    const kept: Team[] = [];
    for (const team of owned) if (!(await this.isEmptyPersonal(tx, team, id))) kept.push(team);
    if (kept.length) throw new OwnsTeams(kept.map((team) => team.name));
    for (const team of owned) await this.teams.eraseOf(tx, team.id);
  }

  /** A workspace needs an owner as long as anybody or anything is in it; an empty one is archived. */
  private async leaveOwnWorkspaces(tx: RequestContext, id: UserId): Promise<void> {
    const last = await this.db.query<{ id: WorkspaceId; name: string; isUsed: boolean }>(
      tx,
      `SELECT w.id, w.name, EXISTS (SELECT FROM workspace_member m WHERE m.workspace_id = w.id AND m.user_id <> $1)
         OR EXISTS (SELECT FROM team t JOIN organization o ON o.id = t.organization_id WHERE o.workspace_id = w.id) AS "isUsed"
       FROM workspace w WHERE w.archived_at IS NULL AND EXISTS (SELECT FROM workspace_member m WHERE m.workspace_id = w.id AND m.user_id = $1 AND m.role = 'owner')
         AND NOT EXISTS (SELECT FROM workspace_member m WHERE m.workspace_id = w.id AND m.user_id <> $1 AND m.role = 'owner') FOR UPDATE OF w`,
      [id],
    );
    const used = last.filter((workspace) => workspace.isUsed);
    if (used.length) throw new OwnsWorkspaces(used.map((workspace) => workspace.name));
    await this.db.query(tx, `UPDATE workspace SET archived_at = $2, updated_at = $2 WHERE id = ANY($1)`, [
      ...[last.map((workspace) => workspace.id), this.clock.now()],
    ]);
  }

  /** Held until the transaction ends, so that nobody joins meanwhile. */
  private async isEmptyPersonal(tx: RequestContext, team: Team, id: UserId): Promise<boolean> {
    const rows = await this.db.query(
      tx,
      `SELECT FROM team t WHERE t.id = $1 AND EXISTS (SELECT FROM app_user WHERE id = $2 AND personal_team_id = t.id)
         AND NOT EXISTS (SELECT FROM membership m WHERE m.team_id = t.id AND m.user_id <> $2) FOR UPDATE`,
      [team.id, id],
    );
    return rows.length === 1;
  }
}
