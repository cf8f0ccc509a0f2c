import type { ChildProcess } from 'node:child_process';
import type { TeamId } from '../../../src/platform/context/index.js';
import { ended, message, startChild } from './children.js';

interface Routers {
  readonly port: number;
  readonly teamId: TeamId;
  /** Routers 0 … routers - 1 poll. */
  readonly routers: number;
}

export interface LoadWish extends Routers {
  readonly kind: 'load';
  readonly connections: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** Polls a second; absent, as many as go (closed loop). */
  readonly rate?: number;
  /** Keep a log of what was answered when, for `Generator.log`. */
  readonly logged?: boolean;
}

export interface LoadResult {
  /** Polls answered with 200, warm-up included. */
  readonly answered: number;
  /** Those of the measured time. */
  readonly measured: number;
  readonly errors: number;
  /** Answered with another status. */
  readonly refused: number;
  /** Answered with a job. */
  readonly withScript: number;
  readonly requestsPerSecond: number;
  /** Milliseconds, of an open loop only. */
  readonly latencies: Float64Array;
  /** When each of these polls was to be sent, in Unix milliseconds. */
  readonly begun: Float64Array;
}

export interface EachWish extends Routers {
  readonly kind: 'each';
  /** Spread over this time; 0 for as fast as `mostOpen` allows. */
  readonly seconds: number;
  readonly mostOpen: number;
  /** These routers only. */
  readonly only?: Uint32Array;
}

export interface EachResult {
  readonly statuses: Uint16Array;
  readonly latencies: Float64Array;
  readonly mostOpen: number;
}

export interface KillLog {
  readonly router: Uint32Array;
  readonly sent: Float64Array;
  readonly answered: Float64Array;
}

export interface Progress {
  readonly kind: 'progress';
  readonly answered: number;
  readonly withScript: number;
}

export type GeneratorMessage =
  { kind: 'up' } | Progress | { kind: 'loaded'; result: LoadResult } | ({ kind: 'polled' } & EachResult) | { kind: 'log'; log: KillLog };

/** The load generator in its own process; see generator.ts. */
export class Generator {
  private constructor(private readonly child: ChildProcess) {}

  static async start(undo: (() => Promise<unknown>)[]): Promise<Generator> {
    const child = startChild('test/bench/support/generator.js');
    undo.push(() => (child.kill(), ended(child)));
    await message(child, 'up');
    return new Generator(child);
  }

  async load(wish: Omit<LoadWish, 'kind'>, onProgress?: (progress: Progress) => void): Promise<LoadResult> {
    const heard = (m: GeneratorMessage): void => void (m.kind === 'progress' && onProgress?.(m));
    this.child.on('message', heard);
    this.child.send({ ...wish, kind: 'load' });
    const { result } = await message<{ kind: 'loaded'; result: LoadResult }>(this.child, 'loaded');
    this.child.off('message', heard);
    return result;
  }

  each(wish: Omit<EachWish, 'kind'>): Promise<EachResult> {
    this.child.send({ ...wish, kind: 'each' });
    return message<{ kind: 'polled' } & EachResult>(this.child, 'polled');
  }

  /** Ends a load early. */
  stop(): void {
    this.child.send({ kind: 'stop' });
  }

  async log(): Promise<KillLog> {
    this.child.send({ kind: 'log' });
    return (await message<{ kind: 'log'; log: KillLog }>(this.child, 'log')).log;
  }
}
