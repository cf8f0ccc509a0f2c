import Bull from 'bull';
import type { Clock } from '../clock/clock.js';
import type { TaskId } from '../context/index.js';
import type { Logger } from '../telemetry/logger.js';
import { type Lane, LANE_NAMES, LANES } from './define-task.js';
import { LaneWorkers } from './lane-workers.js';
import { type DueTask, type TaskExecutor, TaskTransport } from './task-transport.js';

const SWEEP_MS = 2000;
/** Announced again by one sweep, a lane. */
const SWEEP_LIMIT = 500;
/** An announcement that led to nothing is repeated after this time. */
const REPEAT_MS = 60_000;
const CLOSE_LIMIT_MS = 2000;

type Queue = Bull.Queue<{ id: TaskId }>;

/**
 * Bull on Redis, for several processes: one queue a lane. Jobs carry task ids and nothing else, so Redis may be flushed,
 * restarted or lost at any moment: a sweep announces again whatever is due and free, and the lease in the table lets
 * one worker have it however often it is announced. While Redis is away each process works from the table alone.
 */
export class BullTransport extends TaskTransport {
  readonly name = 'bull';
  private readonly queues = new Map<Lane, Queue>();
  private readonly running = new Set<Promise<void>>();
  /** Do the work while Redis is away. */
  private readonly substitutes = new LaneWorkers();
  private executor: TaskExecutor | undefined;
  private sweeper: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> | undefined;
  private readonly refilling = new Set<Lane>();
  private away = false;

  constructor(
    private readonly redisUrl: string,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly sweepMs = SWEEP_MS,
  ) {
    super();
  }

  async start(executor: TaskExecutor): Promise<void> {
    this.executor = executor;
    this.substitutes.start(executor);
    for (const lane of LANE_NAMES) this.queues.set(lane, this.open(lane));
    this.sweeper = setInterval(() => this.sweep(), this.sweepMs);
    this.sweep();
  }

  announce(id: TaskId, lane: Lane, runAt: Date): void {
    if (!this.executor) return;
    const wait = runAt.getTime() - this.clock.millis();
    // Delayed work is found by the sweep as well; Bull's own delay only makes it prompt.
    if (this.reaches(lane)) this.add({ id, lane, attempts: 0 }, Math.max(wait, 0));
    else if (wait <= 0) this.substitutes.wake(lane);
  }

  async stop(): Promise<void> {
    clearInterval(this.sweeper);
    this.executor = undefined;
    const queues = [...this.queues.values()];
    this.queues.clear();
    for (const queue of queues) fetchNoMore(queue);
    await Promise.all([this.substitutes.stop(), this.sweeping, ...this.running]);
    await new Promise((resolve) => setImmediate(resolve)); // Bull sends that the last jobs are finished
    await Promise.all(queues.map(close));
  }

  private open(lane: Lane): Queue {
    const queue: Queue = new Bull(`rosfleet-${lane}`, this.redisUrl, {
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true, attempts: 1 },
      // Bull's five seconds are long here: after a failed command a worker pauses (a flush makes each fail once), and a
      // timer that it set while closing holds up the end of the process.
      settings: { retryProcessDelay: 250, guardInterval: 1000 },
      redis: {
        maxRetriesPerRequest: null,
        enableReadyCheck: false,
        retryStrategy: (times) => Math.min(50 * 2 ** times, 2000),
        ...(this.redisUrl.startsWith('rediss:') ? { tls: {} } : {}), // Bull reads host and port of the URL, not its scheme
      },
    });
    queue.on('error', (err: Error) => this.logger.debug({ err, lane }, 'Redis'));
    queue.client.on('close', () => this.noteAway()).on('ready', () => this.noteBack());
    // Bull names its connection for a list of workers that we do not show, and leaves the rejection to nobody when that is
    // cut: it would end the process that is just stopping in peace.
    Object.assign(queue, { setWorkerName: (): Promise<void> => Promise.resolve() });
    // Rejects only when the queue is closed before Redis was there.
    void queue.process(LANES[lane], ({ data }) => this.work(data.id)).catch(() => undefined);
    return queue;
  }

  /** Never rejects: a task that could not be leased now is announced again by the sweep. */
  private async work(id: TaskId): Promise<void> {
    const run = this.executor?.runOne(id).catch(() => undefined) ?? Promise.resolve();
    this.running.add(run);
    await run;
    this.running.delete(run);
  }

  private sweep(): void {
    this.sweeping ??= this.announceDue()
      .catch(() => undefined) // the database is away; the next sweep tries again
      .finally(() => (this.sweeping = undefined));
  }

  private async announceDue(): Promise<void> {
    const due = (await this.executor?.due(SWEEP_LIMIT)) ?? [];
    for (const lane of LANE_NAMES) {
      const tasks = due.filter((task) => task.lane === lane);
      if (!tasks.length) continue;
      if (!this.reaches(lane)) this.substitutes.wake(lane);
      else if (!this.refilling.has(lane)) void this.refill(lane, tasks);
    }
  }

  /** Announces these again unless the queue holds as many jobs as that: then none was lost. Nobody waits for it: Redis may go away in between. */
  private async refill(lane: Lane, tasks: DueTask[]): Promise<void> {
    this.refilling.add(lane);
    try {
      if ((await this.queues.get(lane)!.getWaitingCount()) < tasks.length) for (const task of tasks) this.add(task, 0);
    } catch {
      // closed, or gone; the next sweep tries again
    } finally {
      this.refilling.delete(lane);
    }
  }

  /**
   * The job's name is the same for all processes and sweeps of a minute, so that a long queue is not filled again and
   * again; the minute lets a job that got stuck in Redis be replaced. Commands one by one: after a restart of Redis
   * ioredis sends a single script again, but not one inside MULTI (as `addBulk` does).
   */
  private add({ id, lane, attempts }: DueTask, delay: number): void {
    const turn = delay > 0 ? 'delayed' : Math.floor(this.clock.millis() / REPEAT_MS);
    void this.queues
      .get(lane)
      ?.add({ id }, { jobId: `${id}.${attempts}.${turn}`, delay })
      .catch(() => undefined);
  }

  /** False while Redis is away: commands would pile up in memory until it is back. */
  private reaches(lane: Lane): boolean {
    return this.queues.get(lane)?.client.status === 'ready';
  }

  private noteAway(): void {
    if (this.away || !this.executor) return;
    this.away = true;
    this.logger.warn({}, 'Redis is away; tasks run from the table until it is back');
  }

  private noteBack(): void {
    if (!this.away) return;
    this.away = false;
    this.logger.info({}, 'Redis is back');
  }
}

function fetchNoMore(queue: Queue): void {
  void queue.pause(true, true).catch(() => undefined);
  // Bull asks the connection that waits for jobs to quit, and half a second later cuts it, as the wait comes first.
  for (const client of queue.clients as { blocked?: boolean; disconnect(): void }[]) if (client.blocked) client.disconnect();
}

/**
 * Closes a queue that does nothing any more, whether Redis is there or not. Bull's own way to wait for running jobs ends
 * in an unhandled rejection when Redis is away, and it may open its connection again after we gave up waiting.
 */
async function close(queue: Queue): Promise<void> {
  const cut = (): void => {
    for (const client of queue.clients) {
      client.options.retryStrategy = () => null;
      client.disconnect();
    }
  };
  const closed = queue.close(true).then(cut, cut);
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([closed, new Promise((resolve) => (timer = setTimeout(resolve, CLOSE_LIMIT_MS)))]);
  clearTimeout(timer);
  cut();
}
