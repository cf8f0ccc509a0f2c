import { Injectable } from '@nestjs/common';
import { SiteService } from '../../../fleet/index.js';
import { type InvitationId, RequestContext, type RoleId, type TeamId, type UserId } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';

/** Most teams of a person, and most members and invitations of a team, in one answer. */
export const CAP = 500;

export interface Person {
  readonly id: UserId;
  readonly name: string;
  readonly email: string;
  readonly picture: string;
}

export interface RoleView {
  readonly id: RoleId;
  readonly name: string;
  readonly teamId: TeamId | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface InvitationView {
  readonly id: InvitationId;
  readonly teamId: TeamId;
  readonly email: string;
  /** Name of the role that it gives. */
  readonly role: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A team as one of its members sees it. */
export interface TeamView {
  readonly id: TeamId;
  readonly name: string;
  readonly siteLimit: number;
  readonly owner: Person | undefined;
  readonly isPersonal: boolean;
  readonly isCurrent: boolean;
  readonly siteCount: number;
  readonly members: readonly Person[];
  readonly invitations: readonly InvitationView[];
  /** Roles that the viewer holds in it. */
  readonly roles: readonly RoleView[];
}

type TeamRow = Omit<TeamView, 'owner' | 'siteCount' | 'members' | 'invitations' | 'roles'> & { ownerId: UserId | null };

const PERSON = `u.id, u.name, u.email, u.picture`;
const PENDING = `i.accepted_at IS NULL`;
const ROLE = `r.id, r.name, r.team_id AS "teamId", r.created_at AS "createdAt", r.updated_at AS "updatedAt"`;

/**
 * Teams as their members see them. Reads across teams, as a person may be in many: every statement is bound to the
 * memberships of one person, or to a team that the access guard has let its caller into.
 */
@Injectable()
export class TeamViews {
  private readonly system = RequestContext.system('team-views');

  constructor(
    private readonly db: Database,
    private readonly sites: SiteService,
  ) {}

  /**
   * The caller's teams, oldest membership first, at most 500. A program is in one team only.
   * @param only one of them; that the caller may see it is known already
   */
  async ofCaller(ctx: RequestContext, only?: TeamId): Promise<TeamView[]> {
    const userId = ctx.requireUser();
    const isPerson = ctx.actor.kind === 'user';
    const bound = only ?? (isPerson ? null : ctx.requireTeam());
    const rows = await this.db.query<TeamRow>(
      this.system,
      `WITH place AS (SELECT team_id, min(created_at) AS since FROM membership WHERE user_id = $1 GROUP BY team_id)
       SELECT t.id, t.name, t.site_limit AS "siteLimit", t.owner_id AS "ownerId", COALESCE(t.id = me.personal_team_id, false) AS "isPersonal",
         t.id = (SELECT p.team_id FROM place p ORDER BY (p.team_id = me.active_team_id) DESC NULLS LAST, p.since LIMIT 1) AS "isCurrent"
       FROM place JOIN team t ON t.id = place.team_id JOIN app_user me ON me.id = $1
       WHERE ($2::uuid IS NULL OR t.id = $2) ORDER BY place.since, t.id LIMIT $3`,
      [userId, bound, CAP],
    );
    const ids = rows.map((t) => t.id);
    const [members, invitations, roles, counts, owners] = await Promise.all([
      this.members(ids),
      this.invitations(ids),
      this.rolesOf(userId, ids),
      this.sites.counts(this.system, ids),
      this.people(rows.flatMap((t) => t.ownerId ?? [])),
    ]);
    return rows.map(({ ownerId, ...team }) => ({
      ...team,
      isCurrent: isPerson ? team.isCurrent : team.id === ctx.teamId,
      owner: owners.find((p) => p.id === ownerId),
      siteCount: counts[team.id] ?? 0,
      members: members.filter((m) => m.teamId === team.id),
      invitations: invitations.filter((i) => i.teamId === team.id),
      roles: roles.filter((r) => r.heldIn === team.id),
    }));
  }

  /** Members of teams, oldest first, at most 500 a team. */
  members(teamIds: readonly TeamId[]): Promise<(Person & { teamId: TeamId })[]> {
    return this.db.query(
      this.system,
      `SELECT t.id AS "teamId", m.* FROM unnest($1::uuid[]) AS t(id), LATERAL (
         SELECT ${PERSON} FROM (SELECT user_id, min(created_at) AS since FROM membership WHERE team_id = t.id GROUP BY user_id) p
         JOIN app_user u ON u.id = p.user_id ORDER BY p.since, u.id LIMIT $2) m`,
      [teamIds, CAP],
    );
  }

  /** Pending invitations of teams, newest first, at most 500 a team. */
  invitations(teamIds: readonly TeamId[], only?: InvitationId): Promise<InvitationView[]> {
    return this.db.query(
      this.system,
      `SELECT x.* FROM unnest($1::uuid[]) AS t(id), LATERAL (
         SELECT i.id, i.team_id AS "teamId", i.email, COALESCE(r.name, 'Member') AS role, i.created_at AS "createdAt", i.updated_at AS "updatedAt"
         FROM team_invitation i LEFT JOIN role r ON r.id = i.role_id
         WHERE i.team_id = t.id AND ${PENDING} AND ($3::uuid IS NULL OR i.id = $3) ORDER BY i.created_at DESC, i.id LIMIT $2) x`,
      [teamIds, CAP, only ?? null],
    );
  }

  /** Roles of a person in each of these teams. */
  rolesOf(userId: UserId, teamIds: readonly TeamId[]): Promise<(RoleView & { heldIn: TeamId })[]> {
    return this.db.query(
      this.system,
      `SELECT m.team_id AS "heldIn", ${ROLE} FROM membership m JOIN role r ON r.id = m.role_id
       WHERE m.user_id = $1 AND m.team_id = ANY($2) ORDER BY r.name`,
      [userId, teamIds],
    );
  }

  private people(ids: readonly UserId[]): Promise<Person[]> {
    return this.db.query(this.system, `SELECT ${PERSON} FROM app_user u WHERE u.id = ANY($1)`, [ids]);
  }
}
