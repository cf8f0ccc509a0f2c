import 'reflect-metadata';
import type { RequestContext, TaskId } from '../context/index.js';
import type { DomainEvent, EventClass } from '../events/index.js';

/** Lanes and the workers each has in every process: of its own, so that slow work never starves checks. */
export const LANES = { checks: 2, routers: 4, mail: 2, slow: 2, webhooks: 6 } as const;
export type Lane = keyof typeof LANES;
export const LANE_NAMES = Object.keys(LANES) as Lane[];

export interface TaskKind<P> {
  /** `<domain>.<what>`, stable: rows in the database carry it. */
  readonly name: string;
  readonly lane: Lane;
  /** Failures after which the task is given up. Recurring work never is. */
  readonly maxAttempts: number;
  /**
   * Seconds after which another worker takes the task over when its own fell silent. A living worker extends the lease,
   * so a handler may take longer than that.
   */
  readonly leaseSeconds: number;
  /** Only for typing. */
  readonly payload?: P;
}

const kinds = new Map<string, TaskKind<unknown>>();

/**
 * Declares a kind of task. Exactly one method handles it (`@Handles`); start-up fails otherwise.
 *
 * A task runs *at least once*: from the commit that wrote it until its handler returned or failed `maxAttempts` times.
 * It runs again although its work was done when the worker died between work and report, or when the database could
 * not be told for longer than the lease; and while a worker that was cut off from the database for longer than the
 * lease goes on (its signal aborts), a second one may start. So handlers are idempotent. Nothing else repeats a run:
 * no transport, restart of Redis or number of processes.
 */
export function defineTask<P>(kind: { name: string; lane: Lane; maxAttempts?: number; leaseSeconds?: number }): TaskKind<P> {
  if (kinds.has(kind.name)) throw new Error(`Two kinds of task are called ${kind.name}.`);
  const whole: TaskKind<P> = { ...kind, maxAttempts: kind.maxAttempts ?? 8, leaseSeconds: kind.leaseSeconds ?? 60 };
  kinds.set(kind.name, whole);
  return whole;
}

export const taskKinds = (): ReadonlyMap<string, TaskKind<unknown>> => kinds;

/** What a handler hears of the task that it runs. */
export interface TaskRun {
  readonly id: TaskId;
  /** 1 at the first run. */
  readonly attempt: number;
  /**
   * Aborts when the process stops and when the lease was lost to another worker. A handler that throws because of it
   * (`signal.throwIfAborted()`) uses up no attempt.
   */
  readonly signal: AbortSignal;
}

/**
 * Thrown by a handler that knows that no further attempt can help: the task ends as failed at once, with this message as
 * its reason. Recurring work has a next turn all the same.
 */
export class GaveUp extends Error {
  override readonly name = 'GaveUp';
}

export type TaskHandler<P> = (ctx: RequestContext, payload: P, run: TaskRun) => Promise<void>;

export const HANDLES = Symbol('handles-task');
export const RECURS = Symbol('recurs');
export const TASK_ON = Symbol('task-on');

/** Which events lead to a task. */
export interface TaskPromise {
  readonly event: EventClass;
  readonly when: (event: DomainEvent) => boolean;
}

/** The method that does this kind of work. ctx is the system's, for the task's team when it has one. */
export const Handles =
  <P>(kind: TaskKind<P>) =>
  <M extends TaskHandler<P>>(_target: object, _name: string | symbol, descriptor: TypedPropertyDescriptor<M>): void => {
    Reflect.defineMetadata(HANDLES, kind, descriptor.value!);
  };

/**
 * Runs the method's task every so many (whole) seconds, start to start, once among all processes. A run that takes
 * longer than that delays the next one; missed turns are not made up for. Used above `@Handles`.
 */
export const Every =
  (seconds: number) =>
  (_target: object, _name: string | symbol, descriptor: PropertyDescriptor): void => {
    Reflect.defineMetadata(RECURS, seconds, descriptor.value as object);
  };

/**
 * Promises that the method runs for every such event, at least once: the task row is written in the publisher's
 * transaction. The event's own properties are the payload, dates as ISO text. An event that names its team
 * (`teamId`) is handled for that team, any other one for the publisher's.
 * @param options `when` says which of the events are meant; all, where it is missing. For the others nothing is written.
 */
export const TaskOn =
  <E extends DomainEvent>(
    event: EventClass<E>,
    { when, ...kind }: { name: string; lane: Lane; maxAttempts?: number; when?: (event: E) => boolean },
  ) =>
  <M extends TaskHandler<Plain<E>>>(_target: object, _name: string | symbol, descriptor: TypedPropertyDescriptor<M>): void => {
    Reflect.defineMetadata(HANDLES, defineTask<Plain<E>>(kind), descriptor.value!);
    const promise: TaskPromise = { event, when: (when as TaskPromise['when']) ?? (() => true) };
    Reflect.defineMetadata(TASK_ON, promise, descriptor.value!);
  };

/** An event as a task's payload carries it. */
export type Plain<E> = { readonly [K in keyof E]: E[K] extends Date ? string : E[K] };
