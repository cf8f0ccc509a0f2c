import { FrozenClock } from '../../../src/platform/clock/clock.js';
import { RequestContext, type TaskId } from '../../../src/platform/context/index.js';
import type { Database } from '../../../src/platform/database/index.js';
import { defineTask, type TaskStore, type TaskTransport } from '../../../src/platform/tasks/index.js';
import '../../../src/platform/tasks/task.entity.js';
import { eventually } from '../../support/eventually.js';
import { type OpenDatabase, openDatabase } from '../../support/postgres.js';
import { WorkerProcess } from './worker-process.js';

export const note = defineTask<{ text: string }>({ name: 'contract.note', lane: 'routers', maxAttempts: 3, leaseSeconds: 30 });
export const slow = defineTask<{ text: string }>({ name: 'contract.slow', lane: 'slow', leaseSeconds: 30 });
export const check = defineTask<{ text: string }>({ name: 'contract.check', lane: 'checks', leaseSeconds: 30 });
export const long = defineTask<null>({ name: 'contract.long', lane: 'slow', leaseSeconds: 0.3 });
export const sweep = defineTask<null>({ name: 'contract.sweep', lane: 'checks', leaseSeconds: 30 });
export const foreign = defineTask<null>({ name: 'contract.of-a-newer-version', lane: 'routers' });

export const ctx = RequestContext.system('contract');
/** Longer than a transport under test needs to look again several times. */
export const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150));

/** Where handlers wait until they are let go. */
export class Gate {
  readonly waiting: string[] = [];
  private open!: () => void;
  private readonly opened = new Promise<void>((resolve) => (this.open = resolve));

  enter(text: string): Promise<void> {
    this.waiting.push(text);
    return this.opened;
  }

  release(): void {
    this.open();
  }
}

export interface Row {
  readonly state: string;
  readonly attempts: number;
  readonly last_error: string | null;
  readonly run_at: Date;
  readonly lease_until: Date | null;
}

type MakeStore = (db: Database, clock: FrozenClock) => TaskStore;

/** A database, a frozen clock and processes of rosfleet that share them; a new one of everything but the database for each test. */
export class TaskBench {
  clock = new FrozenClock();
  /** What `worker()` processes did, in order. */
  ran: string[] = [];
  processes: WorkerProcess[] = [];
  private gates: Gate[] = [];
  private database!: OpenDatabase;

  constructor(private readonly makeTransport: (clock: FrozenClock) => TaskTransport) {}

  async open(): Promise<void> {
    this.database = await openDatabase();
  }

  async reset(): Promise<void> {
    this.clock = new FrozenClock();
    [this.ran, this.processes, this.gates] = [[], [], []];
    await this.sql('TRUNCATE task');
  }

  /** Lets every handler go first: a failed test must not hold up the rest. */
  async endProcesses(): Promise<void> {
    for (const gate of this.gates) gate.release();
    await Promise.all(this.processes.map((one) => one.close()));
  }

  close(): Promise<void> {
    return this.database.close();
  }

  async process(options: { store?: MakeStore } = {}): Promise<WorkerProcess> {
    const store = options.store && ((db: Database): TaskStore => options.store!(db, this.clock));
    const made = await WorkerProcess.make(this.database.url, this.clock, this.makeTransport(this.clock), { store });
    this.processes.push(made);
    return made;
  }

  /** A running process that notes what it did. */
  async worker(): Promise<WorkerProcess> {
    const made = (await this.process()).handle(note, (_ctx, { text }) => void this.ran.push(text));
    await made.start();
    return made;
  }

  gate(): Gate {
    const gate = new Gate();
    this.gates.push(gate);
    return gate;
  }

  sql<R>(text: string, parameters: unknown[] = []): Promise<R[]> {
    return this.database.db.query<R>(ctx, text, parameters);
  }

  async row(id: TaskId): Promise<Row> {
    return (await this.sql<Row>('SELECT * FROM task WHERE id = $1', [id]))[0]!;
  }

  ended(id: TaskId, state = 'done'): Promise<boolean> {
    return eventually(async () => (await this.row(id)).state === state);
  }

  /** The row once it waits again after that many failures. */
  failures(id: TaskId, attempts: number): Promise<Row> {
    return eventually(async () => {
      const now = await this.row(id);
      return now.state === 'waiting' && now.attempts === attempts ? now : undefined;
    });
  }
}
