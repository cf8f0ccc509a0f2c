import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FrozenClock } from '../../../src/platform/clock/clock.js';
import { newId, RequestContext, type TaskId, type TeamId } from '../../../src/platform/context/index.js';
import type { Database } from '../../../src/platform/database/index.js';
import { defineTask, TaskStore, type TaskTransport } from '../../../src/platform/tasks/index.js';
import '../../../src/platform/tasks/task.entity.js';
import { eventually } from '../../support/eventually.js';
import { type OpenDatabase, openDatabase } from '../../support/postgres.js';
import { WorkerProcess } from './worker-process.js';

const note = defineTask<{ text: string }>({ name: 'contract.note', lane: 'routers', maxAttempts: 3, leaseSeconds: 30 });
const slow = defineTask<{ text: string }>({ name: 'contract.slow', lane: 'slow', leaseSeconds: 30 });
const check = defineTask<{ text: string }>({ name: 'contract.check', lane: 'checks', leaseSeconds: 30 });
const long = defineTask<null>({ name: 'contract.long', lane: 'slow', leaseSeconds: 0.3 });
const sweep = defineTask<null>({ name: 'contract.sweep', lane: 'checks', leaseSeconds: 30 });
const foreign = defineTask<null>({ name: 'contract.of-a-newer-version', lane: 'routers' });

const ctx = RequestContext.system('contract');
/** Longer than any transport needs to look again several times. */
const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150));

/** A handler that waits inside until it is let go. */
class Gate {
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

interface Row {
  readonly state: string;
  readonly attempts: number;
  readonly last_error: string | null;
  readonly run_at: Date;
  readonly lease_until: Date | null;
}

/**
 * What every transport keeps. `make` makes a transport that looks for work often (some 20 ms), so that nothing sleeps for
 * long; time itself is frozen and turned.
 */
export function taskTransportContract(name: string, make: (clock: FrozenClock) => TaskTransport): void {
  describe(`tasks over ${name}`, () => {
    let database: OpenDatabase;
    let clock: FrozenClock;
    let processes: WorkerProcess[];
    let ran: string[];
    let gates: Gate[];
    const newGate = (): Gate => {
      gates.push(new Gate());
      return gates.at(-1)!;
    };

    const process = async (options: { store?: (db: Database, clock: FrozenClock) => TaskStore } = {}): Promise<WorkerProcess> => {
      const store = options.store && ((db: Database): TaskStore => options.store!(db, clock));
      const made = await WorkerProcess.make(database.url, clock, make(clock), { store });
      processes.push(made);
      return made;
    };
    /** A process that notes what it did. */
    const worker = async (options: Parameters<typeof process>[0] = {}): Promise<WorkerProcess> => {
      const made = (await process(options)).handle(note, (_ctx, { text }) => void ran.push(text));
      await made.start();
      return made;
    };
    const row = async (id: TaskId): Promise<Row> => (await database.db.query<Row>(ctx, 'SELECT * FROM task WHERE id = $1', [id]))[0]!;
    const ended = (id: TaskId, state = 'done'): Promise<boolean> => eventually(async () => (await row(id)).state === state);
    const failures = (id: TaskId, attempts: number): Promise<Row> =>
      eventually(async () => {
        const now = await row(id);
        return now.state === 'waiting' && now.attempts === attempts ? now : undefined;
      });

    beforeAll(async () => {
      database = await openDatabase();
    });
    beforeEach(async () => {
      clock = new FrozenClock();
      processes = [];
      ran = [];
      gates = [];
      await database.db.query(ctx, 'TRUNCATE task');
    });
    afterEach(async () => {
      for (const gate of gates) gate.release(); // a failed test must not hold up the rest
      await Promise.all(processes.map((p) => p.close()));
    });
    afterAll(() => database.close());

    it('runs what a transaction committed and knows nothing of what was rolled back', async () => {
      const { tasks, db } = await worker();
      const failing = db.transaction(ctx, async (ctx) => {
        await tasks.add(ctx, note, { text: 'rolled back' });
        throw new Error('changed my mind');
      });
      await expect(failing).rejects.toThrow('changed my mind');
      await db.transaction(ctx, async (ctx) => {
        await tasks.add(ctx, note, { text: 'committed' });
        await aWhile();
        expect(ran).toEqual([]);
      });
      await eventually(() => ran.length);
      expect(ran).toEqual(['committed']);
      expect(await database.db.query(ctx, 'SELECT payload FROM task')).toEqual([{ payload: { text: 'committed' } }]);
    });

    it('runs the task of a team with a context of that team, and system work without one', async () => {
      const teamId = newId<TeamId>();
      const seen: unknown[] = [];
      const { tasks } = await (
        await process()
      ).handle(note, (ctx, { text }, run) => {
        seen.push([text, ctx.teamId, ctx.actor, run.attempt]);
      });
      await processes[0]!.start();
      await tasks.add(ctx.forTeam(teamId), note, { text: 'theirs' });
      await eventually(() => seen.length === 1);
      await tasks.add(ctx, note, { text: 'ours' });
      await eventually(() => seen.length === 2);
      const actor = { kind: 'system', task: 'task contract.note' };
      expect(seen).toEqual([
        ['theirs', teamId, actor, 1],
        ['ours', undefined, actor, 1],
      ]);
    });

    it('tries again after a growing, spread wait and ends as failed after the last attempt', async () => {
      const { tasks, store, logger } = (await process()).handle(note, (_ctx, { text }, run) => {
        ran.push(`${text} ${run.attempt}`);
        throw new Error(`no luck \0 in attempt ${run.attempt}`);
      });
      await processes[0]!.start();
      const id = (await tasks.add(ctx, note, { text: 'try' }))!;

      const first = await failures(id, 1);
      expect(first.last_error).toBe('no luck  in attempt 1');
      expect(first.run_at.getTime() - clock.millis()).toBe(1500);
      clock.advance(1499);
      await aWhile();
      expect(ran).toEqual(['try 1']);
      clock.advance(1);

      const second = await failures(id, 2);
      expect(second.run_at.getTime() - clock.millis()).toBe(3000);
      clock.advance(3000);

      await ended(id, 'failed');
      expect(ran).toEqual(['try 1', 'try 2', 'try 3']);
      expect(await store.list(ctx, { state: 'failed', limit: 10, offset: 0 })).toMatchObject([
        {
          id,
          name: 'contract.note',
          lane: 'routers',
          attempts: 3,
          max_attempts: 3,
          last_error: 'no luck  in attempt 3',
          finished_at: clock.now(),
        },
      ]);
      expect(logger.messages().filter((m) => m === 'a task failed')).toHaveLength(3);
      clock.advance(86_400_000);
      await aWhile();
      expect(ran).toHaveLength(3);
    });

    it('forgets the failure of a task that then succeeds', async () => {
      const { tasks } = (await process()).handle(note, (_ctx, _payload, run) => {
        if (run.attempt < 2) throw new Error('not yet');
      });
      await processes[0]!.start();
      const id = (await tasks.add(ctx, note, { text: '' }))!;
      await failures(id, 1);
      clock.advance(2000);
      await ended(id);
      expect(await row(id)).toMatchObject({ last_error: null, attempts: 2, lease_until: null });
    });

    it('starts a delayed task when its time has come and not before', async () => {
      const { tasks } = await worker();
      const id = (await tasks.add(ctx, note, { text: 'later' }, { delaySeconds: 3600 }))!;
      clock.advance(3_599_999);
      await aWhile();
      expect(ran).toEqual([]);
      clock.advance(1);
      await ended(id);
      expect(ran).toEqual(['later']);
    });

    it('runs recurring work once a turn among three processes that start at the same time', async () => {
      const three = await Promise.all([process(), process(), process()]);
      for (const one of three) one.handle(sweep, () => void ran.push('turn'));
      await Promise.all(three.map((one) => one.tasks.ensureRecurring(ctx, sweep, 60)));
      await Promise.all(three.map((one) => one.start()));
      for (let turn = 1; turn <= 3; turn++) {
        await eventually(() => ran.length === turn);
        clock.advance(59_999);
        await aWhile();
        expect(ran).toHaveLength(turn);
        // A process that starts in between finds the row there, also while it runs.
        await three[turn % 3]!.tasks.ensureRecurring(ctx, sweep, 60);
        clock.advance(1);
      }
      expect(await database.db.query(ctx, 'SELECT every_seconds FROM task')).toEqual([{ every_seconds: 60 }]);
    });

    it('keeps recurring work going when it fails, no further apart than usual', async () => {
      const one = (await process()).handle(sweep, (_ctx, _payload, run) => {
        ran.push(String(run.attempt));
        throw new Error('the sweep broke');
      });
      await one.tasks.ensureRecurring(ctx, sweep, 10);
      await one.start();
      for (let turn = 1; turn <= 12; turn++) {
        await eventually(
          async () => (await database.db.query(ctx, `SELECT FROM task WHERE attempts = ${turn} AND state = 'waiting'`)).length,
        );
        clock.advance(10_000);
      }
      expect(ran.length).toBeGreaterThanOrEqual(12);
    });

    it('adds a task with a key once while one waits, and again when that one runs already', async () => {
      const gate = newGate();
      const { tasks, db } = (await process()).handle(note, (_ctx, { text }) => gate.enter(text));
      const add = (text: string, dedupeKey = 'site-1', delaySeconds = 0): Promise<TaskId | undefined> =>
        tasks.add(ctx, note, { text }, { dedupeKey, delaySeconds });
      expect(await add('one')).toBeDefined();
      expect(await add('two')).toBeUndefined();
      expect(await add('other key', 'site-2')).toBeDefined();
      await processes[0]!.start();
      await eventually(() => gate.waiting.length === 2);
      expect([...gate.waiting].sort()).toEqual(['one', 'other key']);
      const both = await Promise.all([add('three', 'site-1', 20), add('four', 'site-1', 10)]);
      expect(both.filter(Boolean)).toHaveLength(1);
      const [waiting] = await db.query<Row>(ctx, `SELECT * FROM task WHERE dedupe_key = 'site-1' AND state = 'waiting'`);
      expect(waiting!.run_at.getTime() - clock.millis()).toBe(10_000); // the earlier of both times
    });

    it('does not lose work when a task with the same key is taken before the adding transaction commits', async () => {
      const { tasks, db } = await worker();
      await database.db.query(ctx, 'CREATE TABLE IF NOT EXISTS fact (id int)');
      const seen: number[] = [];
      const reader = (await process()).handle(check, async () => {
        seen.push((await database.db.query(ctx, 'SELECT FROM fact')).length);
      });
      await tasks.add(ctx, check, { text: '' }, { dedupeKey: 'k', delaySeconds: 1 });
      await reader.start();
      await db.transaction(ctx, async (ctx) => {
        await db.query(ctx, 'INSERT INTO fact VALUES (1)');
        expect(await tasks.add(ctx, check, { text: '' }, { dedupeKey: 'k' })).toBeUndefined();
        clock.advance(1000);
        await aWhile(); // due, and workers look for it
      });
      await eventually(() => seen.length);
      await aWhile();
      expect(seen.at(-1)).toBe(1);
    });

    it('leaves a failed task to the one with its key that waits by then', async () => {
      const gate = newGate();
      const { tasks } = (await process()).handle(note, async (_ctx, { text }) => {
        ran.push(text);
        if (text === 'first') {
          await gate.enter(text);
          throw new Error('broke');
        }
      });
      await processes[0]!.start();
      const first = (await tasks.add(ctx, note, { text: 'first' }, { dedupeKey: 'k' }))!;
      await eventually(() => gate.waiting.length);
      const second = (await tasks.add(ctx, note, { text: 'second' }, { dedupeKey: 'k', delaySeconds: 5 }))!;
      gate.release();
      await ended(first, 'failed');
      expect((await row(first)).last_error).toBe('broke');
      clock.advance(5000);
      await ended(second);
      expect(ran).toEqual(['first', 'second']);
    });

    it('shows what waits, runs and has failed', async () => {
      const gate = newGate();
      const one = (await process()).handle(note, (_ctx, { text }) => gate.enter(text));
      await one.start();
      await one.tasks.add(ctx, note, { text: 'runs' });
      await one.tasks.add(ctx, note, { text: 'waits' }, { delaySeconds: 60 });
      await eventually(() => gate.waiting.length);
      expect(await one.store.counts(ctx)).toEqual({ waiting: 1, running: 1, failed: 0 });
      const list = await one.store.list(ctx, { name: 'contract.note', limit: 10, offset: 0 });
      expect(list.map((t) => t.state)).toEqual(['waiting', 'running']);
      expect(await one.store.list(ctx, { name: 'contract.note', limit: 1, offset: 1 })).toMatchObject([{ state: 'running' }]);
      expect(JSON.stringify(list)).not.toContain('payload');
      gate.release();
    });

    it('keeps a lane moving while another one is full, and a worker of a lane while its others are busy', async () => {
      const gate = newGate();
      const one = (await process())
        .handle(slow, (_ctx, { text }) => (text === 'hangs' ? gate.enter(text) : void ran.push(text)))
        .handle(check, (_ctx, { text }) => void ran.push(text));
      await one.start();
      await one.tasks.add(ctx, slow, { text: 'hangs' });
      await one.tasks.add(ctx, slow, { text: 'passes by' });
      await eventually(() => ran.includes('passes by'));
      for (let i = 0; i < 30; i++) await one.tasks.add(ctx, slow, { text: 'hangs' });
      await eventually(() => gate.waiting.length === 2);
      await one.tasks.add(ctx, check, { text: 'check' });
      await eventually(() => ran.includes('check'));
      expect(gate.waiting).toHaveLength(2);
      gate.release();
    });

    it('runs each of many tasks once among two processes', async () => {
      const [one] = await Promise.all([worker(), worker()]);
      const texts = Array.from({ length: 200 }, (_, i) => `t${i}`);
      await one.db.transaction(ctx, async (ctx) => {
        for (const text of texts) await one.tasks.add(ctx, note, { text });
      });
      await eventually(async () => (await one.store.counts(ctx)).waiting === 0 && (await one.store.counts(ctx)).running === 0);
      expect([...ran].sort()).toEqual([...texts].sort());
    });

    it('gives the task of a worker that died to another one when the lease has run out', async () => {
      const dead = await process();
      const { tasks } = await process();
      const id = (await tasks.add(ctx, note, { text: 'orphan' }))!;
      expect(await dead.store.leaseOne(ctx, id, { 'contract.note': 30 })).toMatchObject({ id, attempts: 1 });
      await worker();
      clock.advance(29_999);
      await aWhile();
      expect(ran).toEqual([]);
      clock.advance(1);
      await ended(id);
      expect(ran).toEqual(['orphan']);
      expect(await row(id)).toMatchObject({ attempts: 2 });
    });

    it('runs a task again when its worker died between the work and the report: at least once', async () => {
      class Dying extends TaskStore {
        override finish(): Promise<boolean> {
          return new Promise(() => undefined); // the process is gone: it never comes back from here
        }
        override extend(): Promise<boolean> {
          return Promise.reject(new Error('gone'));
        }
      }
      const dying = await process({ store: (db, clock) => new Dying(db, clock) });
      dying.handle(note, (_ctx, { text }) => void ran.push(`${text}, by the one who died`));
      void dying.runner.drain('routers');
      const id = (await dying.tasks.add(ctx, note, { text: 'work' }))!;
      void dying.runner.runOne(id);
      await eventually(() => ran.length === 1);
      await worker();
      clock.advance(30_000);
      await ended(id);
      expect(ran).toEqual(['work, by the one who died', 'work']);
    });

    it('gives up a task whose every worker died, instead of killing one more', async () => {
      const { store, tasks } = await process();
      const id = (await tasks.add(ctx, note, { text: 'poison' }))!;
      for (let death = 1; death <= 3; death++) {
        expect(await store.leaseOne(ctx, id, { 'contract.note': 30 })).toMatchObject({ attempts: death });
        clock.advance(30_000);
      }
      await worker();
      await ended(id, 'failed');
      expect(ran).toEqual([]);
      expect((await row(id)).last_error).toBe('Its worker disappeared during attempt 3, the last one.');
    });

    it('keeps the lease of a long task and tells it when it was lost after all', async () => {
      const gate = newGate();
      const signals: AbortSignal[] = [];
      const handler = (_ctx: RequestContext, _payload: null, { signal }: { signal: AbortSignal }): Promise<void> => {
        signals.push(signal);
        return gate.enter('');
      };
      const one = (await process()).handle(long, handler);
      const two = (await process()).handle(long, handler);
      await one.start();
      await two.start();
      const id = (await one.tasks.add(ctx, long, null))!;
      await eventually(() => gate.waiting.length);
      for (let i = 0; i < 5; i++) {
        clock.advance(250);
        await eventually(async () => (await row(id)).lease_until?.getTime() === clock.millis() + 300);
      }
      expect(gate.waiting).toHaveLength(1);
      expect(signals[0]!.aborted).toBe(false);
      await database.db.query(ctx, 'UPDATE task SET lease_id = gen_random_uuid() WHERE id = $1', [id]);
      await eventually(() => signals[0]!.aborted);
      gate.release();
    });

    it('waits for running work when it stops, and starts nothing new', async () => {
      const gate = newGate();
      const one = (await process()).handle(note, async (_ctx, { text }) => {
        await gate.enter(text);
        ran.push(text);
      });
      await one.start();
      const running = (await one.tasks.add(ctx, note, { text: 'running' }))!;
      await eventually(() => gate.waiting.length);
      let stopped = false;
      const stopping = one.stop().then(() => (stopped = true));
      const late = (await one.tasks.add(ctx, note, { text: 'late' }))!;
      await aWhile();
      expect(stopped).toBe(false);
      gate.release();
      await stopping;
      expect(ran).toEqual(['running']);
      expect(await row(running)).toMatchObject({ state: 'done' });
      expect(await row(late)).toMatchObject({ state: 'waiting', attempts: 0 });
    });

    it('puts back unharmed what gives in to the stop', async () => {
      const one = (await process()).handle(note, (_ctx, _payload, { signal }) => {
        ran.push('started');
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
      });
      await one.start();
      const id = (await one.tasks.add(ctx, note, { text: '' }))!;
      await eventually(() => ran.length);
      await one.stop();
      expect(await row(id)).toMatchObject({ state: 'waiting', attempts: 0, last_error: null, run_at: clock.now() });
    });

    it('uses up no attempt when the database was away, but does when somebody else was', async () => {
      const loss = Object.assign(new Error('terminating connection due to administrator command'), { code: '57P01' });
      const mailServer = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:25'), { code: 'ECONNREFUSED' });
      let thrown: Error = loss;
      const one = (await process()).handle(note, () => {
        ran.push('');
        throw thrown;
      });
      await one.start();
      const id = (await one.tasks.add(ctx, note, { text: '' }))!;
      for (let round = 1; round <= 4; round++) {
        await eventually(async () => ran.length === round && (await row(id)).state === 'waiting');
        expect(await row(id)).toMatchObject({ attempts: 0, last_error: loss.message });
        if (round === 4) thrown = mailServer;
        clock.advance(2000);
      }
      await failures(id, 1);
    });

    it('finishes work that was done while its connections broke', async () => {
      const gate = newGate();
      const one = (await process()).handle(note, async (_ctx, { text }) => {
        await gate.enter(text);
        ran.push(text);
      });
      await one.start();
      const id = (await one.tasks.add(ctx, note, { text: 'done' }))!;
      await eventually(() => gate.waiting.length);
      await database.db.query(
        ctx,
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
      gate.release();
      await ended(id);
      expect(ran).toEqual(['done']);
    });

    it('leaves a task alone whose kind it does not know', async () => {
      const { tasks, runner } = await worker();
      const id = (await tasks.add(ctx, foreign, null))!;
      for (let i = 0; i < 10; i++) await tasks.add(ctx, note, { text: `n${i}` });
      await eventually(() => ran.length === 10);
      expect(await row(id)).toMatchObject({ state: 'waiting', attempts: 0, last_error: null, run_at: clock.now() });
      expect(await runner.strangers()).toEqual(['contract.of-a-newer-version']);
      const newer = (await process()).handle(foreign, () => void ran.push('newer'));
      await newer.start();
      await ended(id);
    });
  });
}
