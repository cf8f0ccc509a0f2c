import { Injectable } from '@nestjs/common';
import { Settings } from '../../config/index.js';
import { Clock } from '../../platform/clock/clock.js';
import type { RequestContext } from '../../platform/context/index.js';
import { Database } from '../../platform/database/index.js';
import { RateLimited } from '../../platform/errors/index.js';
import { JwtTokens } from './access/jwt.strategy.js';
import { PasswordChangeRequired, SignInRefused } from './errors.js';
import { IdentityService } from './identity.service.js';
import { hashPassword, passwordMatches } from './accounts/passwords.js';
import { User } from './accounts/user.entity.js';

const FREE_ATTEMPTS = 5;
const MOST_REMEMBERED = 10_000;

export interface Session {
  readonly token: string;
  readonly expiresIn: number;
}

/** Sign-in with e-mail address and password for people without an identity provider. */
@Injectable()
export class SignInService {
  /** Failures of one address since its last success: the wait doubles after the fifth. */
  private readonly failures = new Map<string, { count: number; until: number }>();

  constructor(
    private readonly identity: IdentityService,
    private readonly jwt: JwtTokens,
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /** @throws SignInRefused, PasswordChangeRequired, RateLimited */
  async signIn(ctx: RequestContext, email: string, password: string): Promise<Session> {
    const user = await this.verified(ctx, email, password);
    if (user.mustChangePassword) throw new PasswordChangeRequired();
    return this.session(user);
  }

  /** Replaces a password and signs in. @throws SignInRefused, RateLimited */
  async changePassword(ctx: RequestContext, email: string, password: string, newPassword: string): Promise<Session> {
    const user = await this.verified(ctx, email, password);
    const passwordHash = await hashPassword(newPassword);
    await this.db.query(ctx, `UPDATE app_user SET password_hash = $2, must_change_password = false WHERE id = $1 RETURNING id`, [
      user.id,
      passwordHash,
    ]);
    return this.session(user);
  }

  private async verified(ctx: RequestContext, email: string, password: string): Promise<User> {
    const key = email.toLowerCase();
    const wait = (this.failures.get(key)?.until ?? 0) - this.clock.millis();
    if (wait > 0) throw new RateLimited(Math.ceil(wait / 1000));
    const user = await this.identity.findUserByEmail(ctx, email);
    const right = await passwordMatches(user?.passwordHash, password);
    if (!user?.allowLogin || !right) {
      this.noteFailure(key);
      throw new SignInRefused();
    }
    this.failures.delete(key);
    return user;
  }

  private noteFailure(key: string): void {
    if (this.failures.size >= MOST_REMEMBERED) this.failures.clear();
    const count = (this.failures.get(key)?.count ?? 0) + 1;
    const waitSeconds = count < FREE_ATTEMPTS ? 0 : Math.min(2 ** (count - FREE_ATTEMPTS), 900);
    this.failures.set(key, { count, until: this.clock.millis() + waitSeconds * 1000 });
  }

  private async session(user: User): Promise<Session> {
    const expiresIn = this.settings.JWT_TTL_SECONDS;
    return { token: await this.jwt.issue({ sub: user.id }, expiresIn), expiresIn };
  }
}
