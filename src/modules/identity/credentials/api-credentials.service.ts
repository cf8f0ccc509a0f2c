import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import type { CredentialId, RequestContext } from '../../../platform/context/index.js';
import { Database, TeamRepository } from '../../../platform/database/index.js';
import { ValidationFailed } from '../../../platform/errors/index.js';
import { personOf } from '../accounts/person.js';
import { plainName } from '../accounts/plain-name.js';
import { PersonRequired } from '../errors.js';
import { IdentityService } from '../identity.service.js';
import { ApiCredential } from './api-credential.entity.js';
import { CredentialNotFound } from './errors.js';

/** Most credentials in one answer. */
const CAP = 500;
const LONGEST_NAME = 100;
const DAY_MS = 86_400_000;

export interface CredentialWish {
  readonly name: string;
  /** Null for never, undefined to leave it. */
  readonly expiresAt?: Date | null;
}

/** Rows of credentials that were not revoked. */
@Injectable()
export class ApiCredentialsRepository extends TeamRepository<ApiCredential> {
  constructor(db: Database) {
    super(db, ApiCredential);
  }

  list(ctx: RequestContext): Promise<ApiCredential[]> {
    return this.rows(ctx).andWhere('e.revokedAt IS NULL').orderBy('e.createdAt', 'DESC').addOrderBy('e.id').take(CAP).getMany();
  }

  find(ctx: RequestContext, id: CredentialId): Promise<ApiCredential | null> {
    return this.rows(ctx).andWhere('e.id = :id AND e.revokedAt IS NULL', { id }).getOne();
  }

  /** Answers false when it was revoked before. */
  async revoke(ctx: RequestContext, id: CredentialId, at: Date): Promise<boolean> {
    const rows = await this.db.query(
      ctx,
      `UPDATE api_credential SET revoked_at = $3, updated_at = $3 WHERE id = $1 AND team_id = $2 AND revoked_at IS NULL RETURNING id`,
      [id, ctx.requireTeam(), at],
    );
    return rows.length === 1;
  }
}

/** API credentials of the first generation, of the context's team. */
@Injectable()
export class ApiCredentialsService {
  constructor(
    private readonly credentials: ApiCredentialsRepository,
    private readonly identity: IdentityService,
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** Newest first. */
  list(ctx: RequestContext): Promise<ApiCredential[]> {
    return this.credentials.list(ctx);
  }

  /** @throws CredentialNotFound */
  async get(ctx: RequestContext, id: CredentialId): Promise<ApiCredential> {
    const credential = await this.credentials.find(ctx, id);
    if (!credential) throw new CredentialNotFound();
    return credential;
  }

  /**
   * A credential that can do what its maker can in this team, now and later. `token` is its only copy.
   * @throws PersonRequired: a token never makes a token; ValidationFailed
   */
  create(ctx: RequestContext, wish: CredentialWish): Promise<{ credential: ApiCredential; token: string }> {
    const { userId } = personOf(ctx);
    const name = plainName(wish.name, LONGEST_NAME);
    const expiresAt = this.checkedExpiry(wish.expiresAt) ?? undefined;
    return this.db.transaction(ctx, async (ctx) => {
      const { id, token } = await this.identity.createCredential(ctx, { teamId: ctx.requireTeam(), userId, name, expiresAt });
      return { credential: await this.get(ctx, id), token };
    });
  }

  /** Secret and scopes stay. @throws CredentialNotFound, ValidationFailed, PersonRequired when a program would lengthen a life */
  change(ctx: RequestContext, id: CredentialId, wish: CredentialWish): Promise<ApiCredential> {
    const name = plainName(wish.name, LONGEST_NAME);
    const expiresAt = this.checkedExpiry(wish.expiresAt);
    return this.db.transaction(ctx, async (ctx) => {
      const before = await this.get(ctx, id);
      if (expiresAt !== undefined && ctx.actor.kind !== 'user' && endsLater(expiresAt, before.expiresAt)) throw new PersonRequired();
      await this.credentials.change(ctx, id, { name, ...(expiresAt === undefined ? {} : { expiresAt }), updatedAt: this.clock.now() });
      this.identity.forgetStandings(ctx);
      return this.get(ctx, id);
    });
  }

  /** It stops working at once, with every JWT that it was traded for. @throws CredentialNotFound */
  async revoke(ctx: RequestContext, id: CredentialId): Promise<void> {
    if (!(await this.credentials.revoke(ctx, id, this.clock.now()))) throw new CredentialNotFound();
    this.identity.forgetStandings(ctx);
  }

  /** The contract: «later than tomorrow», which is a day in UTC. */
  private checkedExpiry(at: Date | null | undefined): Date | null | undefined {
    const dayAfterTomorrow = (Math.floor(this.clock.millis() / DAY_MS) + 2) * DAY_MS;
    if (at && at.getTime() < dayAfterTomorrow)
      throw new ValidationFailed({
        expires_at: [`expires_at must be later than tomorrow: ${new Date(dayAfterTomorrow).toISOString()} or after, or null for never`],
      });
    return at;
  }
}

const endsLater = (a: Date | null, b: Date | null): boolean => (a?.getTime() ?? Infinity) > (b?.getTime() ?? Infinity);
