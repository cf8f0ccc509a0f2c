import { type Lane, LANES } from './define-task.js';
import { type TaskExecutor, TaskTransport } from './task-transport.js';
import type { TaskId } from '../context/index.js';

/** The default: workers in this process, woken by each commit and by a look at the table every so often. */
export class InProcessTransport extends TaskTransport {
  readonly name = 'in-process';
  private executor: TaskExecutor | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly working = new Map<Lane, Promise<unknown>>();
  private readonly woken = new Set<Lane>();

  constructor(private readonly lookEveryMs = 1000) {
    super();
  }

  async start(executor: TaskExecutor): Promise<void> {
    this.executor = executor;
    this.timer = setInterval(() => this.wakeAll(), this.lookEveryMs);
    this.wakeAll();
  }

  announce(_id: TaskId, lane: Lane, runAt: Date): void {
    if (runAt.getTime() <= Date.now()) this.wake(lane);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.executor = undefined;
    await Promise.allSettled(this.working.values());
  }

  private wakeAll(): void {
    for (const lane of Object.keys(LANES) as Lane[]) this.wake(lane);
  }

  /** One round a lane at a time; a wake-up during a round asks for another one. */
  private wake(lane: Lane): void {
    if (!this.executor) return;
    if (this.working.has(lane)) {
      this.woken.add(lane);
      return;
    }
    const round = this.executor
      .drain(lane)
      .catch(() => 0) // the runner has logged it; the next look tries again
      .then(() => {
        this.working.delete(lane);
        if (this.woken.delete(lane)) this.wake(lane);
      });
    this.working.set(lane, round);
  }
}
