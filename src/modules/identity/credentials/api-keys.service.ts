import { Injectable } from '@nestjs/common';
import type { Scope } from '../../../platform/access/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import type { ApiKeyId, RequestContext } from '../../../platform/context/index.js';
import { AppKeys, Random } from '../../../platform/crypto/index.js';
import { Database } from '../../../platform/database/index.js';
import { ValidationFailed } from '../../../platform/errors/index.js';
import { personOf } from '../accounts/person.js';
import { plainName } from '../accounts/plain-name.js';
import { IdentityService } from '../identity.service.js';
import { TeamAccess } from '../teams/team-access.js';
import { TeamNotFound } from '../teams/errors.js';
import { ApiKey } from './api-key.entity.js';
import { ApiKeyNotFound, KeyPermissionNotHeld } from './errors.js';
import { API_KEY_PREFIX, API_KEY_PURPOSE, KEY_PERMISSIONS, scopesOfPermissions } from './key-permissions.js';

const CAP = 500;
const ID_LENGTH = 27;
const SECRET_LENGTH = 48;
const SHOWN = 5;
const LONGEST_NAME = 100;
const SHORTEST_NAME = 3;

/** A key and its secret, of which this is the only copy. */
export interface KeyWithSecret {
  readonly key: ApiKey;
  readonly secret: string;
}

/**
 * API keys, the second generation: owned by the organization of the team that they were made in, and acting there. Who
 * made a key manages it, and so does who holds the scope for it in the key's team; for everybody else it does not exist.
 */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly db: Database,
    private readonly identity: IdentityService,
    private readonly access: TeamAccess,
    private readonly keys: AppKeys,
    private readonly random: Random,
    private readonly clock: Clock,
  ) {}

  /** Keys of the organization of the active team that the caller may see, newest first. */
  async list(ctx: RequestContext): Promise<ApiKey[]> {
    if (!ctx.teamId) return [];
    return this.manageable(ctx, 'api:view')
      .andWhere('k.organizationId = (SELECT organization_id FROM team WHERE id = :active)', { active: ctx.teamId })
      .orderBy('k.createdAt', 'DESC')
      .addOrderBy('k.id')
      .take(CAP)
      .getMany();
  }

  /** @throws ApiKeyNotFound */
  get(ctx: RequestContext, id: string): Promise<ApiKey> {
    return this.find(ctx, id, 'api:view');
  }

  /** @throws PersonRequired, ValidationFailed, KeyPermissionNotHeld */
  async create(ctx: RequestContext, wish: { name: string; permissions: readonly string[] }): Promise<KeyWithSecret> {
    const { userId } = personOf(ctx);
    const name = plainName(wish.name, LONGEST_NAME);
    if (name.length < SHORTEST_NAME) throw new ValidationFailed({ name: [`name must have at least ${SHORTEST_NAME} characters`] });
    const permissions = this.checkedPermissions(ctx, wish.permissions);
    const { teamId } = ctx;
    if (!teamId) throw new KeyPermissionNotHeld(permissions);
    const [team] = await this.db.query<{ organizationId: ApiKey['organizationId'] }>(
      ctx,
      `SELECT organization_id AS "organizationId" FROM team WHERE id = $1`,
      [teamId],
    );
    if (!team) throw new TeamNotFound();
    const secret = this.newSecret();
    const key: ApiKey = {
      id: `api_key_${this.random.alphanumeric(ID_LENGTH)}` as ApiKeyId,
      ...{ teamId, organizationId: team.organizationId, userId, name, permissions },
      ...{ clientId: this.random.alphanumeric(32), lastUsedAt: null, createdAt: this.clock.now(), ...this.stored(secret) },
    };
    await this.db.manager(ctx).createQueryBuilder().insert().into(ApiKey).values(key).execute();
    return { key, secret };
  }

  /**
   * Another secret in place of the present one, which stops working at once. Whoever gets the secret can do what the key
   * can, so only its maker, or somebody who could have made it. @throws ApiKeyNotFound, PersonRequired, KeyPermissionNotHeld
   */
  async rotate(ctx: RequestContext, id: string): Promise<KeyWithSecret> {
    const { userId } = personOf(ctx);
    const key = await this.find(ctx, id, 'api:update');
    if (key.userId !== userId) {
      assertHolds((await this.access.scopesOfCaller(ctx, key.teamId)) ?? new Set(), key.permissions);
    }
    const secret = this.newSecret();
    const { keyPrefix, secretHash } = this.stored(secret);
    const system = ctx.asSystem('rotate-key');
    const rows = await this.db.query(system, `UPDATE api_key SET key_prefix = $2, secret_hash = $3 WHERE id = $1 RETURNING id`, [
      ...[key.id, keyPrefix, secretHash],
    ]);
    if (!rows.length) throw new ApiKeyNotFound();
    this.identity.forgetStandings(system);
    return { key: { ...key, keyPrefix }, secret };
  }

  /** @throws ApiKeyNotFound */
  async remove(ctx: RequestContext, id: string): Promise<void> {
    const key = await this.find(ctx, id, 'api:delete');
    const system = ctx.asSystem('delete-key');
    if (!(await this.db.query(system, `DELETE FROM api_key WHERE id = $1 RETURNING id`, [key.id])).length) throw new ApiKeyNotFound();
    this.identity.forgetStandings(system);
  }

  private async find(ctx: RequestContext, id: string, scope: Scope): Promise<ApiKey> {
    const key = await this.manageable(ctx, scope).andWhere('k.id = :id', { id }).getOne();
    if (!key) throw new ApiKeyNotFound();
    return key;
  }

  /** Keys lie in several teams: each condition here binds them to the caller's own memberships. */
  private manageable(ctx: RequestContext, scope: Scope) {
    const userId = ctx.requireUser();
    const all = this.db.manager(ctx.asSystem('api-keys')).createQueryBuilder(ApiKey, 'k');
    if (ctx.actor.kind !== 'user')
      return all.andWhere('k.teamId = :team AND :holds', { team: ctx.requireTeam(), holds: ctx.scopes.has(scope) });
    return all.andWhere(
      `EXISTS (SELECT FROM membership m JOIN role r ON r.id = m.role_id
         WHERE m.team_id = k.team_id AND m.user_id = :userId AND (k.user_id = :userId OR :scope = ANY(r.scopes)))`,
      { userId, scope },
    );
  }

  private checkedPermissions(ctx: RequestContext, wanted: readonly string[]): string[] {
    const unknown = wanted.filter((permission) => !KEY_PERMISSIONS.includes(permission));
    if (unknown.length)
      throw new ValidationFailed({
        permissions: unknown.map(
          (permission) => `permissions: there is no permission ${permission}; known are ${KEY_PERMISSIONS.join(', ')}`,
        ),
      });
    const permissions = [...new Set(wanted)];
    assertHolds(ctx.scopes, permissions);
    return permissions.sort();
  }

  private newSecret(): string {
    return `${API_KEY_PREFIX}${this.random.alphanumeric(SECRET_LENGTH)}`;
  }

  private stored(secret: string): { keyPrefix: string; secretHash: string } {
    return { keyPrefix: secret.slice(0, API_KEY_PREFIX.length + SHOWN), secretHash: this.keys.mac(secret, API_KEY_PURPOSE) };
  }
}

/** @throws KeyPermissionNotHeld naming the permissions that stand for a scope which is not among `scopes` */
function assertHolds(scopes: ReadonlySet<string>, permissions: readonly string[]): void {
  const lacking = permissions.filter((permission) => [...scopesOfPermissions([permission])].some((scope) => !scopes.has(scope)));
  if (lacking.length) throw new KeyPermissionNotHeld(lacking);
}
