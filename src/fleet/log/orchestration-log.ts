import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import type { RequestContext } from '../../platform/context/index.js';
import { Database } from '../../platform/database/index.js';
import { type LogEntry, MESSAGE_LIMIT } from './log-entry.js';

/**
 * The columns of an event but `seq` and `xid`, which the database knows. For statements that write their step themselves,
 * because it is not worth one of its own: `WITH … logged AS (${logged(`SELECT …`)}) …`.
 * @param select answers site_id, at, team_id, type, status, job_id, run, message, context (jsonb), in this order
 */
export const logged = (select: string): string => `
INSERT INTO orchestration_event (site_id, at, team_id, type, status, job_id, run, message, context, seq, xid)
SELECT e.*, nextval('orchestration_event_seq'), pg_current_xact_id()::text::bigint
FROM (${select}) AS e (site_id, at, team_id, type, status, job_id, run, message, context)`;

/** Steps as the JSON text that `stepsOfJson` selects from. */
export const entriesJson = (entries: readonly LogEntry[]): string =>
  JSON.stringify(
    entries.map(({ jobId = null, run = null, context = {}, message, ...entry }) => ({
      ...{ ...entry, jobId, run, context, message: message.slice(0, MESSAGE_LIMIT) },
    })),
    storable,
  );

/** The rows that `logged` takes. @param json of `entriesJson`, a placeholder as is `at`, the time of all of them */
export const stepsOfJson = (json: string, at: string): string => `
  SELECT "siteId", ${at}::timestamptz, "teamId", type, status, "jobId", run, message, context
  FROM jsonb_to_recordset(${json}::jsonb) AS r("siteId" uuid, "teamId" uuid, type text, status text, "jobId" uuid, run text, message text, context jsonb)`;

/** What happened between us and each router, step by step: written here, read by OrchestrationLogReader. */
@Injectable()
export class OrchestrationLog {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Writes steps in the transaction of what caused them, one statement however many; they are dropped with it. The context
   * must be of the entries' team, or see all teams.
   */
  async write(ctx: RequestContext, entries: readonly LogEntry[]): Promise<void> {
    if (!entries.length) return;
    await this.db.query(ctx, WRITE, [entriesJson(entries), this.clock.now()]);
  }

  /** Everything of the context's team, which is being deleted. */
  async eraseTeam(ctx: RequestContext): Promise<void> {
    await this.db.transaction(ctx, async (ctx) => {
      await allowErasure(this.db, ctx);
      await this.db.query(ctx, `DELETE FROM orchestration_event WHERE team_id = $1`, [ctx.requireTeam()]);
      await forbidErasure(this.db, ctx);
    });
  }
}

/** What routers say may hold what jsonb does not take: NUL, and half of a pair of surrogates where a text was cut. */
const storable = (_key: string, value: unknown): unknown =>
  typeof value === 'string' ? value.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\ufffd') : value;

/** Lets the rest of the transaction delete events, which a trigger refuses otherwise. */
export const allowErasure = (db: Database, ctx: RequestContext): Promise<unknown> =>
  db.query(ctx, `SELECT set_config('rosfleet.orchestration_erasure', 'on', true)`);

const forbidErasure = (db: Database, ctx: RequestContext): Promise<unknown> =>
  db.query(ctx, `SELECT set_config('rosfleet.orchestration_erasure', '', true)`);

const WRITE = logged(stepsOfJson('$1', '$2'));
