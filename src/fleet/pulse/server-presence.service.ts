import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { newId, type RequestContext } from '../../platform/context/index.js';
import { Database } from '../../platform/database/index.js';

/** A break longer than this was our own absence: routers could not be heard. Milliseconds. */
const BREAK_MS = 30_000;
const NOTE_EVERY_MS = 5000;

/**
 * Knows since when heartbeats are taken without a break, by any process. A router is judged only by the time in which
 * it could have been heard.
 */
@Injectable()
export class ServerPresenceService {
  private notedAt = -Infinity;

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** Called by every flush. Records the end of an absence when there was one. */
  async alive(ctx: RequestContext): Promise<void> {
    const now = this.clock.now();
    if (now.getTime() - this.notedAt < NOTE_EVERY_MS) return;
    await this.db.query(
      ctx,
      `WITH before AS (SELECT alive_at FROM server_presence WHERE id = 1),
            absence AS (INSERT INTO server_absence (id, started_at, ended_at) SELECT $2::uuid, alive_at, $1 FROM before WHERE alive_at < $1::timestamptz - interval '${BREAK_MS} milliseconds')
       INSERT INTO server_presence (id, alive_at, up_since) VALUES (1, $1, $1)
       ON CONFLICT (id) DO UPDATE SET alive_at = GREATEST(server_presence.alive_at, EXCLUDED.alive_at),
         up_since = CASE WHEN server_presence.alive_at < $1::timestamptz - interval '${BREAK_MS} milliseconds' THEN EXCLUDED.up_since ELSE server_presence.up_since END,
         away_since = CASE WHEN server_presence.alive_at < $1::timestamptz - interval '${BREAK_MS} milliseconds' THEN server_presence.alive_at ELSE server_presence.away_since END`,
      [now, newId()],
    );
    this.notedAt = now.getTime();
  }
}
