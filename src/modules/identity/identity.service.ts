import { Injectable } from '@nestjs/common';
import { Settings } from '../../config/index.js';
import { isScope } from '../../platform/access/index.js';
import { Clock } from '../../platform/clock/clock.js';
import {
  type CredentialId,
  newId,
  type OrganizationId,
  type RequestContext,
  type RoleId,
  type TeamId,
  type UserId,
  type WorkspaceId,
} from '../../platform/context/index.js';
import { AppKeys, Random } from '../../platform/crypto/index.js';
import { Database } from '../../platform/database/index.js';
import { NotFound } from '../../platform/errors/index.js';
import { PermissionCache } from './access/permission-cache.js';
import { hashApiSecret } from './access/authenticator.js';
import { ApiCredential } from './credentials/api-credential.entity.js';
import { UnknownScope } from './errors.js';
import { Membership } from './teams/membership.entity.js';
import { Organization } from './workspaces/organization.entity.js';
import { hashPassword } from './accounts/passwords.js';
import { SYSTEM_ROLES } from './teams/system-roles.js';
import { Team } from './teams/team.entity.js';
import { storedAddress } from './accounts/stored-address.js';
import { userByAddress } from './accounts/user-by-address.js';
import { User } from './accounts/user.entity.js';
import { WorkspaceMember } from './workspaces/workspace-member.entity.js';
import { Workspace } from './workspaces/workspace.entity.js';

/** Length of an API credential's secret (contract/notes/authentication.md). */
const SECRET_LENGTH = 62;
/** In characters, as the contract has them. */
const LONGEST_ORGANIZATION_NAME = 50;
const LONGEST_TEAM_NAME = 200;

export type SystemRoleName = 'owner' | 'administrator' | 'member';

export interface NewPerson {
  readonly email: string;
  readonly name: string;
  readonly password?: string;
  readonly mustChangePassword?: boolean;
}

/** A person as stored; what is left out gets its default. */
export type PersonRow = Partial<
  Pick<User, 'allowLogin' | 'idp' | 'picture' | 'timezone' | 'country' | 'mobile' | 'locale' | 'mustChangePassword'>
> & {
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string | null;
  readonly emailVerified: boolean;
};

/** Organizations, teams, people and their credentials: what start-up, the command line and tests need to make a team real. */
@Injectable()
export class IdentityService {
  constructor(
    private readonly db: Database,
    private readonly keys: AppKeys,
    private readonly random: Random,
    private readonly clock: Clock,
    private readonly cache: PermissionCache<never>,
    private readonly settings: Settings,
  ) {}

  /** Writes the system roles as this version defines them. Idempotent. */
  async ensureSystemRoles(ctx: RequestContext): Promise<void> {
    for (const role of SYSTEM_ROLES) {
      await this.db.query(
        ctx,
        `INSERT INTO role (id, name, system_name, scopes) VALUES ($1, $2, $3, $4) ON CONFLICT (system_name) DO UPDATE SET name = EXCLUDED.name, scopes = EXCLUDED.scopes
         WHERE role.scopes <> EXCLUDED.scopes OR role.name <> EXCLUDED.name`,
        [newId(), role.name, role.systemName, role.scopes],
      );
    }
  }

  /**
   * A top-level organization, in a workspace of its own unless one is given.
   * @param siteLimit most sites in it and below; 0 for no limit
   * @param options `ownerId` becomes the owner of the workspace that is made; without one nobody sees that workspace
   */
  createOrganization(
    ctx: RequestContext,
    name: string,
    siteLimit = 0,
    options: { ownerId?: UserId; workspaceId?: WorkspaceId } = {},
  ): Promise<OrganizationId> {
    return this.db.transaction(ctx, async (ctx) => {
      const id = newId<OrganizationId>();
      const workspaceId = options.workspaceId ?? (await this.createWorkspace(ctx, name, options.ownerId));
      const limits = siteLimit > 0 ? { locations: siteLimit } : {};
      await this.insert(ctx, Organization, { id, workspaceId, name, limits, ...this.born() });
      return id;
    });
  }

  private async createWorkspace(ctx: RequestContext, name: string, ownerId?: UserId): Promise<WorkspaceId> {
    const id = newId<WorkspaceId>();
    await this.insert(ctx, Workspace, { id, name, billingMode: 'single', ...this.born() });
    if (ownerId) await this.insert(ctx, WorkspaceMember, { workspaceId: id, userId: ownerId, role: 'owner', ...this.born() });
    return id;
  }

  private born(): { createdAt: Date; updatedAt: Date } {
    const now = this.clock.now();
    return { createdAt: now, updatedAt: now };
  }

  /** A team whose owner, when given, becomes its first member with the Owner role. */
  createTeam(
    ctx: RequestContext,
    wish: { name: string; organizationId: OrganizationId; ownerId?: UserId; siteLimit?: number },
  ): Promise<TeamId> {
    return this.db.transaction(ctx, async (ctx) => {
      const id = newId<TeamId>();
      await this.insert(ctx, Team, { id, ownerId: null, siteLimit: 0, ...wish });
      if (wish.ownerId) await this.addMember(ctx, id, wish.ownerId, 'owner');
      return id;
    });
  }

  /** A person whose address needs no proof: start-up and the command line vouch for it. */
  async createUser(ctx: RequestContext, person: NewPerson): Promise<UserId> {
    const passwordHash = person.password === undefined ? null : await hashPassword(person.password);
    const { email, name, mustChangePassword } = person;
    return this.addPerson(ctx, { email, name, passwordHash, mustChangePassword, emailVerified: true });
  }

  async addPerson(ctx: RequestContext, { emailVerified, email, ...person }: PersonRow): Promise<UserId> {
    const id = newId<UserId>();
    const now = this.clock.now();
    await this.insert(ctx, User, {
      ...{ ...person, id, email: storedAddress(email), emailVerifiedAt: emailVerified ? now : null },
      ...{ createdAt: now, updatedAt: now },
    });
    return id;
  }

  /** An organization and a team of a person's own, in which they are the owner. */
  givePersonalTeam(ctx: RequestContext, userId: UserId, name: string, organization = name): Promise<TeamId> {
    return this.db.transaction(ctx, async (ctx) => {
      const shortName = organization.slice(0, LONGEST_ORGANIZATION_NAME);
      const organizationId = await this.createOrganization(ctx, shortName, this.settings.DEFAULT_SITE_LIMIT, { ownerId: userId });
      const teamId = await this.createTeam(ctx, { name: name.slice(0, LONGEST_TEAM_NAME), organizationId, ownerId: userId });
      await this.db.query(ctx, `UPDATE app_user SET personal_team_id = $2 WHERE id = $1`, [userId, teamId]);
      return teamId;
    });
  }

  /** @throws NotFound for an unknown system role */
  async addMember(ctx: RequestContext, teamId: TeamId, userId: UserId, role: SystemRoleName): Promise<void> {
    const [row] = await this.db.query<{ id: RoleId }>(ctx, `SELECT id FROM role WHERE system_name = $1`, [role]);
    if (!row) throw new NotFound(`There is no system role called ${role}.`);
    await this.db.query(ctx, `INSERT INTO membership (id, team_id, user_id, role_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, [
      newId(),
      teamId,
      userId,
      row.id,
    ]);
    this.forgetStandings(ctx);
  }

  /** Replaces a person's roles in a team by one system role. */
  setRole(ctx: RequestContext, teamId: TeamId, userId: UserId, role: SystemRoleName): Promise<void> {
    return this.db.transaction(ctx, async (ctx) => {
      await this.db
        .manager(ctx)
        .createQueryBuilder()
        .delete()
        .from(Membership)
        .andWhere('team_id = :teamId AND user_id = :userId', { teamId, userId })
        .execute();
      await this.addMember(ctx, teamId, userId, role);
    });
  }

  findUserByEmail(ctx: RequestContext, email: string): Promise<User | null> {
    return userByAddress(this.db, ctx, email);
  }

  /** Teams a person is in, oldest membership first. */
  teamsOf(ctx: RequestContext, userId: UserId): Promise<Team[]> {
    return this.db
      .manager(ctx)
      .createQueryBuilder(Team, 't')
      .andWhere('t.id IN (SELECT m.team_id FROM membership m WHERE m.user_id = :userId)', { userId })
      .orderBy('t.createdAt')
      .take(500)
      .getMany();
  }

  findTeam(ctx: RequestContext, teamId: TeamId): Promise<Team | null> {
    return this.db.manager(ctx).createQueryBuilder(Team, 't').andWhere('t.id = :teamId', { teamId }).getOne();
  }

  /** Every organization that has teams, with them. */
  teamsByOrganization(ctx: RequestContext): Promise<{ organizationId: OrganizationId; teamIds: TeamId[] }[]> {
    return this.db.query(ctx, `SELECT organization_id AS "organizationId", array_agg(id) AS "teamIds" FROM team GROUP BY organization_id`);
  }

  /** Teams that a person owns, oldest first. */
  teamsOwnedBy(ctx: RequestContext, userId: UserId): Promise<Team[]> {
    return this.db.manager(ctx).createQueryBuilder(Team, 't').andWhere('t.ownerId = :userId', { userId }).orderBy('t.createdAt').getMany();
  }

  async countUsers(ctx: RequestContext): Promise<number> {
    return this.db.manager(ctx).createQueryBuilder(User, 'u').getCount();
  }

  /**
   * Makes an API credential and answers it whole, the only time its secret is seen.
   * @throws UnknownScope
   */
  async createCredential(
    ctx: RequestContext,
    wish: { teamId: TeamId; userId: UserId; name: string; scopes?: readonly string[]; expiresAt?: Date },
  ): Promise<{ id: CredentialId; token: string }> {
    const unknown = (wish.scopes ?? []).filter((s) => !isScope(s));
    if (unknown.length) throw new UnknownScope(unknown);
    const id = newId<CredentialId>();
    const secret = this.random.alphanumeric(SECRET_LENGTH);
    await this.insert(ctx, ApiCredential, {
      ...{ id, teamId: wish.teamId, userId: wish.userId, name: wish.name, secretHash: hashApiSecret(this.keys, secret) },
      ...{ scopes: wish.scopes ? [...wish.scopes] : null, expiresAt: wish.expiresAt ?? null },
    });
    return { id, token: `${id}:${wish.teamId}:${secret}` };
  }

  async revokeCredential(ctx: RequestContext, id: CredentialId): Promise<void> {
    await this.db.query(ctx, `UPDATE api_credential SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING id`, [
      id,
      this.clock.now(),
    ]);
    this.forgetStandings(ctx);
  }

  /** Whoever was let in before is judged anew, in this process at once; in others by a notification of the database. */
  forgetStandings(ctx: RequestContext): void {
    this.db.afterCommit(ctx, () => this.cache.clear());
  }

  private async insert<E extends object>(ctx: RequestContext, entity: new () => E, values: Partial<E>): Promise<void> {
    await this.db
      .manager(ctx)
      .createQueryBuilder()
      .insert()
      .into(entity)
      .values(values as never)
      .execute();
  }
}
