import { Injectable } from '@nestjs/common';
import { RequestContext, type TaskId } from '../context/index.js';
import { Random } from '../crypto/index.js';
import { isConnectionLoss } from '../errors/index.js';
import { Logger } from '../telemetry/logger.js';
import { backoffSeconds } from './backoff.js';
import { GaveUp, type Lane, LANE_NAMES, LANES, type TaskHandler, type TaskKind } from './define-task.js';
import { type LeasedTask, type LeaseSeconds, TaskStore } from './task-store.js';
import type { DueTask, TaskExecutor } from './task-transport.js';

interface Handler {
  readonly kind: TaskKind<unknown>;
  readonly run: TaskHandler<unknown>;
}

/** Waits between tries to record what became of a task while the database is away; then its lease decides. */
const REPORT_AGAIN_MS = [50, 500, 2000, 5000];
const SYSTEM = RequestContext.system('task-runner');

/** Leases tasks, runs their handlers and records what became of them. Tasks of kinds it does not know are left alone. */
@Injectable()
export class TaskRunner implements TaskExecutor {
  private readonly handlers = new Map<string, Handler>();
  private readonly runs = new Set<AbortController>();
  private stopping = false;
  private leaseFails = false;

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

  /** From now on no task is started; running handlers see their signal. */
  stop(): void {
    this.stopping = true;
    for (const run of this.runs) run.abort(new Stopping());
  }

  async start(lane: Lane, count: number): Promise<Promise<void>[]> {
    const tasks = await this.leasing(() => this.store.lease(SYSTEM, lane, count, this.leaseSeconds()));
    return tasks?.map((task) => this.work(task)) ?? [];
  }

  async runOne(id: TaskId): Promise<void> {
    const task = await this.leasing(() => this.store.leaseOne(SYSTEM, id, this.leaseSeconds()));
    if (task) await this.work(task);
  }

  due(limit: number): Promise<DueTask[]> {
    return this.store.due(SYSTEM, limit, this.leaseSeconds());
  }

  /** Works on what is due, of one lane or all, until none is left; answers how many. For tests and scripts. */
  async drain(...lanes: Lane[]): Promise<number> {
    let done = 0;
    for (let batch = -1; batch !== 0; done += batch) {
      batch = 0;
      for (const lane of lanes.length ? lanes : LANE_NAMES) {
        const works = await this.start(lane, LANES[lane]);
        await Promise.all(works);
        batch += works.length;
      }
    }
    return done;
  }

  /** Kinds with open tasks that this process cannot do. */
  strangers(): Promise<string[]> {
    return this.store.strangers(SYSTEM, this.leaseSeconds());
  }

  private async leasing<T>(lease: () => Promise<T>): Promise<T | undefined> {
    if (this.stopping) return undefined;
    try {
      const leased = await lease();
      this.leaseFails = false;
      return leased;
    } catch (err) {
      // Every lane looks every second: one line an outage is enough.
      if (!this.leaseFails) this.logger.warn({ err }, 'tasks cannot be leased; trying again until they can');
      this.leaseFails = true;
      throw err;
    }
  }

  /** Runs a leased task to its end. Never rejects. */
  private async work(task: LeasedTask): Promise<void> {
    const system = RequestContext.system(`task ${task.name}`);
    const { kind, run } = this.handlers.get(task.name)!;
    if (this.stopping) return this.report(task, () => this.store.again(system, task, 0, null, task.attempts - 1));
    if (!task.everySeconds && task.attempts > task.maxAttempts) {
      return this.report(task, () =>
        this.store.giveUp(system, task, `Its worker disappeared during attempt ${task.maxAttempts}, the last one.`),
      );
    }
    const control = new AbortController();
    this.runs.add(control);
    const keepAlive = setInterval(() => void this.keep(system, task, kind.leaseSeconds, control), (kind.leaseSeconds * 1000) / 3);
    try {
      const ctx = task.teamId ? system.forTeam(task.teamId) : system;
      const failure = await failureOf(() => run(ctx, task.payload, { id: task.id, attempt: task.attempts, signal: control.signal }));
      if (!failure) await this.report(task, () => this.store.finish(system, task));
      else await this.failed(system, task, failure.reason, control.signal);
    } finally {
      clearInterval(keepAlive);
      this.runs.delete(control);
    }
  }

  private async keep(ctx: RequestContext, task: LeasedTask, seconds: number, control: AbortController): Promise<void> {
    // A database that does not answer says nothing about the lease: only a clear «no» ends the run.
    const kept = await this.store.extend(ctx, task, seconds).catch(() => true);
    if (!kept && this.runs.has(control)) control.abort(new LeaseLost());
  }

  private async failed(ctx: RequestContext, task: LeasedTask, err: unknown, signal: AbortSignal): Promise<void> {
    const reason = err instanceof Error ? err.message : String(err);
    if (signal.reason instanceof Stopping && isAbort(err, signal)) {
      return this.report(task, () => this.store.again(ctx, task, 0, null, task.attempts - 1));
    }
    this.logger.warn({ err, task: task.name, taskId: task.id, attempt: task.attempts }, 'a task failed');
    const wait = backoffSeconds(task.attempts, this.random.fraction());
    if (await this.isDatabaseAway(err)) await this.report(task, () => this.store.again(ctx, task, wait, reason, task.attempts - 1));
    // Recurring work never gives up, and its next turn is never further away than usual.
    else if (task.everySeconds) {
      const soon = Math.min(wait, task.everySeconds);
      await this.report(task, () => this.store.again(ctx, task, soon, reason, task.attempts));
    } else if (task.attempts < task.maxAttempts && !(err instanceof GaveUp))
      await this.report(task, () => this.store.again(ctx, task, wait, reason, task.attempts));
    else await this.report(task, () => this.store.giveUp(ctx, task, reason));
  }

  /**
   * Our database being away is nobody's fault and uses up no attempt. A bare socket error may as well be a mail server's,
   * which does: then the database answers.
   */
  private async isDatabaseAway(err: unknown): Promise<boolean> {
    if (!isConnectionLoss(err)) return false;
    const { code, driverError } = err as { code?: unknown; driverError?: unknown };
    if (driverError !== undefined || typeof code !== 'string' || !code.startsWith('E')) return true;
    return !(await this.store.isReachable(SYSTEM));
  }

  /**
   * Records what became of a task. While the database is away it is told again for a while, so that a short restart does
   * not repeat work that is done; after that the lease runs out and the task is taken again.
   */
  private async report(task: LeasedTask, write: () => Promise<boolean>): Promise<void> {
    const facts = { task: task.name, taskId: task.id, attempt: task.attempts };
    for (let tries = 0; ; tries++) {
      try {
        if (!(await write())) this.logger.warn(facts, 'a task ended after its lease had gone to another worker: it may run twice');
        return;
      } catch (err) {
        const wait = isConnectionLoss(err) ? REPORT_AGAIN_MS[tries] : undefined;
        if (wait === undefined) return this.logger.error({ ...facts, err }, 'the end of a task could not be recorded: it will run again');
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  private leaseSeconds(): LeaseSeconds {
    return Object.fromEntries([...this.handlers.values()].map(({ kind }) => [kind.name, kind.leaseSeconds]));
  }
}

/** The process stops: the run's signal says so, and a handler that gives in to it is run again elsewhere. */
class Stopping extends Error {
  override readonly name = 'AbortError';
  constructor() {
    super('The process stops.');
  }
}

class LeaseLost extends Error {
  override readonly name = 'AbortError';
  constructor() {
    super('Another worker has taken this task over.');
  }
}

const isAbort = (err: unknown, signal: AbortSignal): boolean =>
  err === signal.reason || (err instanceof Error && (err.name === 'AbortError' || err.cause === signal.reason));

/** Undefined when `work` succeeds; a thrown `undefined` is a failure too. */
async function failureOf(work: () => Promise<void>): Promise<{ reason: unknown } | undefined> {
  try {
    await work();
    return undefined;
  } catch (reason) {
    return { reason };
  }
}
