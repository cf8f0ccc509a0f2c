import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { RequestContext } from '../../../platform/context/index.js';
import { AppKeys } from '../../../platform/crypto/index.js';
import { Database } from '../../../platform/database/index.js';
import { RateLimited } from '../../../platform/errors/index.js';

/** What attempts are counted for, and how many are free before the wait doubles with each. */
export const FREE_ATTEMPTS = { account: 5, address: 20, code: 5, mail: 6, team: 100 } as const;
export type ThrottleKind = keyof typeof FREE_ATTEMPTS;

/** Longest wait in seconds. */
const LONGEST = 900;
/** Attempts are forgotten after a day without one. */
const MEMORY_SECONDS = 86_400;

export interface ThrottleKey {
  readonly kind: ThrottleKind;
  /** E-mail address, IP address or user id; stored as a keyed hash only. */
  readonly of: string;
}

/**
 * Slows down guessing: after a few free attempts each further one costs twice the wait of the one before. An attempt
 * counts before it is judged, so that a hundred at once are not judged for the price of one, and whether the account
 * exists makes no difference.
 */
@Injectable()
export class Throttle {
  private readonly system = RequestContext.system('throttle');

  constructor(
    private readonly db: Database,
    private readonly keys: AppKeys,
    private readonly clock: Clock,
  ) {}

  /**
   * Counts an attempt for each key. Outside the caller's transaction: it stays counted whatever becomes of that.
   * @throws RateLimited while one of the keys must wait
   */
  async attempt(...keys: ThrottleKey[]): Promise<void> {
    for (const key of keys) {
      const [row] = await this.db.query<{ key: string }>(this.system, ATTEMPT, [
        ...[this.stored(key), this.clock.now(), FREE_ATTEMPTS[key.kind]],
        ...[LONGEST, MEMORY_SECONDS],
      ]);
      if (!row) throw new RateLimited(await this.secondsLeft(key));
    }
  }

  /** The attempt was right: the account starts afresh; an address gets only this attempt back, as others may come from it. */
  async succeeded(...keys: ThrottleKey[]): Promise<void> {
    for (const key of keys) {
      const forgotten = key.kind === 'address' ? 'failures <= 1' : 'TRUE';
      await this.db.query(this.system, `DELETE FROM sign_in_throttle WHERE key = $1 AND ${forgotten} RETURNING key`, [this.stored(key)]);
      if (key.kind === 'address')
        await this.db.query(this.system, `UPDATE sign_in_throttle SET failures = failures - 1, blocked_until = $2 WHERE key = $1`, [
          this.stored(key),
          this.clock.now(),
        ]);
    }
  }

  /** Forgets what no longer slows anybody down. */
  async sweep(): Promise<void> {
    await this.db.query(this.system, `DELETE FROM sign_in_throttle WHERE last_failure_at < $1 RETURNING key`, [
      new Date(this.clock.millis() - MEMORY_SECONDS * 1000),
    ]);
  }

  private async secondsLeft(key: ThrottleKey): Promise<number> {
    const [row] = await this.db.query<{ until: Date }>(this.system, `SELECT blocked_until AS until FROM sign_in_throttle WHERE key = $1`, [
      this.stored(key),
    ]);
    return Math.max(1, Math.ceil(((row?.until.getTime() ?? 0) - this.clock.millis()) / 1000));
  }

  private stored({ kind, of }: ThrottleKey): string {
    return `${kind}:${this.keys.mac(of.toLowerCase(), 'throttle')}`;
  }
}

const WAIT = (failures: string): string =>
  `CASE WHEN ${failures} <= $3::int THEN 0 ELSE least($4::int, power(2, least(${failures} - $3::int, 20))) END * interval '1 second'`;
const COUNT = `CASE WHEN t.last_failure_at < $2 - $5::int * interval '1 second' THEN 1 ELSE t.failures + 1 END`;
/** Answers no row while the key must wait. */
const ATTEMPT = `INSERT INTO sign_in_throttle AS t (key, failures, blocked_until, last_failure_at) VALUES ($1, 1, $2, $2)
  ON CONFLICT (key) DO UPDATE SET failures = ${COUNT}, blocked_until = $2 + ${WAIT(`(${COUNT})`)}, last_failure_at = $2
  WHERE t.blocked_until <= $2 RETURNING key`;
