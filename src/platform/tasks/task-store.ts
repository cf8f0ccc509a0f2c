import { Injectable } from '@nestjs/common';
import { newId, type RequestContext, type TaskId, type TeamId } from '../context/index.js';
import { Clock } from '../clock/clock.js';
import { Database } from '../database/index.js';
import type { TaskKind } from './define-task.js';
import type { TaskState } from './task.entity.js';

/** A task that this process may work on until its lease ends. */
export interface LeasedTask {
  readonly id: TaskId;
  readonly name: string;
  readonly teamId: TeamId | null;
  readonly payload: unknown;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly everySeconds: number | null;
  readonly leaseId: string;
}

export interface NewTask {
  readonly kind: TaskKind<unknown>;
  readonly payload: unknown;
  readonly teamId?: TeamId;
  readonly runAt: Date;
  readonly dedupeKey?: string;
  readonly everySeconds?: number;
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

const LEASED = `id, name, team_id AS "teamId", payload, attempts, max_attempts AS "maxAttempts", every_seconds AS "everySeconds", lease_id AS "leaseId"`;

/** SQL of the task table; every state change is one statement. */
@Injectable()
export class TaskStore {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** Answers the new task's id, or undefined when one with the same key already waits. */
  async insert(ctx: RequestContext, task: NewTask): Promise<TaskId | undefined> {
    const rows = await this.db.query<{ id: TaskId }>(
      ctx,
      `INSERT INTO task (id, team_id, name, lane, payload, run_at, dedupe_key, every_seconds, max_attempts, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       ON CONFLICT (name, dedupe_key) WHERE dedupe_key IS NOT NULL AND state = 'waiting' DO NOTHING RETURNING id`,
      [newId(), task.teamId ?? null, task.kind.name, task.kind.lane, JSON.stringify(task.payload ?? null), task.runAt, task.dedupeKey ?? null, task.everySeconds ?? null, task.kind.maxAttempts, this.clock.now()],
    );
    return rows[0]?.id;
  }

  /** Takes up to `count` due tasks of a lane, and those whose worker disappeared. */
  lease(ctx: RequestContext, lane: string, count: number, leaseSeconds: number): Promise<LeasedTask[]> {
    return this.take(ctx, `lane = $4`, [lane, count], leaseSeconds);
  }

  /** Takes one task by id when it is due and free; used by transports that carry ids. */
  async leaseOne(ctx: RequestContext, id: string, leaseSeconds: number): Promise<LeasedTask | undefined> {
    return (await this.take(ctx, `id = $4`, [id, 1], leaseSeconds))[0];
  }

  private take(ctx: RequestContext, which: string, [value, count]: [string, number], leaseSeconds: number): Promise<LeasedTask[]> {
    const now = this.clock.now();
    return this.db.query<LeasedTask>(
      ctx,
      `UPDATE task SET state = 'running', attempts = attempts + 1, lease_id = $1, lease_until = $2
       WHERE id IN (SELECT id FROM task WHERE ${which} AND ((state = 'waiting' AND run_at <= $3) OR (state = 'running' AND lease_until < $3))
                    ORDER BY run_at LIMIT $5 FOR UPDATE SKIP LOCKED)
       RETURNING ${LEASED}`,
      [newId(), new Date(now.getTime() + leaseSeconds * 1000), now, value, count],
    );
  }

  /** Keeps the lease of work that takes long. Answers false when it was lost. */
  async extend(ctx: RequestContext, task: LeasedTask, leaseSeconds: number): Promise<boolean> {
    const until = new Date(this.clock.millis() + leaseSeconds * 1000);
    const rows = await this.db.query(ctx, `UPDATE task SET lease_until = $3 WHERE id = $1 AND lease_id = $2 AND state = 'running' RETURNING id`, [task.id, task.leaseId, until]);
    return rows.length === 1;
  }

  async finish(ctx: RequestContext, task: LeasedTask): Promise<void> {
    if (task.everySeconds) return this.again(ctx, task, task.everySeconds, null, 0);
    await this.db.query(ctx, `UPDATE task SET state = 'done', finished_at = $3, lease_id = NULL, lease_until = NULL, last_error = NULL WHERE id = $1 AND lease_id = $2`, [task.id, task.leaseId, this.clock.now()]);
  }

  /** Puts a task back to wait: after a failure, for its next turn, or unharmed when the process stops. */
  async again(ctx: RequestContext, task: LeasedTask, seconds: number, error: string | null, attempts: number): Promise<void> {
    await this.db.query(
      ctx,
      `UPDATE task SET state = 'waiting', run_at = $3, last_error = $4, attempts = $5, lease_id = NULL, lease_until = NULL WHERE id = $1 AND lease_id = $2`,
      [task.id, task.leaseId, new Date(this.clock.millis() + seconds * 1000), error, attempts],
    );
  }

  async giveUp(ctx: RequestContext, task: LeasedTask, error: string): Promise<void> {
    await this.db.query(ctx, `UPDATE task SET state = 'failed', finished_at = $3, last_error = $4, lease_id = NULL, lease_until = NULL WHERE id = $1 AND lease_id = $2`, [task.id, task.leaseId, this.clock.now(), error]);
  }

  /** Ids of tasks that are due or whose worker disappeared, oldest first: what a transport may have lost. */
  async due(ctx: RequestContext, limit: number): Promise<{ id: TaskId; lane: string; attempts: number }[]> {
    const now = this.clock.now();
    return this.db.query(ctx, `SELECT id, lane, attempts FROM task WHERE (state = 'waiting' AND run_at <= $1) OR (state = 'running' AND lease_until < $1) ORDER BY run_at LIMIT $2`, [now, limit]);
  }

  async forgetFinishedBefore(ctx: RequestContext, time: Date): Promise<number> {
    return (await this.db.query(ctx, `DELETE FROM task WHERE state IN ('done', 'failed') AND finished_at < $1 RETURNING id`, [time])).length;
  }

  list(ctx: RequestContext, filter: { state?: TaskState; name?: string; limit: number; offset: number }): Promise<TaskView[]> {
    return this.db.query<TaskView>(
      ctx,
      `SELECT id, name, lane, state, team_id, attempts, max_attempts, run_at, created_at, finished_at, last_error FROM task
       WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR name = $2) ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4`,
      [filter.state ?? null, filter.name ?? null, filter.limit, filter.offset],
    );
  }

  async counts(ctx: RequestContext): Promise<Record<string, number>> {
    const rows = await this.db.query<{ state: string; count: string }>(ctx, `SELECT state, count(*) FROM task GROUP BY state`);
    return Object.fromEntries(rows.map((r) => [r.state, Number(r.count)]));
  }
}
