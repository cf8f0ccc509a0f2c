import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Global, type INestApplicationContext, Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Settings } from '../../../src/config/index.js';
import { Clock, FrozenClock } from '../../../src/platform/clock/clock.js';
import { newId, RequestContext, type SiteId, type TeamId } from '../../../src/platform/context/index.js';
import { Random } from '../../../src/platform/crypto/index.js';
import { Database } from '../../../src/platform/database/index.js';
import { DomainEvent, EventBus, OnEvent } from '../../../src/platform/events/index.js';
import {
  defineTask,
  Every,
  Handles,
  type Plain,
  TaskOn,
  TasksModule,
  TaskStore,
  TaskTransport,
} from '../../../src/platform/tasks/index.js';
import '../../../src/platform/tasks/task.entity.js';
import { Logger } from '../../../src/platform/telemetry/logger.js';
import { eventually } from '../../support/eventually.js';
import { type OpenDatabase, openDatabase } from '../../support/postgres.js';
import { RecordingLogger } from '../../support/recording-logger.js';

class RouterMoved extends DomainEvent {
  constructor(
    readonly teamId: TeamId,
    readonly siteId: SiteId,
    readonly movedAt: Date,
  ) {
    super();
  }
}

const sweepMoves = defineTask<null>({ name: 'decorators.sweep-moves', lane: 'checks' });

abstract class Witness {
  readonly tasks: [ctx: RequestContext, payload: Plain<RouterMoved>][] = [];
  readonly heard: [ctx: RequestContext, event: RouterMoved][] = [];
  sweeps = 0;

  /** Inherited, as a base class of several listeners would have it. */
  @OnEvent(RouterMoved)
  inherited(ctx: RequestContext, event: RouterMoved): void {
    this.heard.push([ctx, event]);
  }
}

@Injectable()
class MovedRouters extends Witness {
  /** Reading it would be an accident: the search for handlers must not. */
  get explosive(): never {
    throw new Error('somebody read an accessor');
  }

  @TaskOn(RouterMoved, { name: 'decorators.router-moved', lane: 'routers' })
  async promised(ctx: RequestContext, payload: Plain<RouterMoved>): Promise<void> {
    this.tasks.push([ctx, payload]);
  }

  @TaskOn(RouterMoved, { name: 'decorators.router-moved-late', lane: 'routers', when: ({ movedAt }) => movedAt.getUTCHours() > 20 })
  async promisedAtNight(): Promise<void> {}

  @OnEvent(RouterMoved)
  throwing(): void {
    throw new Error('this listener is broken');
  }

  @OnEvent(RouterMoved)
  async rejecting(): Promise<void> {
    throw new Error('this one too');
  }

  @Every(60)
  @Handles(sweepMoves)
  async sweep(): Promise<void> {
    this.sweeps++;
  }
}

const ctx = RequestContext.system('decorators');
const teamId = newId<TeamId>();
const siteId = newId<SiteId>();

describe('events and tasks of an application', () => {
  let database: OpenDatabase;
  let app: INestApplicationContext;
  let moved: MovedRouters;
  let events: EventBus;
  let db: Database;
  const logger = new RecordingLogger();
  const clock = new FrozenClock();
  const happened = (): RouterMoved => new RouterMoved(teamId, siteId, new Date('2026-01-01T10:00:00Z'));
  const rows = (where: RequestContext = ctx): Promise<{ payload: unknown; teamId: string }[]> =>
    db.query(where, `SELECT payload, team_id AS "teamId" FROM task WHERE name = 'decorators.router-moved'`);

  beforeAll(async () => {
    database = await openDatabase();
    const parts = [
      { provide: Settings, useValue: {} },
      { provide: Clock, useValue: clock },
      { provide: Random, useValue: new Random() },
      { provide: Logger, useValue: logger },
      { provide: Database, useValue: database.db },
      EventBus,
    ];
    @Global()
    @Module({ providers: parts, exports: parts })
    class Platform {}

    const module = await Test.createTestingModule({ imports: [Platform, TasksModule], providers: [MovedRouters] }).compile();
    app = await module.init();
    [moved, events, db] = [app.get(MovedRouters), app.get(EventBus), app.get(Database)];
  });
  beforeEach(() => {
    moved.tasks.length = moved.heard.length = logger.lines.length = 0;
  });
  afterEach(() => db.query(ctx, `DELETE FROM task WHERE name LIKE 'decorators.router-moved%'`));
  afterAll(async () => {
    await app.close();
    await database.close();
  });

  it('writes the task of an event in the transaction that publishes it, and runs it after the commit', async () => {
    await db.transaction(ctx, async (ctx) => {
      await events.publish(ctx, happened());
      expect(await rows(ctx)).toHaveLength(1);
      expect(await rows()).toHaveLength(0);
      expect(moved.tasks).toHaveLength(0);
    });
    await eventually(() => moved.tasks.length);
    const [[context, payload]] = moved.tasks as [[RequestContext, Plain<RouterMoved>]];
    expect(payload).toEqual({ teamId, siteId, movedAt: '2026-01-01T10:00:00.000Z' });
    expect(context).toMatchObject({ actor: { kind: 'system', task: 'task decorators.router-moved' }, teamId, transaction: undefined });
  });

  it('gives the task to the team that the event names, also when work across teams published it', async () => {
    await events.publish(ctx, happened());
    expect((await rows()).map((row) => row.teamId)).toEqual([teamId]);
  });

  it('writes no task for an event that is not meant', async () => {
    const night = new RouterMoved(teamId, siteId, new Date('2026-01-01T23:00:00Z'));
    const names = async (): Promise<string[]> =>
      (await db.query<{ name: string }>(ctx, `SELECT name FROM task WHERE name LIKE 'decorators.router-moved%' ORDER BY name`)).map(
        (t) => t.name,
      );
    await events.publish(ctx, happened());
    expect(await names()).toEqual(['decorators.router-moved']);
    await events.publish(ctx, night);
    expect(await names()).toEqual(['decorators.router-moved', 'decorators.router-moved', 'decorators.router-moved-late']);
  });

  it('tells listeners after the commit, with a context that has left the transaction', async () => {
    await db.transaction(ctx.forTeam(teamId), async (ctx) => {
      await events.publish(ctx, happened());
      expect(moved.heard).toEqual([]);
    });
    await eventually(() => moved.heard.length);
    expect(moved.heard).toHaveLength(1);
    expect(moved.heard[0]![1]).toEqual(happened());
    expect(moved.heard[0]![0]).toMatchObject({ teamId, transaction: undefined });
  });

  it('drops task and event on rollback', async () => {
    const failing = db.transaction(ctx, async (ctx) => {
      await events.publish(ctx, happened());
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    await db.transaction(ctx, (ctx) => events.publish(ctx, happened()));
    await eventually(() => moved.tasks.length);
    expect([moved.tasks.length, moved.heard.length]).toEqual([1, 1]);
  });

  it('lets no broken listener hurt the publisher or the other listeners', async () => {
    await db.transaction(ctx, (ctx) => events.publish(ctx, happened()));
    await eventually(() => moved.heard.length && moved.tasks.length);
    const errors = logger.lines
      .filter((line) => line['msg'] === 'an event listener failed')
      .map((line) => line['err'] as { message: string });
    expect(errors.map((e) => e.message).sort()).toEqual(['this listener is broken', 'this one too']);
  });

  it('runs recurring methods, its own clean-up among them', async () => {
    await eventually(() => moved.sweeps === 1);
    const recurring = await db.query<{ name: string; every: number }>(
      ctx,
      'SELECT name, every_seconds AS every FROM task WHERE every_seconds IS NOT NULL ORDER BY name',
    );
    expect(recurring).toEqual([
      { name: 'decorators.sweep-moves', every: 60 },
      { name: 'platform.forget-finished-tasks', every: 3600 },
    ]);
    const store = app.get(TaskStore);
    const id = newId();
    await db.query(
      ctx,
      `INSERT INTO task (id, name, lane, payload, state, run_at, max_attempts, finished_at) VALUES ($1, 'decorators.old', 'slow', 'null', 'done', $2, 1, $2)`,
      [id, clock.now()],
    );
    expect(await store.forgetFinishedBefore(ctx, clock.now())).toBe(0);
    clock.advance(7 * 86_400_000 + 1000);
    await eventually(async () => (await db.query(ctx, 'SELECT FROM task WHERE id = $1', [id])).length === 0);
  });

  it('stops with the application, before the connections go', async () => {
    const order: string[] = [];
    const transport = app.get(TaskTransport);
    const stop = transport.stop.bind(transport);
    transport.stop = async (): Promise<void> => {
      await db.query(ctx, 'SELECT 1');
      order.push('tasks');
      await stop();
    };
    await app.close();
    expect(order).toEqual(['tasks']);
  });
});
