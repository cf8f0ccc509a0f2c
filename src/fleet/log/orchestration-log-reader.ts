import { Injectable } from '@nestjs/common';
import { Settings } from '../../config/index.js';
import { Clock } from '../../platform/clock/clock.js';
import type { JobId, RequestContext, SiteId } from '../../platform/context/index.js';
import { Database } from '../../platform/database/index.js';
import type { Slice } from '../../platform/http/index.js';
import type { LogStatus } from './log-entry.js';

/**
 * Where a reader stands. A walk goes in rounds: the first one over what was committed when it began, oldest first; each
 * further one over what was committed since. So nothing is skipped or doubled, however late a transaction commits an event
 * that it dated early; and no transaction that stays open holds a reader up. Plain data.
 */
export interface LogPosition {
  /** Everything visible in this snapshot was read in rounds before; null in the first. */
  readonly seen: string | null;
  /** What this round reads; null at the beginning, when it is not chosen yet. */
  readonly round: string | null;
  /** The last event read in this round; null at its beginning. Unix time, ms. */
  readonly last: { readonly at: number; readonly seq: string } | null;
}

export const BEGINNING: LogPosition = { seen: null, round: null, last: null };

export interface LogQuestion {
  /** Sites of the context's team. */
  readonly sites: readonly SiteId[];
  /** Not before. */
  readonly from: Date;
  /** Not after. */
  readonly until: Date;
}

export interface LogEvent {
  readonly siteId: SiteId;
  readonly at: Date;
  readonly seq: string;
  readonly type: string;
  readonly status: LogStatus;
  readonly jobId: JobId | null;
  readonly run: string | null;
  readonly message: string;
  readonly context: Readonly<Record<string, unknown>>;
}

export interface LogPage {
  readonly events: readonly LogEvent[];
  /** Right behind one of these events. */
  behind(event: LogEvent): LogPosition;
  /** Where to go on; null when everything that was committed by now is read. */
  readonly next: LogPosition | null;
}

const DAY_MS = 86_400_000;

/** Reads the orchestration log of one team. */
@Injectable()
export class OrchestrationLogReader {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /** Up to `limit` events, oldest first within a round. @throws TeamRequired when ctx carries no team */
  async read(ctx: RequestContext, question: LogQuestion, { seen, round, last }: LogPosition, limit: number): Promise<LogPage> {
    const from = new Date(Math.max(question.from.getTime(), this.kept()));
    const rows = await this.db.query<LogEvent & { now: string }>(ctx, PAGE, [
      ...[ctx.requireTeam(), question.sites, from, question.until, limit],
      ...[seen, round, last && new Date(last.at), last?.seq ?? null],
    ]);
    const { now } = rows[0]!; // the row that is always there
    const events = rows.filter(({ at }) => at !== null);
    const behind = ({ at, seq }: LogEvent): LogPosition => ({ seen, round: round ?? now, last: { at: at.getTime(), seq } });
    if (events.length === limit) return { events, behind, next: behind(events.at(-1)!) };
    // A round that began with this statement read all there is; one that began before may have missed what came since.
    return { events, behind, next: round === null ? null : { seen: round, round: null, last: null } };
  }

  /** The steps of a site's runs, newest run first, the steps of each in order and no more than its last hundred. */
  async runs(ctx: RequestContext, siteId: SiteId, { limit, offset }: Slice): Promise<LogEvent[][]> {
    const rows = await this.db.query<LogEvent & { key: string }>(ctx, RUNS, [
      ...[ctx.requireTeam(), siteId, new Date(this.kept()), limit, offset],
    ]);
    const runs = new Map<string, LogEvent[]>();
    for (const { key, ...event } of rows) runs.set(key, [...(runs.get(key) ?? []), event]);
    return [...runs.values()];
  }

  /** Those of these sites of which the context's team has events, deleted ones too. */
  async known(ctx: RequestContext, sites: readonly SiteId[]): Promise<Set<SiteId>> {
    const rows = await this.db.query<{ id: SiteId }>(
      ctx,
      `SELECT id FROM unnest($2::uuid[]) AS s (id) WHERE EXISTS (SELECT FROM orchestration_event e WHERE e.site_id = s.id AND e.team_id = $1 AND e.at >= $3)`,
      [ctx.requireTeam(), sites, new Date(this.kept())],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Older events wait for their partition to be dropped, and are nobody's any more. Unix time, ms. */
  private kept(): number {
    return this.clock.millis() - this.settings.ORCHESTRATION_LOG_DAYS * DAY_MS;
  }
}

/**
 * Whether a transaction had committed when a snapshot was taken. A row that is visible now although its number is not due yet
 * came from another server, with a dump: that was committed long ago.
 */
const committedIn = (snapshot: string): string =>
  `(pg_visible_in_snapshot(e.xid::text::xid8, ${snapshot}::pg_snapshot) OR e.xid::text::xid8 >= pg_snapshot_xmax(pg_current_snapshot()))`;

/** A step that belongs to no run is one by itself. */
const RUNS = `
WITH steps AS (
  SELECT site_id AS "siteId", at, seq, type, status, job_id AS "jobId", run, message, context, COALESCE(run, seq::text) AS key
  FROM orchestration_event e WHERE e.site_id = $2 AND e.team_id = $1 AND e.at >= $3
), runs AS (
  SELECT key, min(at) AS began, min(seq) AS first FROM steps GROUP BY key ORDER BY began DESC, first DESC LIMIT $4 OFFSET $5
), counted AS (
  SELECT s.*, r.began, r.first, row_number() OVER (PARTITION BY s.key ORDER BY s.at DESC, s.seq DESC) AS place FROM runs r JOIN steps s USING (key)
)
SELECT "siteId", at, seq, type, status, "jobId", run, message, context, key FROM counted WHERE place <= 100 ORDER BY began DESC, first DESC, at, seq`;

/** Each site by itself first, so that its index answers in order and no site costs more than a page. */
const PAGE = `
SELECT pg_current_snapshot()::text AS now, p.* FROM (VALUES (1)) AS always LEFT JOIN (
  SELECT e.* FROM unnest($2::uuid[]) AS s (id) CROSS JOIN LATERAL (
    SELECT site_id AS "siteId", at, seq, type, status, job_id AS "jobId", run, message, context FROM orchestration_event e
    WHERE e.site_id = s.id AND e.team_id = $1 AND e.at >= $3 AND e.at <= $4
      AND ($6::text IS NULL OR NOT ${committedIn('$6')}) AND ($7::text IS NULL OR ${committedIn('$7')})
      AND ($8::timestamptz IS NULL OR (e.at, e.seq) > ($8, $9::bigint))
    ORDER BY e.at, e.seq LIMIT $5
  ) e ORDER BY e.at, e.seq LIMIT $5
) p ON true ORDER BY p.at, p.seq`;
