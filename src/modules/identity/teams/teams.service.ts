import { Injectable } from '@nestjs/common';
import type { OrganizationId, RequestContext, TeamId, UserId } from '../../../platform/context/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import { Database } from '../../../platform/database/index.js';
import { EventBus } from '../../../platform/events/index.js';
import { PermissionCache } from '../access/permission-cache.js';
import { AccountService } from '../accounts/account.service.js';
import { personOf } from '../accounts/person.js';
import { plainName } from '../accounts/plain-name.js';
import { TeamDeleted } from '../events.js';
import { IdentityService } from '../identity.service.js';
import { MemberNotFound, OwnerStays, PersonalTeamStays, TeamInUse, TeamNotFound } from './errors.js';
import { TeamResources } from './team-resources.js';
import { type Person, type RoleView, TeamViews, type TeamView } from './team-views.js';
import { UserLimits } from './user-limits.js';

const LONGEST_NAME = 200;

/** Tables whose rows go with their team and nobody else's business; in this order. */
const OWN_TABLES = ['membership', 'team_invitation', 'api_credential', 'api_key', 'role'] as const;

/** The life of teams and who is in them. Contexts come from the access guard and act in the team of the path. */
@Injectable()
export class TeamsService {
  constructor(
    private readonly db: Database,
    private readonly identity: IdentityService,
    private readonly accounts: AccountService,
    private readonly views: TeamViews,
    private readonly resources: TeamResources,
    private readonly limits: UserLimits,
    private readonly events: EventBus,
    private readonly cache: PermissionCache<never>,
    private readonly clock: Clock,
  ) {}

  list(ctx: RequestContext): Promise<TeamView[]> {
    return this.views.ofCaller(ctx);
  }

  /** One team of the caller, without another word the context's. @throws TeamNotFound */
  async get(ctx: RequestContext, teamId = ctx.requireTeam()): Promise<TeamView> {
    const [team] = await this.views.ofCaller(ctx, teamId);
    if (!team) throw new TeamNotFound();
    return team;
  }

  /**
   * A team in the organization of the active one, owned by the person who asks. Somebody who is in no team gets a
   * personal one, in an organization of its own.
   */
  async create(ctx: RequestContext, wish: { name: string; siteLimit?: number | null }): Promise<TeamView> {
    const userId = ctx.requireUser();
    const name = plainName(wish.name, LONGEST_NAME);
    // A new team is none that the context could act in.
    const system = ctx.asSystem('create-team');
    const teamId = await this.db.transaction(system, async (tx) => {
      if (!ctx.teamId) return this.identity.givePersonalTeam(tx, userId, name);
      const organizationId = await this.organizationOf(tx, ctx.teamId);
      const teamId = await this.identity.createTeam(tx, { name, organizationId, siteLimit: wish.siteLimit ?? 0 });
      await this.limits.assertRoom(tx, teamId, userId);
      await this.db.query(tx, `UPDATE team SET owner_id = $2 WHERE id = $1`, [teamId, userId]);
      await this.identity.addMember(tx, teamId, userId, 'owner');
      return teamId;
    });
    return this.get(ctx, teamId);
  }

  /** Renames the context's team; `siteLimit` null means as many as the organization has, undefined leaves it. */
  async change(ctx: RequestContext, wish: { name: string; siteLimit?: number | null }): Promise<TeamView> {
    const name = plainName(wish.name, LONGEST_NAME);
    const limit = wish.siteLimit === undefined ? null : (wish.siteLimit ?? 0);
    await this.db.query(ctx, `UPDATE team SET name = $2, site_limit = COALESCE($3, site_limit) WHERE id = $1`, [
      ...[ctx.requireTeam(), name, limit],
    ]);
    return this.get(ctx);
  }

  /** Deletes the context's team with all that identity knows of it. @throws PersonalTeamStays, TeamInUse */
  async remove(ctx: RequestContext): Promise<void> {
    await this.db.transaction(ctx, async (ctx) => {
      const teamId = ctx.requireTeam();
      await this.lock(ctx, teamId);
      if ((await this.db.query(ctx, `SELECT FROM app_user WHERE personal_team_id = $1 LIMIT 1`, [teamId])).length)
        throw new PersonalTeamStays();
      await this.eraseOf(ctx, teamId);
    });
  }

  /**
   * @internal Ends a team that the transaction has locked. Row-level security binds the connection to the transaction's
   * own team, so this works in a system's transaction or in one of that very team. @throws TeamInUse
   */
  async eraseOf(ctx: RequestContext, teamId: TeamId): Promise<void> {
    const inside = ctx.forTeam(teamId);
    const holding = await this.resources.holding(inside);
    if (holding) throw new TeamInUse(holding);
    await this.resources.erase(inside);
    for (const table of OWN_TABLES) await this.db.query(ctx, `DELETE FROM ${table} WHERE team_id = $1 RETURNING id`, [teamId]);
    await this.db.query(ctx, `UPDATE app_user SET active_team_id = NULL WHERE active_team_id = $1`, [teamId]);
    await this.db.query(ctx, `UPDATE app_user SET personal_team_id = NULL WHERE personal_team_id = $1`, [teamId]);
    await this.db.query(ctx, `DELETE FROM team WHERE id = $1 RETURNING id`, [teamId]);
    await this.events.publish(ctx, new TeamDeleted(teamId));
    this.db.afterCommit(ctx, () => this.cache.clear());
  }

  /** The person acts in the context's team from their next request on, with every session. @throws PersonRequired for programs: they are bound */
  async switchTo(ctx: RequestContext): Promise<TeamView> {
    const { userId } = personOf(ctx);
    await this.db.query(ctx, `UPDATE app_user SET active_team_id = $2 WHERE id = $1`, [userId, ctx.requireTeam()]);
    this.cache.clear();
    return this.get(ctx);
  }

  /** Members of the context's team, oldest first. */
  members(ctx: RequestContext): Promise<Person[]> {
    return this.views.members([ctx.requireTeam()]);
  }

  /** @throws MemberNotFound */
  async member(ctx: RequestContext, userId: UserId): Promise<Person & { roles: RoleView[] }> {
    const roles = await this.views.rolesOf(userId, [ctx.requireTeam()]);
    const person = roles.length ? await this.accounts.find(ctx, userId) : null;
    if (!person) throw new MemberNotFound();
    return { id: person.id, name: person.name, email: person.email, picture: person.picture, roles };
  }

  /**
   * Takes a person out of the context's team. Their account, their sessions and what they made stay; credentials that
   * they made in the team stop working. @throws MemberNotFound, OwnerStays
   */
  removeMember(ctx: RequestContext, userId: UserId): Promise<void> {
    return this.db.transaction(ctx, async (ctx) => {
      const teamId = ctx.requireTeam();
      if ((await this.lock(ctx, teamId)) === userId) throw new OwnerStays('The owner of a team cannot be removed from it.');
      const gone = await this.db.query(ctx, `DELETE FROM membership WHERE team_id = $1 AND user_id = $2 RETURNING id`, [teamId, userId]);
      if (!gone.length) throw new MemberNotFound();
      await this.db.query(ctx, `UPDATE app_user SET active_team_id = NULL, updated_at = $3 WHERE id = $1 AND active_team_id = $2`, [
        ...[userId, teamId, this.clock.now()],
      ]);
      this.db.afterCommit(ctx, () => this.cache.clear());
    });
  }

  /** Holds the team until the transaction ends; answers its owner. @throws TeamNotFound */
  private async lock(ctx: RequestContext, teamId: TeamId): Promise<UserId | null> {
    const [row] = await this.db.query<{ ownerId: UserId | null }>(ctx, `SELECT owner_id AS "ownerId" FROM team WHERE id = $1 FOR UPDATE`, [
      teamId,
    ]);
    if (!row) throw new TeamNotFound();
    return row.ownerId;
  }

  private async organizationOf(ctx: RequestContext, teamId: TeamId): Promise<OrganizationId> {
    const [team] = await this.db.query<{ id: OrganizationId }>(ctx, `SELECT organization_id AS id FROM team WHERE id = $1 FOR KEY SHARE`, [
      teamId,
    ]);
    if (!team) throw new TeamNotFound();
    return team.id;
  }
}
