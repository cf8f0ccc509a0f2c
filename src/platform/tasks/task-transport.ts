import type { TaskId } from '../context/index.js';
import type { Lane } from './define-task.js';

/** What a transport may ask of the runner. */
export interface TaskExecutor {
  /** Works on due tasks of a lane until none is left; answers how many it did. */
  drain(lane: Lane): Promise<number>;
  /** Works on this task if it is due and free. */
  runOne(id: TaskId): Promise<void>;
  /** Tasks that are due and that nobody works on. */
  due(limit: number): Promise<{ id: TaskId; lane: Lane; attempts: number }[]>;
}

/**
 * How a worker learns that there is work. The table is the truth: a transport may lose, repeat or reorder its
 * announcements and nothing is lost or done twice beyond at-least-once. Each one passes `taskTransportContract(make)`.
 */
export abstract class TaskTransport {
  abstract readonly name: string;
  abstract start(executor: TaskExecutor): Promise<void>;
  /** A task was committed; it is due at `runAt`. */
  abstract announce(id: TaskId, lane: Lane, runAt: Date): void;
  /** Takes no new work and waits for what is running. */
  abstract stop(): Promise<void>;
}
