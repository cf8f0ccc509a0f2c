import type { Clock } from '../clock/clock.js';
import type { TaskId } from '../context/index.js';
import type { Lane } from './define-task.js';
import { LaneWorkers } from './lane-workers.js';
import { type TaskExecutor, TaskTransport } from './task-transport.js';

const LOOK_EVERY_MS = 1000;

/**
 * The default: workers in this process, woken by its own commits and by a look at the table every second. That look
 * finds delayed tasks, retries, other processes' tasks and those of a worker that died; they start up to a second late.
 */
export class InProcessTransport extends TaskTransport {
  readonly name = 'in-process';
  private readonly workers = new LaneWorkers();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly lookEveryMs = LOOK_EVERY_MS,
  ) {
    super();
  }

  async start(executor: TaskExecutor): Promise<void> {
    this.workers.start(executor);
    this.timer = setInterval(() => this.workers.wakeAll(), this.lookEveryMs);
    this.workers.wakeAll();
  }

  announce(_id: TaskId, lane: Lane, runAt: Date): void {
    if (runAt.getTime() <= this.clock.millis()) this.workers.wake(lane);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.workers.stop();
  }
}
