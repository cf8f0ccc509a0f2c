import type { TaskId } from '../context/index.js';
import type { Lane } from './define-task.js';

export interface DueTask {
  readonly id: TaskId;
  readonly lane: Lane;
  /** How often it was leased so far. */
  readonly attempts: number;
}

/** What a transport may ask of the runner. */
export interface TaskExecutor {
  /** Leases up to `count` due tasks of a lane and starts them. Each promise ends with its task and never rejects. */
  start(lane: Lane, count: number): Promise<Promise<void>[]>;
  /** Works on this task if it is due and free; does nothing otherwise. */
  runOne(id: TaskId): Promise<void>;
  /** Tasks that are due and that nobody works on: the oldest `limit` of each lane. */
  due(limit: number): Promise<DueTask[]>;
}

/**
 * How a worker learns that there is work. The table is the truth: a transport may lose, repeat or reorder its
 * announcements, and no task is lost or run by two workers for that. Each one passes `taskTransportContract(name, make)`.
 */
export abstract class TaskTransport {
  abstract readonly name: string;
  /** Does not wait for anything outside: what is away now is used once it is there. */
  abstract start(executor: TaskExecutor): Promise<void>;
  /** A task was committed; it is due at `runAt`. Does not throw. */
  abstract announce(id: TaskId, lane: Lane, runAt: Date): void;
  /** Takes no new work and waits for what is running. */
  abstract stop(): Promise<void>;
}
