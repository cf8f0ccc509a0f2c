import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { newId, type RequestContext, type UserId } from '../../../platform/context/index.js';
import { Database, isUniqueViolation } from '../../../platform/database/index.js';
import { NotFound } from '../../../platform/errors/index.js';
import { Mailer } from '../../../platform/mail/index.js';
import { PermissionCache } from '../access/permission-cache.js';
import { AccountLetters } from '../accounts/account-letters.js';
import { AccountService } from '../accounts/account.service.js';
import { ConfiguredProviders } from './configured-providers.js';
import { OnlyWayToSignIn } from './errors.js';
import type { ForeignIdentity } from './foreign-identity.js';
import { LinkedIdentity } from './linked-identity.entity.js';
import { FederationProblem } from './problems.js';

/** Most identities of a person that are shown. */
export const MOST_IDENTITIES = 100;

/** What decides whose account it is. */
export type Claimant = Pick<ForeignIdentity, 'issuer' | 'subject' | 'verifiedEmail'>;

/**
 * Identities of other issuers and the accounts that they belong to. The one bridge between an identity and an account
 * that was there before is an e-mail address that both sides have verified.
 */
@Injectable()
export class LinkedAccounts {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly accounts: AccountService,
    private readonly letters: AccountLetters,
    private readonly mailer: Mailer,
    private readonly cache: PermissionCache<never>,
    private readonly providers: ConfiguredProviders,
  ) {}

  /**
   * The account of an identity: the linked one, else the one with its verified address, which is linked in the caller's
   * transaction and told so by mail; undefined when there is neither. @throws FederationProblem when it must not be used
   */
  async find(ctx: RequestContext, { issuer, subject, verifiedEmail }: Claimant): Promise<UserId | undefined> {
    const [linked] = await this.db.query<{ id: UserId; allowLogin: boolean }>(
      ctx,
      `SELECT u.id, u.allow_login AS "allowLogin" FROM linked_identity l JOIN app_user u ON u.id = l.user_id WHERE l.issuer = $1 AND l.subject = $2`,
      [issuer, subject],
    );
    if (linked && !linked.allowLogin) throw new FederationProblem('not_allowed', 'the linked account may not sign in');
    if (linked) return linked.id;
    if (!verifiedEmail) throw new FederationProblem('email_unverified', 'the issuer vouches for no e-mail address');
    const user = await this.accounts.findByEmail(ctx, verifiedEmail);
    if (!user) return undefined;
    if (!user.allowLogin) throw new FederationProblem('not_allowed', 'the account with this address may not sign in');
    if (!user.emailVerifiedAt) throw new FederationProblem('account_unverified', 'the account with this address never verified it');
    await this.link(ctx, user.id, issuer, subject);
    await this.mailer.send(ctx, this.letters.identityLinked(user, this.providers.nameOf(issuer) ?? issuer));
    return user.id;
  }

  /** Whether an identity has an account that may sign in; links it as `find` does. */
  async knows(ctx: RequestContext, who: Claimant): Promise<boolean> {
    try {
      return (await this.db.transaction(ctx, (ctx) => this.find(ctx, who))) !== undefined;
    } catch (error) {
      if (error instanceof FederationProblem) return false;
      if (isUniqueViolation(error)) return true; // linked by another request meanwhile
      throw error;
    }
  }

  list(ctx: RequestContext, userId: UserId): Promise<LinkedIdentity[]> {
    return this.db
      .manager(ctx)
      .createQueryBuilder(LinkedIdentity, 'i')
      .andWhere('i.userId = :userId', { userId })
      .orderBy('i.createdAt')
      .addOrderBy('i.id')
      .take(MOST_IDENTITIES)
      .getMany();
  }

  /** @throws NotFound, OnlyWayToSignIn */
  unlink(ctx: RequestContext, userId: UserId, id: string): Promise<void> {
    return this.db.transaction(ctx, async (ctx) => {
      // Of two at once the second waits here, and sees what the first left.
      const [user] = await this.db.query<{ hasPassword: boolean }>(
        ctx,
        `SELECT password_hash IS NOT NULL AS "hasPassword" FROM app_user WHERE id = $1 FOR UPDATE`,
        [userId],
      );
      const removed = await this.db.query(ctx, `DELETE FROM linked_identity WHERE id = $1 AND user_id = $2 RETURNING id`, [id, userId]);
      if (!removed.length) throw new NotFound('You have no such linked identity.');
      const others = await this.db.query(ctx, `SELECT FROM linked_identity WHERE user_id = $1 AND issuer = ANY($2) LIMIT 1`, [
        userId,
        this.providers.issuers(),
      ]);
      if (!user?.hasPassword && !others.length) throw new OnlyWayToSignIn();
      this.db.afterCommit(ctx, () => this.cache.clear());
    });
  }

  async link(ctx: RequestContext, userId: UserId, issuer: string, subject: string): Promise<void> {
    const row = { id: newId(), userId, issuer, subject, createdAt: this.clock.now() };
    await this.db.manager(ctx).createQueryBuilder().insert().into(LinkedIdentity).values(row).execute();
  }
}
