import { expect, it } from '@jest/globals';
import type { RequestContext } from '../../../src/platform/context/index.js';
import { TaskStore } from '../../../src/platform/tasks/index.js';
import { eventually } from '../../support/eventually.js';
import { aWhile, ctx, foreign, long, note, type TaskBench } from './task-bench.js';

/** What a task may rely on when workers die, processes stop and the database goes away. */
export function taskFaults(bench: TaskBench): void {
  it('gives the task of a worker that died to another one when the lease has run out', async () => {
    const dead = await bench.process();
    const { tasks } = await bench.process();
    const id = (await tasks.add(ctx, note, { text: 'orphan' }))!;
    expect(await dead.store.leaseOne(ctx, id, { 'contract.note': 30 })).toMatchObject({ id, attempts: 1 });
    await bench.worker();
    bench.clock.advance(29_999);
    await aWhile();
    expect(bench.ran).toEqual([]);
    bench.clock.advance(1);
    await bench.ended(id);
    expect(bench.ran).toEqual(['orphan']);
    expect(await bench.row(id)).toMatchObject({ attempts: 2 });
  });

  it('runs a task again when its worker died between the work and the report: at least once', async () => {
    const grave = bench.gate();
    class Dying extends TaskStore {
      override finish(): Promise<boolean> {
        return grave.enter('').then(() => false); // never comes back from here
      }
      override extend(): Promise<boolean> {
        return Promise.reject(new Error('dead'));
      }
    }
    const dying = await bench.process({ store: (db, clock) => new Dying(db, clock) });
    dying.handle(note, (_ctx, { text }) => void bench.ran.push(`${text}, by the one who died`));
    const id = (await dying.tasks.add(ctx, note, { text: 'work' }))!;
    void dying.runner.runOne(id);
    await eventually(() => bench.ran.length === 1);
    await bench.worker();
    bench.clock.advance(30_000);
    await bench.ended(id);
    expect(bench.ran).toEqual(['work, by the one who died', 'work']);
  });

  it('gives up a task whose every worker died, instead of killing one more', async () => {
    const { store, tasks } = await bench.process();
    const id = (await tasks.add(ctx, note, { text: 'poison' }))!;
    for (let death = 1; death <= 3; death++) {
      expect(await store.leaseOne(ctx, id, { 'contract.note': 30 })).toMatchObject({ attempts: death });
      bench.clock.advance(30_000);
    }
    await bench.worker();
    await bench.ended(id, 'failed');
    expect(bench.ran).toEqual([]);
    expect((await bench.row(id)).last_error).toBe('Its worker disappeared during attempt 3, the last one.');
  });

  it('keeps the lease of a long task and tells it when it was lost after all', async () => {
    const gate = bench.gate();
    const signals: AbortSignal[] = [];
    const handler = (_ctx: RequestContext, _payload: null, { signal }: { signal: AbortSignal }): Promise<void> => {
      signals.push(signal);
      return gate.enter('');
    };
    const one = (await bench.process()).handle(long, handler);
    const two = (await bench.process()).handle(long, handler);
    await one.start();
    await two.start();
    const id = (await one.tasks.add(ctx, long, null))!;
    await eventually(() => gate.waiting.length);
    for (let i = 0; i < 5; i++) {
      bench.clock.advance(250);
      await eventually(async () => (await bench.row(id)).lease_until?.getTime() === bench.clock.millis() + 300);
    }
    expect(gate.waiting).toHaveLength(1);
    expect(signals[0]!.aborted).toBe(false);
    await bench.sql('UPDATE task SET lease_id = gen_random_uuid() WHERE id = $1', [id]);
    await eventually(() => signals[0]!.aborted);
    gate.release();
  });

  it('never shortens a lease by an extension that was asked earlier and comes later', async () => {
    const { store, tasks } = await bench.process();
    const id = (await tasks.add(ctx, note, { text: 'kept' }))!;
    const leased = (await store.leaseOne(ctx, id, { 'contract.note': 30 }))!;
    const until = bench.clock.millis() + 90_000;
    bench.clock.advance(60_000);
    expect(await store.extend(ctx, leased, 30)).toBe(true);
    bench.clock.advance(-20_000);
    expect(await store.extend(ctx, leased, 30)).toBe(true);
    expect((await bench.row(id)).lease_until?.getTime()).toBe(until);
  });

  it('waits for running work when it stops, and starts nothing new', async () => {
    const gate = bench.gate();
    const one = (await bench.process()).handle(note, async (_ctx, { text }) => {
      await gate.enter(text);
      bench.ran.push(text);
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
    expect(bench.ran).toEqual(['running']);
    expect(await bench.row(running)).toMatchObject({ state: 'done' });
    expect(await bench.row(late)).toMatchObject({ state: 'waiting', attempts: 0 });
  });

  it('puts back unharmed what gives in to the stop', async () => {
    const one = (await bench.process()).handle(note, (_ctx, _payload, { signal }) => {
      bench.ran.push('started');
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    });
    await one.start();
    const id = (await one.tasks.add(ctx, note, { text: '' }))!;
    await eventually(() => bench.ran.length);
    await one.stop();
    expect(await bench.row(id)).toMatchObject({ state: 'waiting', attempts: 0, last_error: null, run_at: bench.clock.now() });
  });

  it('uses up no attempt when the database was away, but does when somebody else was', async () => {
    const loss = Object.assign(new Error('terminating connection due to administrator command'), { code: '57P01' });
    const mailServer = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:25'), { code: 'ECONNREFUSED' });
    let thrown: Error = loss;
    const one = (await bench.process()).handle(note, () => {
      bench.ran.push('');
      throw thrown;
    });
    await one.start();
    const id = (await one.tasks.add(ctx, note, { text: '' }))!;
    for (let round = 1; round <= 4; round++) {
      await eventually(async () => bench.ran.length === round && (await bench.row(id)).state === 'waiting');
      expect(await bench.row(id)).toMatchObject({ attempts: 0, last_error: loss.message });
      if (round === 4) thrown = mailServer;
      bench.clock.advance(2000);
    }
    await bench.failures(id, 1);
  });

  it('finishes work that was done while its connections broke', async () => {
    const gate = bench.gate();
    const one = (await bench.process()).handle(note, async (_ctx, { text }) => {
      await gate.enter(text);
      bench.ran.push(text);
    });
    await one.start();
    const id = (await one.tasks.add(ctx, note, { text: 'done' }))!;
    await eventually(() => gate.waiting.length);
    await bench.sql(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    gate.release();
    await bench.ended(id);
    expect(bench.ran).toEqual(['done']);
  });

  it('leaves a task alone whose kind it does not know', async () => {
    const { tasks, runner } = await bench.worker();
    const id = (await tasks.add(ctx, foreign, null))!;
    for (let i = 0; i < 10; i++) await tasks.add(ctx, note, { text: `n${i}` });
    await eventually(() => bench.ran.length === 10);
    expect(await bench.row(id)).toMatchObject({ state: 'waiting', attempts: 0, last_error: null, run_at: bench.clock.now() });
    expect(await runner.strangers()).toEqual(['contract.of-a-newer-version']);
    const newer = (await bench.process()).handle(foreign, () => void bench.ran.push('newer'));
    await newer.start();
    await bench.ended(id);
  });
}
