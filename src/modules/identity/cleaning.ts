import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import type { RequestContext } from '../../platform/context/index.js';
import { Database } from '../../platform/database/index.js';
import { defineTask, Every, Handles } from '../../platform/tasks/index.js';
import { AccountLinks } from './accounts/account-links.js';
import { Throttle } from './accounts/throttle.js';
import { OidcRecords } from './oidc/oidc-records.js';

const forgetExpired = defineTask<null>({ name: 'identity.forget-expired', lane: 'slow' });

/** Sessions that ended are kept so long, for whoever asks what happened. */
const SESSIONS_KEPT_DAYS = 30;

/** Deletes what nobody can use any more: expired codes, links, attempts, sessions. */
@Injectable()
export class Cleaning {
  constructor(
    private readonly records: OidcRecords,
    private readonly links: AccountLinks,
    private readonly throttle: Throttle,
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  @Every(3600)
  @Handles(forgetExpired)
  async sweep(ctx: RequestContext): Promise<void> {
    await this.records.sweep();
    await this.links.sweep();
    await this.throttle.sweep();
    await this.db.query(ctx, `DELETE FROM user_session WHERE least(ended_at, expires_at) < $1 RETURNING id`, [
      new Date(this.clock.millis() - SESSIONS_KEPT_DAYS * 86_400_000),
    ]);
  }
}
