import { Injectable } from '@nestjs/common';
import { Clock } from '../clock/clock.js';
import type { RequestContext, TaskId } from '../context/index.js';
import { Database } from '../database/index.js';
import type { TaskKind } from './define-task.js';
import { TaskStore } from './task-store.js';
import { TaskTransport } from './task-transport.js';

export interface TaskOptions {
  /** Seconds from now; 0 by default. A transport may be a second or two late. */
  readonly delaySeconds?: number;
  /**
   * While a task of this kind with this key waits, another one is not added: the waiting one keeps its payload and runs
   * at the earlier of both times. One that runs already does not count, as it may have read the past.
   */
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
    const task = await this.store.insert(ctx, { kind, payload, teamId: ctx.teamId, runAt, dedupeKey: options.dedupeKey });
    // One that waited already is announced too: workers who came by while this transaction held it went away again.
    this.db.afterCommit(ctx, () => this.transport.announce(task.id, kind.lane, task.runAt));
    return task.added ? task.id : undefined;
  }

  /** Sees to it that exactly one row runs this task every `seconds` (whole), start to start, however many processes ask. */
  async ensureRecurring(ctx: RequestContext, kind: TaskKind<unknown>, seconds: number): Promise<void> {
    await this.store.ensureRecurring(ctx, kind, seconds);
  }
}
