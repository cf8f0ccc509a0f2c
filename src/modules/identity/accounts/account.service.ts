import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { newId, type RequestContext, type SessionId, type UserId } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';
import { ValidationFailed } from '../../../platform/errors/index.js';
import { Mailer } from '../../../platform/mail/index.js';
import { SmsSender } from '../../../platform/sms/index.js';
import { SignInRefused } from '../errors.js';
import { SessionService } from '../sessions/session.service.js';
import { AccountLinks } from './account-links.js';
import { AccountLetters } from './account-letters.js';
import { OldPassword } from './old-password.entity.js';
import { complaints, REMEMBERED_PASSWORDS, wordsAbout } from './password-policy.js';
import { hashPassword, passwordMatches } from './passwords.js';
import { Throttle } from './throttle.js';
import { userByAddress } from './user-by-address.js';
import { User } from './user.entity.js';

/** A person's own account: password, address, the links that prove it. */
@Injectable()
export class AccountService {
  constructor(
    private readonly db: Database,
    private readonly links: AccountLinks,
    private readonly letters: AccountLetters,
    private readonly mailer: Mailer,
    private readonly sms: SmsSender,
    private readonly sessions: SessionService,
    private readonly throttle: Throttle,
    private readonly clock: Clock,
  ) {}

  find(ctx: RequestContext, userId: UserId): Promise<User | null> {
    return this.db.manager(ctx).createQueryBuilder(User, 'u').andWhere('u.id = :userId', { userId }).getOne();
  }

  findByEmail(ctx: RequestContext, email: string): Promise<User | null> {
    return userByAddress(this.db, ctx, email);
  }

  /**
   * Gives a person another password; links to reset it stop working and every session but `keep` ends.
   * @throws ValidationFailed on field password when the password breaks the rules or is one of the last three
   */
  async setPassword(ctx: RequestContext, user: User, password: string, keep?: SessionId): Promise<void> {
    await this.checkNewPassword(ctx, user, password);
    const hash = await hashPassword(password);
    await this.db.transaction(ctx, async (ctx) => {
      if (user.passwordHash) await this.remember(ctx, user.id, user.passwordHash);
      await this.db.query(ctx, `UPDATE app_user SET password_hash = $2, must_change_password = false, updated_at = $3 WHERE id = $1`, [
        user.id,
        hash,
        this.clock.now(),
      ]);
      await this.links.revoke(ctx, user.id, 'reset-password');
      await this.sessions.endAll(ctx, user.id, keep);
    });
  }

  /** A signed-in person's change of password. @throws SignInRefused when the present one is wrong, ValidationFailed, RateLimited */
  async changePassword(ctx: RequestContext, userId: UserId, wish: { current: string; next: string; keep?: SessionId }): Promise<void> {
    const user = await this.proveByPassword(ctx, userId, wish.current);
    await this.setPassword(ctx, user, wish.next, wish.keep);
  }

  /** The person, when the password is theirs. @throws SignInRefused, RateLimited */
  async proveByPassword(ctx: RequestContext, userId: UserId, password: string): Promise<User> {
    await this.throttle.attempt({ kind: 'code', of: userId });
    const user = await this.find(ctx, userId);
    if (!user || !(await passwordMatches(user.passwordHash, password))) throw new SignInRefused();
    await this.throttle.succeeded({ kind: 'code', of: userId });
    return user;
  }

  /** Sends the link that verifies the address, unless that is done. Answers whether one was sent. @throws RateLimited */
  async sendEmailVerification(ctx: RequestContext, userId: UserId): Promise<boolean> {
    const user = await this.find(ctx, userId);
    if (!user || user.emailVerifiedAt) return false;
    await this.throttle.attempt({ kind: 'mail', of: `verify ${userId}` });
    await this.db.transaction(ctx, async (ctx) => {
      const token = await this.links.make(ctx, { userId, purpose: 'verify-email', target: user.email });
      await this.mailer.send(ctx, this.letters.verifyEmail(user, token));
    });
    return true;
  }

  /** Follows a link that was mailed. A link for an address that the person has given up since proves nothing. @throws LinkSpent */
  verifyEmail(ctx: RequestContext, token: string): Promise<User> {
    return this.db.transaction(ctx, async (ctx) => {
      const { userId, target } = await this.links.spend(ctx, token, 'verify-email');
      await this.db.query(
        ctx,
        `UPDATE app_user SET email_verified_at = $3, updated_at = $3 WHERE id = $1 AND email = $2 AND email_verified_at IS NULL`,
        [userId, target, this.clock.now()],
      );
      return (await this.find(ctx, userId))!;
    });
  }

  /** Sends the link that verifies the mobile number, unless there is none or that is done. Answers whether one was sent. @throws RateLimited */
  async sendMobileVerification(ctx: RequestContext, userId: UserId): Promise<boolean> {
    const user = await this.find(ctx, userId);
    const { mobile } = user ?? {};
    if (!mobile || user?.mobileVerifiedAt) return false;
    await this.throttle.attempt({ kind: 'mail', of: `verify mobile ${userId}` });
    await this.db.transaction(ctx, async (ctx) => {
      const token = await this.links.make(ctx, { userId, purpose: 'verify-mobile', target: mobile });
      await this.sms.send(ctx, this.letters.verifyMobile(mobile, token));
    });
    return true;
  }

  /** Follows a link that came by SMS. A link for a number that the person has given up since proves nothing. @throws LinkSpent */
  verifyMobile(ctx: RequestContext, token: string): Promise<User> {
    return this.db.transaction(ctx, async (ctx) => {
      const { userId, target } = await this.links.spend(ctx, token, 'verify-mobile');
      await this.db.query(
        ctx,
        `UPDATE app_user SET mobile_verified_at = $3, updated_at = $3 WHERE id = $1 AND mobile = $2 AND mobile_verified_at IS NULL`,
        [userId, target, this.clock.now()],
      );
      return (await this.find(ctx, userId))!;
    });
  }

  /**
   * A person has another address now: links to the one before open nothing any more, and it hears of the change.
   * @param before the account as it was
   */
  async addressChanged(ctx: RequestContext, before: User): Promise<void> {
    await this.links.revoke(ctx, before.id, 'reset-password');
    await this.links.revoke(ctx, before.id, 'verify-email');
    if (before.emailVerifiedAt) await this.mailer.send(ctx, this.letters.addressChanged(before));
  }

  /** A person has another mobile number, or none: links sent to the one before open nothing any more. */
  async numberChanged(ctx: RequestContext, userId: UserId): Promise<void> {
    await this.links.revoke(ctx, userId, 'verify-mobile');
  }

  /** Sets a new password by a mailed link, which also verifies the address it went to. @throws LinkSpent, ValidationFailed */
  async resetPassword(ctx: RequestContext, token: string, password: string): Promise<void> {
    const { userId } = await this.links.look(token, 'reset-password');
    const user = await this.find(ctx, userId);
    if (user) await this.checkNewPassword(ctx, user, password); // before the link is spent
    await this.db.transaction(ctx, async (ctx) => {
      const { userId, target } = await this.links.spend(ctx, token, 'reset-password');
      const user = (await this.find(ctx, userId))!;
      await this.setPassword(ctx, user, password);
      await this.db.query(ctx, `UPDATE app_user SET email_verified_at = $3 WHERE id = $1 AND email = $2 AND email_verified_at IS NULL`, [
        userId,
        target,
        this.clock.now(),
      ]);
    });
    await this.throttle.succeeded({ kind: 'account', of: user?.email ?? '' });
  }

  private async checkNewPassword(ctx: RequestContext, user: User, password: string): Promise<void> {
    const problems = complaints(password, wordsAbout(user.email, user.name)).map((text) => `password ${text}`);
    if (!problems.length && (await this.wasUsed(ctx, user, password)))
      problems.push(`password was one of your last ${REMEMBERED_PASSWORDS}; choose one that you have not used`);
    if (problems.length) throw new ValidationFailed({ password: problems });
  }

  /** The present password and those before it, three in all. */
  private async wasUsed(ctx: RequestContext, user: User, password: string): Promise<boolean> {
    const old = await this.db
      .manager(ctx)
      .createQueryBuilder(OldPassword, 'p')
      .andWhere('p.userId = :userId', { userId: user.id })
      .orderBy('p.createdAt', 'DESC')
      .take(REMEMBERED_PASSWORDS - 1)
      .getMany();
    for (const hash of [user.passwordHash, ...old.map((p) => p.hash)]) if (hash && (await passwordMatches(hash, password))) return true;
    return false;
  }

  private async remember(ctx: RequestContext, userId: UserId, hash: string): Promise<void> {
    const row = { id: newId(), userId, hash, createdAt: this.clock.now() };
    await this.db.manager(ctx).createQueryBuilder().insert().into(OldPassword).values(row).execute();
    await this.db.query(
      ctx,
      `DELETE FROM old_password WHERE user_id = $1 AND id NOT IN (SELECT id FROM old_password WHERE user_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2) RETURNING id`,
      [userId, REMEMBERED_PASSWORDS - 1],
    );
  }
}
