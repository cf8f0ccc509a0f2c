import type { DataSource } from 'typeorm';
import type { Clock } from '../../../src/platform/clock/clock.js';
import { Random } from '../../../src/platform/crypto/index.js';
import { Database } from '../../../src/platform/database/index.js';
import { type TaskKind, TaskRunner, type TaskRun, TaskStore, type TaskTransport, Tasks } from '../../../src/platform/tasks/index.js';
import type { RequestContext } from '../../../src/platform/context/index.js';
import { connect } from '../../support/postgres.js';
import { RecordingLogger } from '../../support/recording-logger.js';

/** Jitter without chance: half of the range. */
class EvenRandom extends Random {
  override fraction(): number {
    return 0.5;
  }
}

/** What one process of rosfleet has for its tasks: connections, store, runner and transport of its own. */
export class WorkerProcess {
  private constructor(
    readonly dataSource: DataSource,
    readonly db: Database,
    readonly store: TaskStore,
    readonly runner: TaskRunner,
    readonly tasks: Tasks,
    readonly transport: TaskTransport,
    readonly logger: RecordingLogger,
  ) {}

  static async make(
    url: string,
    clock: Clock,
    transport: TaskTransport,
    options: { store?: (db: Database, clock: Clock) => TaskStore; poolSize?: number } = {},
  ): Promise<WorkerProcess> {
    const dataSource = await connect(url, { poolSize: options.poolSize ?? 15 });
    const db = new Database(dataSource, new Random());
    const store = options.store?.(db, clock) ?? new TaskStore(db, clock);
    const logger = new RecordingLogger();
    const runner = new TaskRunner(store, new EvenRandom(), logger);
    return new WorkerProcess(dataSource, db, store, runner, new Tasks(store, db, transport, clock), transport, logger);
  }

  handle<P>(kind: TaskKind<P>, run: (ctx: RequestContext, payload: P, run: TaskRun) => Promise<void> | void): this {
    this.runner.register(kind, async (ctx, payload, facts) => run(ctx, payload as P, facts));
    return this;
  }

  start(): Promise<void> {
    return this.transport.start(this.runner);
  }

  /** As the module does it at shutdown. */
  async stop(): Promise<void> {
    this.runner.stop();
    await this.transport.stop();
  }

  async close(): Promise<void> {
    await this.stop();
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}
