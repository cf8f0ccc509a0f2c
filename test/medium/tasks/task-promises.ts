import { expect, it } from '@jest/globals';
import { newId, type TaskId, type TeamId } from '../../../src/platform/context/index.js';
import { GaveUp } from '../../../src/platform/tasks/index.js';
import { eventually } from '../../support/eventually.js';
import { aWhile, check, ctx, note, type Row, slow, sweep, type TaskBench } from './task-bench.js';

/** What a task may rely on in good weather. */
export function taskPromises(bench: TaskBench): void {
  it('runs what a transaction committed and knows nothing of what was rolled back', async () => {
    const { tasks, db } = await bench.worker();
    const failing = db.transaction(ctx, async (ctx) => {
      await tasks.add(ctx, note, { text: 'rolled back' });
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    await db.transaction(ctx, async (ctx) => {
      await tasks.add(ctx, note, { text: 'committed' });
      await aWhile();
      expect(bench.ran).toEqual([]);
    });
    await eventually(() => bench.ran.length);
    expect(bench.ran).toEqual(['committed']);
    expect(await bench.sql('SELECT payload FROM task')).toEqual([{ payload: { text: 'committed' } }]);
  });

  it('runs the task of a team with a context of that team, and system work without one', async () => {
    const teamId = newId<TeamId>();
    const seen: unknown[] = [];
    const { tasks } = (await bench.process()).handle(note, (ctx, { text }, run) => {
      seen.push([text, ctx.teamId, ctx.actor, run.attempt]);
    });
    await bench.processes[0]!.start();
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

  it('ends a task as failed at once when its handler gave up', async () => {
    const { tasks } = (await bench.process()).handle(note, (_ctx, { text }) => {
      bench.ran.push(text);
      throw new GaveUp('it can never work');
    });
    await bench.processes[0]!.start();
    const id = (await tasks.add(ctx, note, { text: 'hopeless' }))!;
    await bench.ended(id, 'failed');
    expect(await bench.row(id)).toMatchObject({ attempts: 1, last_error: 'it can never work' });
    expect(bench.ran).toEqual(['hopeless']);
  });

  it('tries again after a growing, spread wait and ends as failed after the last attempt', async () => {
    const { tasks, store, logger } = (await bench.process()).handle(note, (_ctx, { text }, run) => {
      bench.ran.push(`${text} ${run.attempt}`);
      throw new Error(`no luck \0 in attempt ${run.attempt}`);
    });
    await bench.processes[0]!.start();
    const id = (await tasks.add(ctx, note, { text: 'try' }))!;

    const first = await bench.failures(id, 1);
    expect(first.last_error).toBe('no luck  in attempt 1');
    expect(first.run_at.getTime() - bench.clock.millis()).toBe(1500);
    bench.clock.advance(1499);
    await aWhile();
    expect(bench.ran).toEqual(['try 1']);
    bench.clock.advance(1);

    const second = await bench.failures(id, 2);
    expect(second.run_at.getTime() - bench.clock.millis()).toBe(3000);
    bench.clock.advance(3000);

    await bench.ended(id, 'failed');
    expect(bench.ran).toEqual(['try 1', 'try 2', 'try 3']);
    expect(await store.list(ctx, { state: 'failed', limit: 10, offset: 0 })).toMatchObject([
      {
        id,
        name: 'contract.note',
        lane: 'routers',
        attempts: 3,
        max_attempts: 3,
        last_error: 'no luck  in attempt 3',
        finished_at: bench.clock.now(),
      },
    ]);
    expect(logger.messages().filter((m) => m === 'a task failed')).toHaveLength(3);
    bench.clock.advance(86_400_000);
    await aWhile();
    expect(bench.ran).toHaveLength(3);
  });

  it('forgets the failure of a task that then succeeds', async () => {
    const { tasks } = (await bench.process()).handle(note, (_ctx, _payload, run) => {
      if (run.attempt < 2) throw new Error('not yet');
    });
    await bench.processes[0]!.start();
    const id = (await tasks.add(ctx, note, { text: '' }))!;
    await bench.failures(id, 1);
    bench.clock.advance(2000);
    await bench.ended(id);
    expect(await bench.row(id)).toMatchObject({ last_error: null, attempts: 2, lease_until: null });
  });

  it('starts a delayed task when its time has come and not before', async () => {
    const { tasks } = await bench.worker();
    const id = (await tasks.add(ctx, note, { text: 'later' }, { delaySeconds: 3600 }))!;
    bench.clock.advance(3_599_999);
    await aWhile();
    expect(bench.ran).toEqual([]);
    bench.clock.advance(1);
    await bench.ended(id);
    expect(bench.ran).toEqual(['later']);
  });

  it('runs recurring work once a turn among three processes that start at the same time', async () => {
    const three = await Promise.all([bench.process(), bench.process(), bench.process()]);
    for (const one of three) one.handle(sweep, () => void bench.ran.push('turn'));
    await Promise.all(three.map((one) => one.tasks.ensureRecurring(ctx, sweep, 60)));
    await Promise.all(three.map((one) => one.start()));
    for (let turn = 1; turn <= 3; turn++) {
      await eventually(async () => bench.ran.length === turn && (await bench.sql(`SELECT FROM task WHERE state = 'waiting'`)).length);
      bench.clock.advance(59_999);
      await aWhile();
      expect(bench.ran).toHaveLength(turn);
      // A process that starts in between finds the row there, also while it runs.
      await three[turn % 3]!.tasks.ensureRecurring(ctx, sweep, 60);
      bench.clock.advance(1);
    }
    expect(await bench.sql('SELECT every_seconds FROM task')).toEqual([{ every_seconds: 60 }]);
  });

  it('keeps recurring work going when it fails, no further apart than usual', async () => {
    const one = (await bench.process()).handle(sweep, (_ctx, _payload, run) => {
      bench.ran.push(String(run.attempt));
      throw new Error('the sweep broke');
    });
    await one.tasks.ensureRecurring(ctx, sweep, 10);
    await one.start();
    for (let turn = 1; turn <= 12; turn++) {
      await eventually(async () => (await bench.sql(`SELECT FROM task WHERE attempts = ${turn} AND state = 'waiting'`)).length);
      bench.clock.advance(10_000);
    }
    expect(bench.ran.length).toBeGreaterThanOrEqual(12);
  });

  it('adds a task with a key once while one waits, and again when that one runs already', async () => {
    const gate = bench.gate();
    const { tasks, db } = (await bench.process()).handle(note, (_ctx, { text }) => gate.enter(text));
    const add = (text: string, dedupeKey = 'site-1', delaySeconds = 0): Promise<TaskId | undefined> =>
      tasks.add(ctx, note, { text }, { dedupeKey, delaySeconds });
    expect(await add('one')).toBeDefined();
    expect(await add('two')).toBeUndefined();
    expect(await add('other key', 'site-2')).toBeDefined();
    await bench.processes[0]!.start();
    await eventually(() => gate.waiting.length === 2);
    expect([...gate.waiting].sort()).toEqual(['one', 'other key']);
    const both = await Promise.all([add('three', 'site-1', 20), add('four', 'site-1', 10)]);
    expect(both.filter(Boolean)).toHaveLength(1);
    const [waiting] = await db.query<Row>(ctx, `SELECT * FROM task WHERE dedupe_key = 'site-1' AND state = 'waiting'`);
    expect(waiting!.run_at.getTime() - bench.clock.millis()).toBe(10_000); // the earlier of both times
  });

  it('does not lose work when a task with the same key is taken before the adding transaction commits', async () => {
    const { tasks, db } = await bench.worker();
    await bench.sql('CREATE TABLE IF NOT EXISTS fact (id int)');
    const seen: number[] = [];
    const reader = (await bench.process()).handle(check, async () => {
      seen.push((await bench.sql('SELECT FROM fact')).length);
    });
    await tasks.add(ctx, check, { text: '' }, { dedupeKey: 'k', delaySeconds: 1 });
    await reader.start();
    await db.transaction(ctx, async (ctx) => {
      await db.query(ctx, 'INSERT INTO fact VALUES (1)');
      expect(await tasks.add(ctx, check, { text: '' }, { dedupeKey: 'k' })).toBeUndefined();
      bench.clock.advance(1000);
      await aWhile(); // due, and workers look for it
    });
    await eventually(() => seen.length);
    await aWhile();
    expect(seen.at(-1)).toBe(1);
  });

  it('leaves a failed task to the one with its key that waits by then', async () => {
    const gate = bench.gate();
    const { tasks } = (await bench.process()).handle(note, async (_ctx, { text }) => {
      bench.ran.push(text);
      if (text === 'first') {
        await gate.enter(text);
        throw new Error('broke');
      }
    });
    await bench.processes[0]!.start();
    const first = (await tasks.add(ctx, note, { text: 'first' }, { dedupeKey: 'k' }))!;
    await eventually(() => gate.waiting.length);
    const second = (await tasks.add(ctx, note, { text: 'second' }, { dedupeKey: 'k', delaySeconds: 5 }))!;
    gate.release();
    await bench.ended(first, 'failed');
    expect((await bench.row(first)).last_error).toBe('broke');
    bench.clock.advance(5000);
    await bench.ended(second);
    expect(bench.ran).toEqual(['first', 'second']);
  });

  it('shows what waits, runs and has failed', async () => {
    const gate = bench.gate();
    const one = (await bench.process()).handle(note, (_ctx, { text }) => gate.enter(text));
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
    const gate = bench.gate();
    const one = (await bench.process())
      .handle(slow, (_ctx, { text }) => (text === 'hangs' ? gate.enter(text) : void bench.ran.push(text)))
      .handle(check, (_ctx, { text }) => void bench.ran.push(text));
    await one.start();
    await one.tasks.add(ctx, slow, { text: 'hangs' });
    await one.tasks.add(ctx, slow, { text: 'passes by' });
    await eventually(() => bench.ran.includes('passes by'));
    for (let i = 0; i < 30; i++) await one.tasks.add(ctx, slow, { text: 'hangs' });
    await eventually(() => gate.waiting.length === 2);
    await one.tasks.add(ctx, check, { text: 'check' });
    await eventually(() => bench.ran.includes('check'));
    expect(gate.waiting).toHaveLength(2);
    gate.release();
  });

  it('runs each of many tasks once among two processes', async () => {
    const [one] = await Promise.all([bench.worker(), bench.worker()]);
    const texts = Array.from({ length: 200 }, (_, i) => `t${i}`);
    await one.db.transaction(ctx, async (ctx) => {
      for (const text of texts) await one.tasks.add(ctx, note, { text });
    });
    await eventually(async () => (await one.store.counts(ctx)).waiting === 0 && (await one.store.counts(ctx)).running === 0);
    expect([...bench.ran].sort()).toEqual([...texts].sort());
  });
}
