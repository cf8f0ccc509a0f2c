import 'reflect-metadata';
import type { RequestContext, TaskId } from '../context/index.js';
import type { DomainEvent, EventClass } from '../events/index.js';

/** Lanes have workers of their own, so that slow work never starves checks. */
export const LANES = { checks: 2, routers: 4, mail: 2, slow: 2 } as const;
export type Lane = keyof typeof LANES;

export interface TaskKind<P> {
  /** `<domain>.<what>`, stable: rows in the database carry it. */
  readonly name: string;
  readonly lane: Lane;
  readonly maxAttempts: number;
  /** Seconds a handler may take before another worker may take the task over. */
  readonly leaseSeconds: number;
  /** Only for typing. */
  readonly payload?: P;
}

const kinds = new Map<string, TaskKind<unknown>>();

/**
 * Declares a kind of task. Exactly one method handles it (`@Handles`); start-up fails otherwise.
 * Handlers may run more than once (a worker can die after its work and before its report), so they are idempotent.
 */
export function defineTask<P>(kind: { name: string; lane: Lane; maxAttempts?: number; leaseSeconds?: number }): TaskKind<P> {
  if (kinds.has(kind.name)) throw new Error(`Two kinds of task are called ${kind.name}.`);
  const whole: TaskKind<P> = { maxAttempts: 8, leaseSeconds: 60, ...kind };
  kinds.set(kind.name, whole);
  return whole;
}

export const taskKinds = (): ReadonlyMap<string, TaskKind<unknown>> => kinds;

/** What a handler hears of the task that it runs. */
export interface TaskRun {
  readonly id: TaskId;
  /** 1 at the first run. */
  readonly attempt: number;
  /** Aborts when the process stops. */
  readonly signal: AbortSignal;
}

export type TaskHandler<P> = (ctx: RequestContext, payload: P, run: TaskRun) => Promise<void>;

export const HANDLES = Symbol('handles-task');
export const RECURS = Symbol('recurs');
export const TASK_ON = Symbol('task-on');

/** The method that does this kind of work. ctx is the system's, for the task's team when it has one. */
export const Handles =
  <P>(kind: TaskKind<P>) =>
  <M extends TaskHandler<P>>(_target: object, _name: string | symbol, descriptor: TypedPropertyDescriptor<M>): void => {
    Reflect.defineMetadata(HANDLES, kind, descriptor.value!);
  };

/** Runs the method's task every so many seconds, once among all processes. Used above `@Handles`. */
export const Every =
  (seconds: number) =>
  (_target: object, _name: string | symbol, descriptor: PropertyDescriptor): void => {
    Reflect.defineMetadata(RECURS, seconds, descriptor.value as object);
  };

/**
 * Promises that the method runs for every such event: the task row is written in the publisher's transaction.
 * The event's own properties are the payload, dates as ISO text.
 */
export const TaskOn =
  <E extends DomainEvent>(event: EventClass<E>, options: { name: string; lane: Lane; maxAttempts?: number }) =>
  <M extends TaskHandler<Plain<E>>>(_target: object, _name: string | symbol, descriptor: TypedPropertyDescriptor<M>): void => {
    const kind = defineTask<Plain<E>>(options);
    Reflect.defineMetadata(HANDLES, kind, descriptor.value!);
    Reflect.defineMetadata(TASK_ON, event, descriptor.value!);
  };

/** An event as a task's payload carries it. */
export type Plain<E> = { readonly [K in keyof E]: E[K] extends Date ? string : E[K] };
