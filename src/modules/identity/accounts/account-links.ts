import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { Clock } from '../../../platform/clock/clock.js';
import { newId, RequestContext, type UserId } from '../../../platform/context/index.js';
import { Random } from '../../../platform/crypto/index.js';
import { Database } from '../../../platform/database/index.js';
import { LinkSpent } from '../errors.js';
import { AccountLink, type LinkPurpose } from './account-link.entity.js';

/** How long a link works, in seconds. */
export const LINK_SECONDS: Readonly<Record<LinkPurpose, number>> = {
  'verify-email': 3 * 86_400,
  'verify-mobile': 3600,
  'reset-password': 3600,
};

/** Links sent by mail or SMS, each good for one deed and once. */
@Injectable()
export class AccountLinks {
  private readonly system = RequestContext.system('account-links');

  constructor(
    private readonly db: Database,
    private readonly random: Random,
    private readonly clock: Clock,
  ) {}

  /** Makes a link's token; those made for the same deed before stop working. Only its hash is kept. */
  make(ctx: RequestContext, wish: { userId: UserId; purpose: LinkPurpose; target: string }): Promise<string> {
    return this.db.transaction(ctx, async (ctx) => {
      await this.revoke(ctx, wish.userId, wish.purpose);
      const token = this.random.bytes(32).toString('base64url');
      const now = this.clock.millis();
      await this.db
        .manager(ctx)
        .createQueryBuilder()
        .insert()
        .into(AccountLink)
        .values({
          ...{ ...wish, id: newId(), tokenHash: linkTokenHash(token), usedAt: null },
          ...{ createdAt: new Date(now), expiresAt: new Date(now + LINK_SECONDS[wish.purpose] * 1000) },
        })
        .execute();
      return token;
    });
  }

  /** Whose link it is, without spending it. @throws LinkSpent */
  async look(token: string, purpose: LinkPurpose): Promise<AccountLink> {
    const link = await this.db
      .manager(this.system)
      .createQueryBuilder(AccountLink, 'l')
      .andWhere('l.tokenHash = :hash AND l.purpose = :purpose', { hash: linkTokenHash(token), purpose })
      .andWhere('l.usedAt IS NULL AND l.expiresAt > :now', { now: this.clock.now() })
      .getOne();
    if (!link) throw new LinkSpent();
    return link;
  }

  /** Spends a link in the context's transaction: of two at once one finds it spent. @throws LinkSpent */
  async spend(ctx: RequestContext, token: string, purpose: LinkPurpose): Promise<{ userId: UserId; target: string }> {
    const [row] = await this.db.query<{ userId: UserId; target: string }>(
      ctx,
      `UPDATE account_link SET used_at = $3 WHERE token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3 RETURNING user_id AS "userId", target`,
      [linkTokenHash(token), purpose, this.clock.now()],
    );
    if (!row) throw new LinkSpent();
    return row;
  }

  /** Links of a person for a deed stop working. */
  async revoke(ctx: RequestContext, userId: UserId, purpose: LinkPurpose): Promise<void> {
    await this.db.query(ctx, `DELETE FROM account_link WHERE user_id = $1 AND purpose = $2 AND used_at IS NULL RETURNING id`, [
      userId,
      purpose,
    ]);
  }

  /** Deletes links that ended a week ago or longer. */
  async sweep(): Promise<void> {
    await this.db.query(this.system, `DELETE FROM account_link WHERE expires_at < $1 RETURNING id`, [
      new Date(this.clock.millis() - 7 * 86_400_000),
    ]);
  }
}

/** The stored form of a token: it is 256 bits of chance, so a plain hash keeps it secret. */
export const linkTokenHash = (token: string): string => createHash('sha256').update(token).digest('base64url');
