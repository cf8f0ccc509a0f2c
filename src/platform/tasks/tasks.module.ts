import { type BeforeApplicationShutdown, Global, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, MetadataScanner } from '@nestjs/core';
import { Settings } from '../../config/index.js';
import { isUuid, RequestContext, type TeamId } from '../context/index.js';
import { Clock } from '../clock/clock.js';
import { type DomainEvent, EventBus, type EventClass } from '../events/index.js';
import { ON_EVENT } from '../events/on-event.js';
import { Logger } from '../telemetry/logger.js';
import {
  defineTask,
  Every,
  Handles,
  HANDLES,
  RECURS,
  TASK_ON,
  type TaskPromise,
  type TaskHandler,
  type TaskKind,
  taskKinds,
} from './define-task.js';
import { InProcessTransport } from './in-process-transport.js';
import { TaskRunner } from './task-runner.js';
import { TaskStore } from './task-store.js';
import { TaskTransport } from './task-transport.js';
import { Tasks } from './tasks.js';

const FORGET_AFTER_DAYS = 7;
/** After a stop, running work has this long; then its lease runs out and another process repeats it. */
const STOP_LIMIT_MS = 20_000;
const forgetFinished = defineTask<null>({ name: 'platform.forget-finished-tasks', lane: 'slow' });

/** Finds every handler, connects events to tasks, starts and stops the transport. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [
    TaskStore,
    TaskRunner,
    Tasks,
    {
      provide: TaskTransport,
      inject: [Settings, Clock, Logger],
      useFactory: async ({ REDIS_URL }: Settings, clock: Clock, logger: Logger): Promise<TaskTransport> => {
        if (!REDIS_URL) return new InProcessTransport(clock);
        const { BullTransport } = await import('./bull-transport.js'); // Bull and its Redis client, for who has a Redis
        return new BullTransport(REDIS_URL, clock, logger);
      },
    },
  ],
  exports: [Tasks, TaskStore, TaskRunner, TaskTransport],
})
export class TasksModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly runner: TaskRunner,
    private readonly tasks: Tasks,
    private readonly store: TaskStore,
    private readonly transport: TaskTransport,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const recurring: [TaskKind<unknown>, number][] = [];
    for (const { instance, method } of this.methods()) this.connect(instance, method, recurring);
    const orphans = [...taskKinds().keys()].filter((name) => !this.runner.handles(name));
    if (orphans.length)
      throw new Error(`No method handles the task ${orphans.join(', ')}. Is its class listed as a provider of an imported module?`);
    const ctx = RequestContext.system('start-up');
    for (const [kind, seconds] of recurring) await this.tasks.ensureRecurring(ctx, kind, seconds);
    await this.transport.start(this.runner);
    const strangers = await this.runner.strangers();
    if (strangers.length) this.logger.warn({ kinds: strangers }, 'tasks wait for a process that knows their kind; this one does not');
  }

  /** Before any module's `onApplicationShutdown`, where the connections go that running work still needs. */
  async beforeApplicationShutdown(): Promise<void> {
    this.runner.stop();
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.logger.warn({}, 'running tasks did not end in time; another process will repeat them');
        resolve();
      }, STOP_LIMIT_MS);
    });
    await Promise.race([this.transport.stop(), limit]);
    clearTimeout(timer);
  }

  @Every(3600)
  @Handles(forgetFinished)
  async forget(ctx: RequestContext): Promise<void> {
    await this.store.forgetFinishedBefore(ctx, new Date(this.clock.millis() - FORGET_AFTER_DAYS * 86_400_000));
  }

  private connect(instance: object, method: Method, recurring: [TaskKind<unknown>, number][]): void {
    const event = Reflect.getMetadata(ON_EVENT, method) as EventClass | undefined;
    if (event) this.events.listenAfter(event, (ctx, happened) => method.call(instance, ctx, happened));
    const kind = Reflect.getMetadata(HANDLES, method) as TaskKind<unknown> | undefined;
    if (!kind) return;
    this.runner.register(kind, method.bind(instance) as TaskHandler<unknown>);
    const promise = Reflect.getMetadata(TASK_ON, method) as TaskPromise | undefined;
    if (promise)
      this.events.listenInside(
        promise.event,
        (ctx, happened) => this.tasks.add(forTeamOf(happened, ctx), kind, { ...happened }),
        (happened) => promise.when(happened),
      );
    const every = Reflect.getMetadata(RECURS, method) as number | undefined;
    if (every) recurring.push([kind, every]);
  }

  private *methods(): Generator<{ instance: object; method: Method }> {
    const providers = this.discovery.getProviders() as { instance: unknown }[];
    const instances = new Set([...providers.map((p) => p.instance), this].filter((i): i is object => typeof i === 'object' && i !== null));
    for (const instance of instances) {
      // Names of inherited methods too, never of accessors: reading one would run it.
      const prototype = Object.getPrototypeOf(instance) as Record<string, Method> | null;
      for (const name of this.scanner.getAllMethodNames(prototype)) yield { instance, method: prototype![name]! };
    }
  }
}

/** A sweep over all teams publishes what happened to one: the task is that team's. */
function forTeamOf(event: DomainEvent, ctx: RequestContext): RequestContext {
  const { teamId } = event as { teamId?: unknown };
  return isUuid(teamId) ? ctx.forTeam(teamId as TeamId) : ctx;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever the decorated methods take
type Method = (...args: any[]) => unknown;
