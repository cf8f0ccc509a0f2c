import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import type { RequestContext } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';
import { ReauthenticationRequired, SignInRefused } from '../errors.js';
import { AccountService } from './account.service.js';
import { personOf } from './person.js';
import { TwoFactorService } from './two-factor.service.js';

const FRESH_SECONDS = 600;

/** Asks again who somebody is, before something that a found or stolen session must not do. */
@Injectable()
export class Reauthentication {
  constructor(
    private readonly db: Database,
    private readonly accounts: AccountService,
    private readonly twoFactor: TwoFactorService,
    private readonly clock: Clock,
  ) {}

  /** @throws ReauthenticationRequired without proof and with an older sign-in; SignInRefused, RateLimited for wrong proof */
  async require(ctx: RequestContext, proof: { password?: string; code?: string }): Promise<void> {
    const { userId, sessionId } = personOf(ctx);
    if (proof.password !== undefined) {
      await this.accounts.proveByPassword(ctx, userId, proof.password);
    } else if (proof.code !== undefined) {
      if (!(await this.twoFactor.check(ctx, userId, proof.code))) throw new SignInRefused();
    } else {
      const since = new Date(this.clock.millis() - FRESH_SECONDS * 1000);
      const fresh = await this.db.query(ctx, `SELECT FROM user_session WHERE id = $1 AND greatest(created_at, second_factor_at) > $2`, [
        sessionId,
        since,
      ]);
      if (!fresh.length) throw new ReauthenticationRequired();
    }
  }
}
