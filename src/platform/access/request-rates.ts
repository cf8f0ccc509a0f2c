import { Injectable } from '@nestjs/common';
import { Clock } from '../clock/clock.js';
import { RequestContext } from '../context/index.js';
import { Database } from '../database/index.js';
import { defineTask, Every, Handles } from '../tasks/index.js';

const SWEEP_SECONDS = 600;
const forgetWindows = defineTask<null>({ name: 'platform.forget-request-rates', lane: 'slow' });

/** How somebody stands in the running window. */
export interface RateState {
  /** Requests in it, this one included; beyond the limit too. */
  readonly hits: number;
  /** Until it ends; at least 1. */
  readonly secondsLeft: number;
}

/**
 * Counts requests in windows that begin with the first request after the last window ended. The count is in PostgreSQL, one
 * statement a request, so that it is exact however many processes share the database, with Redis and without. What a fixed
 * window lets through at its border, at most twice the limit within one window's length, is the price of a count that the
 * caller can follow: the remaining number and the time of the reset are true.
 */
@Injectable()
export class RequestRates {
  private readonly system = RequestContext.system('request-rates');

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** Counts one request. */
  async count(key: string, windowSeconds: number): Promise<RateState> {
    const now = this.clock.now();
    const [row] = await this.db.query<{ hits: number; endsAt: Date }>(this.system, COUNT, [key, now, windowSeconds]);
    const { hits, endsAt } = row!;
    return { hits, secondsLeft: Math.max(1, Math.ceil((endsAt.getTime() - now.getTime()) / 1000)) };
  }

  @Every(SWEEP_SECONDS)
  @Handles(forgetWindows)
  async forget(ctx: RequestContext): Promise<void> {
    await this.db.query(ctx, `DELETE FROM request_rate WHERE ends_at <= $1 RETURNING 1`, [this.clock.now()]);
  }
}

const COUNT = `
INSERT INTO request_rate AS r (key, hits, ends_at) VALUES ($1, 1, $2::timestamptz + $3::int * interval '1 second')
ON CONFLICT (key) DO UPDATE SET
  hits = CASE WHEN r.ends_at <= $2 THEN 1 ELSE r.hits + 1 END,
  ends_at = CASE WHEN r.ends_at <= $2 THEN EXCLUDED.ends_at ELSE r.ends_at END
RETURNING hits, ends_at AS "endsAt"`;
