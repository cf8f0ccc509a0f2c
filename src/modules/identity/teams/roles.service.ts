import { Injectable } from '@nestjs/common';
import { isScope, type Scope } from '../../../platform/access/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import { newId, type RequestContext, type RoleId } from '../../../platform/context/index.js';
import { Database, isUniqueViolation } from '../../../platform/database/index.js';
import { ValidationFailed } from '../../../platform/errors/index.js';
import { PermissionCache } from '../access/permission-cache.js';
import { plainName } from '../accounts/plain-name.js';
import { RoleAssigned, RoleNotFound, SystemRoleFixed } from './errors.js';
import { Rights } from './rights.js';
import { Role } from './role.entity.js';
import { scopeOfId } from './scope-ids.js';
import { SYSTEM_ROLES } from './system-roles.js';
import { CAP } from './team-views.js';

const LONGEST_NAME = 100;

export interface RoleWish {
  readonly name: string;
  /** Ids of scopes. */
  readonly scopes: readonly string[];
}

/** Sets of scopes: those of the system, and those that the context's team made for itself. */
@Injectable()
export class RolesService {
  constructor(
    private readonly db: Database,
    private readonly rights: Rights,
    private readonly cache: PermissionCache<never>,
    private readonly clock: Clock,
  ) {}

  /** Roles that can be given in the context's team: those of the system first, then by name. */
  list(ctx: RequestContext): Promise<Role[]> {
    return this.usable(ctx).orderBy('r.teamId', 'ASC', 'NULLS FIRST').addOrderBy('r.name').take(CAP).getMany();
  }

  /** @throws RoleNotFound also for another team's */
  async get(ctx: RequestContext, id: RoleId): Promise<Role> {
    const role = await this.usable(ctx).andWhere('r.id = :id', { id }).getOne();
    if (!role) throw new RoleNotFound();
    return role;
  }

  /**
   * Roles by id, held until the transaction ends, so that none is deleted while it is given to somebody.
   * @throws ValidationFailed on field roles naming those that this team does not have
   */
  async hold(ctx: RequestContext, ids: readonly string[]): Promise<Role[]> {
    const wanted = [...new Set(ids.map((id) => id.toLowerCase()))];
    const roles = await this.usable(ctx).andWhere('r.id = ANY(:wanted)', { wanted }).setLock('pessimistic_read').getMany();
    const unknown = wanted.filter((id) => !roles.some((role) => role.id === id));
    if (unknown.length) throw new ValidationFailed({ roles: unknown.map((id) => `roles: there is no role ${id} in this team`) });
    return roles;
  }

  /** @throws ScopeNotHeld, ValidationFailed */
  async create(ctx: RequestContext, wish: RoleWish): Promise<Role> {
    const { name, scopes } = this.checked(wish);
    this.rights.assertHolds(ctx, scopes);
    const now = this.clock.now();
    const role = { id: newId<RoleId>(), teamId: ctx.requireTeam(), name, systemName: null, scopes, createdAt: now, updatedAt: now };
    await this.unlessTaken(() => this.db.manager(ctx).createQueryBuilder().insert().into(Role).values(role).execute());
    return role;
  }

  /** Its holders may do so from their next request on. @throws RoleNotFound, SystemRoleFixed, ScopeNotHeld for added scopes, ValidationFailed */
  change(ctx: RequestContext, id: RoleId, wish: RoleWish): Promise<Role> {
    return this.unlessTaken(() =>
      this.db.transaction(ctx, async (ctx) => {
        const role = await this.own(ctx, id);
        const { name, scopes } = this.checked(wish);
        this.rights.assertHolds(
          ctx,
          scopes.filter((scope) => !role.scopes.includes(scope)),
        );
        const updatedAt = this.clock.now();
        await this.db.query(ctx, `UPDATE role SET name = $2, scopes = $3, updated_at = $4 WHERE id = $1`, [id, name, scopes, updatedAt]);
        this.db.afterCommit(ctx, () => this.cache.clear());
        return { ...role, name, scopes, updatedAt };
      }),
    );
  }

  /** @throws RoleNotFound, SystemRoleFixed, RoleAssigned */
  remove(ctx: RequestContext, id: RoleId): Promise<void> {
    return this.db.transaction(ctx, async (ctx) => {
      await this.own(ctx, id);
      const holders = await this.db.query(ctx, `SELECT DISTINCT user_id FROM membership WHERE role_id = $1`, [id]);
      if (holders.length) throw new RoleAssigned(holders.length);
      await this.db.query(ctx, `DELETE FROM role WHERE id = $1 RETURNING id`, [id]);
      this.db.afterCommit(ctx, () => this.cache.clear());
    });
  }

  /** A role of the team's own making, held until the transaction ends. */
  private async own(ctx: RequestContext, id: RoleId): Promise<Role> {
    const role = await this.usable(ctx).andWhere('r.id = :id', { id }).setLock('pessimistic_write').getOne();
    if (!role) throw new RoleNotFound();
    if (role.teamId === null) throw new SystemRoleFixed(role.name);
    return role;
  }

  private checked({ name, scopes }: RoleWish): { name: string; scopes: Scope[] } {
    const unknown = scopes.filter((id) => !scopeOfId(id));
    if (unknown.length)
      throw new ValidationFailed({ scopes: unknown.map((id) => `scopes: there is no scope with the id ${id}; GET /scopes lists them`) });
    const known = [...new Set(scopes.map((id) => scopeOfId(id)!))].filter(isScope).sort();
    const plain = plainName(name, LONGEST_NAME);
    if (SYSTEM_ROLES.some((role) => role.name.toLowerCase() === plain.toLowerCase()))
      throw new ValidationFailed({ name: ['name is that of a role of the system; choose another'] });
    return { name: plain, scopes: known };
  }

  /** Role is a shared table: its rows of other teams are kept away here. */
  private usable(ctx: RequestContext) {
    return this.db
      .manager(ctx)
      .createQueryBuilder(Role, 'r')
      .andWhere('(r.teamId IS NULL OR r.teamId = :teamId)', { teamId: ctx.requireTeam() });
  }

  private async unlessTaken<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new ValidationFailed({ name: ['name is taken by another role of this team'] });
    }
  }
}
