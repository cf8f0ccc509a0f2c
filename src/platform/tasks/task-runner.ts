import { Injectable } from '@nestjs/common';
import { RequestContext, type TaskId } from '../context/index.js';
import { Random } from '../crypto/index.js';
import { isConnectionLoss } from '../errors/index.js';
import { Logger } from '../telemetry/logger.js';
import { backoffSeconds } from './backoff.js';
import { type Lane, LANES, type TaskHandler, type TaskKind } from './define-task.js';
import { type LeasedTask, TaskStore } from './task-store.js';
import type { TaskExecutor } from './task-transport.js';

interface Handler {
  readonly kind: TaskKind<unknown>;
  readonly run: TaskHandler<unknown>;
}

/** Leases tasks, runs their handlers and records what became of them. */
@Injectable()
export class TaskRunner implements TaskExecutor {
  private readonly handlers = new Map<string, Handler>();
  private readonly stopping = new AbortController();

  constructor(
    private readonly store: TaskStore,
    private readonly random: Random,
    private readonly logger: Logger,
  ) {}

  /** @throws Error when the kind has a handler already */
  register(kind: TaskKind<unknown>, run: TaskHandler<unknown>): void {
    if (this.handlers.has(kind.name)) throw new Error(`The task ${kind.name} has two handlers; exactly one may do it.`);
    this.handlers.set(kind.name, { kind, run });
  }

  handles(name: string): boolean {
    return this.handlers.has(name);
  }

  /** From now on no task is taken; running handlers see their signal. */
  stop(): void {
    this.stopping.abort();
  }

  async drain(lane: Lane): Promise<number> {
    const ctx = RequestContext.system('task-runner');
    let done = 0;
    while (!this.stopping.signal.aborted) {
      const batch = await this.store.lease(ctx, lane, LANES[lane], this.leaseOf(lane));
      if (!batch.length) break;
      await Promise.all(batch.map((task) => this.work(task)));
      done += batch.length;
    }
    return done;
  }

  async runOne(id: TaskId): Promise<void> {
    if (this.stopping.signal.aborted) return;
    const task = await this.store.leaseOne(RequestContext.system('task-runner'), id, 60);
    if (task) await this.work(task);
  }

  async due(limit: number): Promise<{ id: TaskId; lane: Lane; attempts: number }[]> {
    return (await this.store.due(RequestContext.system('task-runner'), limit)) as { id: TaskId; lane: Lane; attempts: number }[];
  }

  private async work(task: LeasedTask): Promise<void> {
    const system = RequestContext.system(`task ${task.name}`);
    const handler = this.handlers.get(task.name);
    if (!handler) {
      // A newer version wrote it, or a module is switched off: leave it for a process that knows it.
      await this.store.again(system, task, 60, `No handler for ${task.name} in this process.`, task.attempts - 1);
      return;
    }
    const keepAlive = setInterval(() => void this.store.extend(system, task, handler.kind.leaseSeconds).catch(() => undefined), (handler.kind.leaseSeconds * 1000) / 3);
    try {
      const ctx = task.teamId ? system.forTeam(task.teamId) : system;
      await handler.run(ctx, task.payload, { id: task.id, attempt: task.attempts, signal: this.stopping.signal });
      await this.store.finish(system, task);
    } catch (err) {
      await this.failed(system, task, err);
    } finally {
      clearInterval(keepAlive);
    }
  }

  private async failed(ctx: RequestContext, task: LeasedTask, err: unknown): Promise<void> {
    const reason = err instanceof Error ? err.message : String(err);
    this.logger.warn({ err, task: task.name, taskId: task.id, attempt: task.attempts }, 'a task failed');
    try {
      const wait = backoffSeconds(task.attempts, this.random.fraction());
      // The database being away is nobody's fault and uses up no attempt; recurring work never gives up.
      if (isConnectionLoss(err)) await this.store.again(ctx, task, wait, reason, task.attempts - 1);
      else if (task.everySeconds) await this.store.again(ctx, task, Math.max(wait, 1), reason, task.attempts);
      else if (task.attempts < task.maxAttempts) await this.store.again(ctx, task, wait, reason, task.attempts);
      else await this.store.giveUp(ctx, task, reason);
    } catch (error) {
      // The lease runs out and the task is taken again.
      this.logger.error({ err: error, task: task.name, taskId: task.id }, 'a task failed and could not be put back yet');
    }
  }

  private leaseOf(lane: Lane): number {
    return Math.max(30, ...[...this.handlers.values()].filter((h) => h.kind.lane === lane).map((h) => h.kind.leaseSeconds));
  }
}
