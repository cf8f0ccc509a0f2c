import Bull from 'bull';
import type { TaskId } from '../context/index.js';
import { type Lane, LANES } from './define-task.js';
import { type TaskExecutor, TaskTransport } from './task-transport.js';

const SWEEP_MS = 2000;
const SWEEP_LIMIT = 500;

/**
 * Bull on Redis: one queue a lane, jobs carry task ids and nothing else, so Redis may be lost at any moment. A sweep
 * announces again what is due and was lost; the table's lease makes a repeated announcement harmless.
 */
export class BullTransport extends TaskTransport {
  readonly name = 'bull';
  private readonly queues = new Map<Lane, Bull.Queue<{ id: TaskId }>>();
  private sweeper: NodeJS.Timeout | undefined;
  private executor: TaskExecutor | undefined;

  constructor(
    private readonly redisUrl: string,
    private readonly sweepMs = SWEEP_MS,
  ) {
    super();
  }

  async start(executor: TaskExecutor): Promise<void> {
    this.executor = executor;
    for (const [lane, workers] of Object.entries(LANES) as [Lane, number][]) {
      const queue = new Bull<{ id: TaskId }>(`rosfleet-${lane}`, this.redisUrl, {
        defaultJobOptions: { removeOnComplete: true, removeOnFail: true, attempts: 1 },
        settings: { stalledInterval: 0 }, // the table's lease takes over from a dead worker
        redis: { maxRetriesPerRequest: null, enableReadyCheck: false },
      });
      queue.on('error', () => undefined); // Redis away: the sweep announces again when it is back
      void queue.process(workers, ({ data }) => executor.runOne(data.id)).catch(() => undefined);
      this.queues.set(lane, queue);
    }
    this.sweeper = setInterval(() => void this.sweep(), this.sweepMs);
    await this.sweep();
  }

  announce(id: TaskId, lane: Lane, runAt: Date): void {
    const delay = Math.max(0, runAt.getTime() - Date.now());
    // Delayed work is found by the sweep as well; Bull's own delay only makes it prompt.
    void this.queues.get(lane)?.add({ id }, { delay }).catch(() => undefined);
  }

  async stop(): Promise<void> {
    clearInterval(this.sweeper);
    this.executor = undefined;
    await Promise.allSettled([...this.queues.values()].map((queue) => queue.close()));
  }

  private async sweep(): Promise<void> {
    try {
      for (const { id, lane, attempts } of (await this.executor?.due(SWEEP_LIMIT)) ?? []) {
        // Same job id while announced: a long queue is not filled again by each sweep.
        void this.queues.get(lane)?.add({ id }, { jobId: `${id}:${attempts}` }).catch(() => undefined);
      }
    } catch {
      // the database is away; the next sweep tries again
    }
  }
}
