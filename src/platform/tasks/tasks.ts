import { Injectable } from '@nestjs/common';
import { Clock } from '../clock/clock.js';
import type { RequestContext, TaskId } from '../context/index.js';
import { Database } from '../database/index.js';
import type { TaskKind } from './define-task.js';
import { TaskStore } from './task-store.js';
import { TaskTransport } from './task-transport.js';

export interface TaskOptions {
  /** Seconds from now; 0 by default. */
  readonly delaySeconds?: number;
  /** While one with this key waits, another one is not added. */
  readonly dedupeKey?: string;
}

/** Where use cases leave work for later. */
@Injectable()
export class Tasks {
  constructor(
    private readonly store: TaskStore,
    private readonly db: Database,
    private readonly transport: TaskTransport,
    private readonly clock: Clock,
  ) {}

  /**
   * Writes a task in the context's transaction; workers hear of it after the commit. It belongs to the context's team.
   * Answers its id, or undefined when one with the same `dedupeKey` already waits.
   */
  async add<P>(ctx: RequestContext, kind: TaskKind<P>, payload: P, options: TaskOptions = {}): Promise<TaskId | undefined> {
    const runAt = new Date(this.clock.millis() + (options.delaySeconds ?? 0) * 1000);
    const id = await this.store.insert(ctx, { kind, payload, teamId: ctx.teamId, runAt, dedupeKey: options.dedupeKey });
    if (id) this.db.afterCommit(ctx, () => this.transport.announce(id, kind.lane, runAt));
    return id;
  }

  /** Sees to it that exactly one row runs this task every `seconds`. */
  async ensureRecurring(ctx: RequestContext, kind: TaskKind<unknown>, seconds: number): Promise<void> {
    await this.db.query(ctx, `UPDATE task SET every_seconds = $2 WHERE name = $1 AND every_seconds IS NOT NULL AND every_seconds <> $2`, [kind.name, seconds]);
    const rows = await this.db.query(ctx, `SELECT id FROM task WHERE name = $1 AND every_seconds IS NOT NULL AND state IN ('waiting', 'running')`, [kind.name]);
    if (!rows.length) await this.store.insert(ctx, { kind, payload: null, runAt: this.clock.now(), dedupeKey: 'recurring', everySeconds: seconds });
  }
}
