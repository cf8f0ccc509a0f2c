import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { newId, type RequestContext, type SessionId, type UserId } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';
import { NotFound } from '../../../platform/errors/index.js';
import type { Slice } from '../../../platform/http/index.js';
import { PermissionCache } from '../access/permission-cache.js';
import { UserSession } from './user-session.entity.js';

/** Days after which a person signs in again. */
export const SESSION_DAYS = 14;

export interface NewSession {
  readonly userId: UserId;
  readonly clientId: string;
  readonly grantId: string;
  readonly browserUid: string;
  readonly secondFactor: boolean;
  readonly ip: string;
  readonly userAgent: string;
}

/** Where a person is signed in. Ending a session ends its tokens with the next request. */
@Injectable()
export class SessionService {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly cache: PermissionCache<never>,
  ) {}

  async begin(ctx: RequestContext, { secondFactor, ...session }: NewSession): Promise<SessionId> {
    const id = newId<SessionId>();
    const now = this.clock.now();
    await this.db
      .manager(ctx)
      .createQueryBuilder()
      .insert()
      .into(UserSession)
      .values({
        ...{ ...session, id, userAgent: session.userAgent.slice(0, 512), secondFactorAt: secondFactor ? now : null },
        ...{ createdAt: now, lastSeenAt: now, endedAt: null, expiresAt: new Date(now.getTime() + SESSION_DAYS * 86_400_000) },
      })
      .execute();
    return id;
  }

  /** The living session of a grant, noted as seen now. */
  async ofGrant(ctx: RequestContext, grantId: string): Promise<SessionId | undefined> {
    const [row] = await this.db.query<{ id: SessionId }>(
      ctx,
      `UPDATE user_session SET last_seen_at = $2 WHERE grant_id = $1 AND ended_at IS NULL RETURNING id`,
      [grantId, this.clock.now()],
    );
    return row?.id;
  }

  /** Living sessions of a person, the one used last first. */
  list(ctx: RequestContext, userId: UserId, slice: Slice): Promise<UserSession[]> {
    return this.db
      .manager(ctx)
      .createQueryBuilder(UserSession, 's')
      .andWhere('s.userId = :userId AND s.endedAt IS NULL AND s.expiresAt > :now', { userId, now: this.clock.now() })
      .orderBy('s.lastSeenAt', 'DESC')
      .addOrderBy('s.id')
      .skip(slice.offset)
      .take(slice.limit)
      .getMany();
  }

  async noteSecondFactor(ctx: RequestContext, id: SessionId): Promise<void> {
    await this.db.query(ctx, `UPDATE user_session SET second_factor_at = $2 WHERE id = $1`, [id, this.clock.now()]);
    this.db.afterCommit(ctx, () => this.cache.clear());
  }

  /** Ends one session of a person. @throws NotFound */
  async end(ctx: RequestContext, userId: UserId, id: SessionId): Promise<void> {
    const ended = await this.endThose(ctx, 'id = $2 AND user_id = $3', [id, userId]);
    if (!ended) throw new NotFound('You have no such session.');
  }

  /** Ends the sessions of a person, all but `keep`, with everything that could renew them. Answers how many. */
  endAll(ctx: RequestContext, userId: UserId, keep?: SessionId): Promise<number> {
    return this.db.transaction(ctx, async (ctx) => {
      const ended = await this.endThose(ctx, 'user_id = $2 AND id IS DISTINCT FROM $3', [userId, keep ?? null]);
      const kept = (column: string): string => `COALESCE((SELECT ${column} FROM user_session WHERE id = $2), '')`;
      await this.db.query(
        ctx,
        `DELETE FROM oidc_record WHERE account_id = $1 AND COALESCE(grant_id, '-') <> ${kept('grant_id')} AND COALESCE(uid, '-') <> ${kept('browser_uid')} RETURNING model`,
        [userId, keep ?? null],
      );
      return ended;
    });
  }

  /** The provider gave a grant up: at sign-out, or when a spent code or refresh token came back. */
  async endOfGrant(ctx: RequestContext, grantId: string): Promise<void> {
    await this.endThose(ctx, 'grant_id = $2', [grantId]);
  }

  /** Ends the sessions that match; their browsers have to sign in again. */
  private async endThose(ctx: RequestContext, which: string, values: unknown[]): Promise<number> {
    const rows = await this.db.query<{ grantId: string; browserUid: string }>(
      ctx,
      `UPDATE user_session SET ended_at = $1 WHERE ended_at IS NULL AND ${which} RETURNING grant_id AS "grantId", browser_uid AS "browserUid"`,
      [this.clock.now(), ...values],
    );
    if (!rows.length) return 0;
    await this.db.query(ctx, `DELETE FROM oidc_record WHERE grant_id = ANY($1) OR uid = ANY($2) RETURNING model`, [
      rows.map((r) => r.grantId),
      rows.map((r) => r.browserUid),
    ]);
    this.db.afterCommit(ctx, () => this.cache.clear());
    return rows.length;
  }
}
