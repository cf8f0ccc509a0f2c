import { Injectable } from '@nestjs/common';
import { newId, type RequestContext, type TaskId, type TeamId } from '../context/index.js';
import { Clock } from '../clock/clock.js';
import { Database, isUniqueViolation } from '../database/index.js';
import { LANE_NAMES, type TaskKind } from './define-task.js';
import type { TaskState } from './task.entity.js';
import type { DueTask } from './task-transport.js';

/** A task that this process may work on until its lease ends. */
export interface LeasedTask {
  readonly id: TaskId;
  readonly name: string;
  readonly teamId: TeamId | null;
  readonly payload: unknown;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly everySeconds: number | null;
  readonly dedupeKey: string | null;
  readonly leaseId: string;
  readonly leasedAt: Date;
}

export interface NewTask {
  readonly kind: TaskKind<unknown>;
  readonly payload: unknown;
  readonly teamId?: TeamId;
  readonly runAt: Date;
  readonly dedupeKey?: string;
}

export interface WaitingTask {
  readonly id: TaskId;
  readonly runAt: Date;
  /** False when one with the same key waited already; `id` and `runAt` are that one's. */
  readonly added: boolean;
}

export interface TaskView {
  readonly id: string;
  readonly name: string;
  readonly lane: string;
  readonly state: TaskState;
  readonly team_id: string | null;
  readonly attempts: number;
  readonly max_attempts: number;
  readonly run_at: Date;
  readonly created_at: Date;
  readonly finished_at: Date | null;
  readonly last_error: string | null;
}

/** Kinds of task that the asking process can do, with the seconds each is leased for. */
export type LeaseSeconds = Readonly<Record<string, number>>;

const LEASED = `t.id, name, team_id AS "teamId", payload, attempts, max_attempts AS "maxAttempts", every_seconds AS "everySeconds",
  dedupe_key AS "dedupeKey", lease_id AS "leaseId"`;
/** Due and free, or leased by a worker that fell silent. $1 is now; the first two conditions are those of the index. */
const FREE = `state IN ('waiting', 'running') AND run_at <= $1 AND (state = 'waiting' OR lease_until <= $1)`;
const FORGET_BATCH = 5000;

/**
 * SQL of the task table; every state change is one statement, and only the holder of the current lease makes one.
 * Leases are compared by the clocks of the processes, which must agree to a few seconds (NTP).
 */
@Injectable()
export class TaskStore {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Writes a task. While one with the same key waits that one is kept, with its payload, and runs at the earlier of
   * both times (a retry keeps its own). It stays locked until the context's transaction ends: a worker that took it
   * before that would not see what this transaction wrote, and nobody would come back for it.
   */
  async insert(ctx: RequestContext, task: NewTask): Promise<WaitingTask> {
    const id = newId<TaskId>();
    const rows = await this.db.query<{ id: TaskId; runAt: Date }>(
      ctx,
      `INSERT INTO task (id, team_id, name, lane, payload, run_at, dedupe_key, max_attempts, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       ON CONFLICT (name, dedupe_key) WHERE dedupe_key IS NOT NULL AND state = 'waiting'
       DO UPDATE SET run_at = CASE WHEN task.attempts = 0 THEN LEAST(task.run_at, EXCLUDED.run_at) ELSE task.run_at END
       RETURNING id, run_at AS "runAt"`,
      [
        id,
        task.teamId ?? null,
        task.kind.name,
        task.kind.lane,
        JSON.stringify(task.payload ?? null),
        task.runAt,
        task.dedupeKey ?? null,
        task.kind.maxAttempts,
        this.clock.now(),
      ],
    );
    const [row] = rows as [{ id: TaskId; runAt: Date }];
    return { ...row, added: row.id === id };
  }

  /** Sees to it that exactly one row runs this task every `seconds`, whoever asks at the same time. */
  async ensureRecurring(ctx: RequestContext, kind: TaskKind<unknown>, seconds: number): Promise<void> {
    await this.db.query(
      ctx,
      `INSERT INTO task (id, name, lane, payload, run_at, every_seconds, max_attempts, created_at) VALUES ($1, $2, $3, 'null', $4, $5, $6, $4)
       ON CONFLICT (name) WHERE every_seconds IS NOT NULL
       DO UPDATE SET every_seconds = EXCLUDED.every_seconds, lane = EXCLUDED.lane,
         run_at = LEAST(task.run_at, EXCLUDED.run_at + make_interval(secs => EXCLUDED.every_seconds))
       WHERE (task.every_seconds, task.lane) IS DISTINCT FROM (EXCLUDED.every_seconds, EXCLUDED.lane)`,
      [newId(), kind.name, kind.lane, this.clock.now(), seconds, kind.maxAttempts],
    );
  }

  /** Takes up to `count` due tasks of these kinds from a lane, and those whose worker disappeared. */
  lease(ctx: RequestContext, lane: string, count: number, kinds: LeaseSeconds): Promise<LeasedTask[]> {
    return this.take(ctx, `lane = $5 AND `, [lane, count], kinds);
  }

  /** Takes one task by id when it is due, free and of these kinds; used by transports that carry ids. */
  async leaseOne(ctx: RequestContext, id: TaskId, kinds: LeaseSeconds): Promise<LeasedTask | undefined> {
    return (await this.take(ctx, `id = $5 AND `, [id, 1], kinds))[0];
  }

  private async take(ctx: RequestContext, which: string, [value, count]: [string, number], kinds: LeaseSeconds): Promise<LeasedTask[]> {
    const leasedAt = this.clock.now();
    // The lock is taken in a CTE: PostgreSQL may run a sub-select with LIMIT more than once, and lock more rows than it answers.
    const rows = await this.db.query<Omit<LeasedTask, 'leasedAt'>>(
      ctx,
      `WITH free AS MATERIALIZED (
         SELECT id FROM task WHERE ${which} ${FREE} AND $3::jsonb ? name ORDER BY run_at LIMIT $4 FOR UPDATE SKIP LOCKED)
       UPDATE task t SET state = 'running', attempts = attempts + 1, lease_id = $2,
         lease_until = $1::timestamptz + make_interval(secs => ($3::jsonb ->> name)::float8)
       FROM free WHERE t.id = free.id RETURNING ${LEASED}`,
      [leasedAt, newId(), JSON.stringify(kinds), count, value],
    );
    return rows.map((row) => ({ ...row, leasedAt }));
  }

  /** Keeps the lease of work that takes long; one asked late never shortens it. Answers false when it was lost. */
  extend(ctx: RequestContext, task: LeasedTask, leaseSeconds: number): Promise<boolean> {
    return this.change(ctx, task, `lease_until = GREATEST(lease_until, $3)`, [this.in(leaseSeconds)]);
  }

  /** The work is done. Answers false when the lease was lost before. */
  async finish(ctx: RequestContext, task: LeasedTask): Promise<boolean> {
    if (task.everySeconds) return this.repeat(ctx, task, task.everySeconds);
    return this.change(ctx, task, `state = 'done', finished_at = $3, last_error = NULL, ${RELEASE}`, [this.clock.now()]);
  }

  /** The next turn of recurring work: so long after this one's start, or at once when that is past. */
  private repeat(ctx: RequestContext, task: LeasedTask, seconds: number): Promise<boolean> {
    const next = new Date(Math.max(task.leasedAt.getTime() + seconds * 1000, this.clock.millis()));
    return this.change(ctx, task, `state = 'waiting', run_at = $3, attempts = 0, last_error = NULL, ${RELEASE}`, [next]);
  }

  /**
   * Puts a task back to wait: after a failure, or unharmed when the process stops. When another one with its key waits
   * by now, that one does the work and this one ends as failed. Answers false when the lease was lost before.
   */
  async again(ctx: RequestContext, task: LeasedTask, seconds: number, error: string | null, attempts: number): Promise<boolean> {
    for (;;) {
      try {
        return await this.change(
          ctx,
          task,
          `run_at = $3, last_error = $4, attempts = $5, ${RELEASE},
           state = CASE WHEN other THEN 'failed' ELSE 'waiting' END, finished_at = CASE WHEN other THEN $8::timestamptz END`,
          [this.in(seconds), error && storable(error), attempts, task.name, task.dedupeKey, this.clock.now()],
          `FROM (SELECT EXISTS (SELECT FROM task WHERE name = $6 AND dedupe_key = $7 AND state = 'waiting') AS other) o`,
        );
      } catch (err) {
        if (!isUniqueViolation(err)) throw err; // else one with the same key was committed just now: look again
      }
    }
  }

  /** Ends a task as failed. Answers false when the lease was lost before. */
  giveUp(ctx: RequestContext, task: LeasedTask, error: string): Promise<boolean> {
    return this.change(ctx, task, `state = 'failed', finished_at = $3, last_error = $4, ${RELEASE}`, [this.clock.now(), storable(error)]);
  }

  private async change(ctx: RequestContext, task: LeasedTask, set: string, values: unknown[], from = ''): Promise<boolean> {
    const sql = `UPDATE task t SET ${set} ${from} WHERE t.id = $1 AND t.lease_id = $2 AND t.state = 'running' RETURNING t.id`;
    return (await this.db.query(ctx, sql, [task.id, task.leaseId, ...values])).length === 1;
  }

  private in(seconds: number): Date {
    return new Date(this.clock.millis() + seconds * 1000);
  }

  /** Tasks of these kinds that are due and free, the oldest `limit` of each lane: what a transport may have lost. */
  due(ctx: RequestContext, limit: number, kinds: LeaseSeconds): Promise<DueTask[]> {
    return this.db.query<DueTask>(
      ctx,
      `SELECT d.id, l.lane, d.attempts FROM unnest($2::text[]) AS l(lane), LATERAL (
         SELECT id, attempts FROM task WHERE task.lane = l.lane AND ${FREE} AND $3::jsonb ? name ORDER BY run_at LIMIT $4) d`,
      [this.clock.now(), LANE_NAMES, JSON.stringify(kinds), limit],
    );
  }

  /** Kinds of open tasks that are none of these: work of a newer version, or of a module that is switched off or gone. */
  async strangers(ctx: RequestContext, kinds: LeaseSeconds): Promise<string[]> {
    const rows = await this.db.query<{ name: string }>(
      ctx,
      `SELECT DISTINCT name FROM task WHERE state IN ('waiting', 'running') AND NOT $1::jsonb ? name ORDER BY name`,
      [JSON.stringify(kinds)],
    );
    return rows.map((row) => row.name);
  }

  async isReachable(ctx: RequestContext): Promise<boolean> {
    return this.db.query(ctx, 'SELECT 1').then(
      () => true,
      () => false,
    );
  }

  /** Deletes what ended before that time, in batches; answers how many. */
  async forgetFinishedBefore(ctx: RequestContext, time: Date): Promise<number> {
    const sql = `DELETE FROM task WHERE id IN (SELECT id FROM task WHERE finished_at < $1 LIMIT $2) RETURNING id`;
    for (let forgotten = 0; ;) {
      const { length } = await this.db.query(ctx, sql, [time, FORGET_BATCH]);
      forgotten += length;
      if (length < FORGET_BATCH) return forgotten;
    }
  }

  /** Newest first: ids are ordered by time. */
  list(ctx: RequestContext, filter: { state?: TaskState; name?: string; limit: number; offset: number }): Promise<TaskView[]> {
    return this.db.query<TaskView>(
      ctx,
      `SELECT id, name, lane, state, team_id, attempts, max_attempts, run_at, created_at, finished_at, last_error FROM task
       WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR name = $2) ORDER BY id DESC LIMIT $3 OFFSET $4`,
      [filter.state ?? null, filter.name ?? null, filter.limit, filter.offset],
    );
  }

  /** How many wait, run and have failed. What is done is not counted: a health check would read a week of it. */
  async counts(ctx: RequestContext): Promise<Record<Exclude<TaskState, 'done'>, number>> {
    const rows = await this.db.query<{ state: TaskState; count: string }>(
      ctx,
      `SELECT state, count(*) FROM task WHERE state <> 'done' GROUP BY state`,
    );
    return { waiting: 0, running: 0, failed: 0, ...Object.fromEntries(rows.map((row) => [row.state, Number(row.count)])) };
  }
}

const RELEASE = `lease_id = NULL, lease_until = NULL`;

/** PostgreSQL's text holds no NUL, and nobody reads a reason of megabytes. */
const storable = (reason: string): string => reason.replaceAll('\0', '').slice(0, 2000);
