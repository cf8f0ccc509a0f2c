import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { BullTransport } from '../../../src/platform/tasks/bull-transport.js';
import { requireEngine } from '../../support/engines.js';
import { eventually } from '../../support/eventually.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { TestRedis } from '../../support/redis.js';
import { aWhile, ctx, note } from './task-bench.js';
import { taskTransportContract } from './task-transport-contract.js';
import type { WorkerProcess } from './worker-process.js';

const COUNT = 300;
const texts = Array.from({ length: COUNT }, (_, i) => `t${i}`);

requireEngine('redis-server').describe('with a real Redis', () => {
  let redis: TestRedis;
  const logger = new RecordingLogger();

  beforeAll(async () => {
    redis = await TestRedis.start();
  });
  beforeEach(async () => {
    logger.lines.length = 0;
    await redis.command('FLUSHALL');
  });
  afterAll(() => redis.stop());

  taskTransportContract(
    'Bull',
    (clock) => new BullTransport(redis.url, clock, logger, 60),
    (bench) => {
      /** Two processes whose tasks take a moment each, and a few hundred of those. */
      const busyProcesses = async (): Promise<WorkerProcess> => {
        const [one, two] = await Promise.all([bench.process(), bench.process()]);
        for (const each of [one, two]) {
          each.handle(note, async (_ctx, { text }) => {
            await sleep(5);
            bench.ran.push(text);
          });
          await each.start();
        }
        await aWhile(); // until both are connected
        await one.db.transaction(ctx, async (ctx) => {
          for (const text of texts) await one.tasks.add(ctx, note, { text });
        });
        return one;
      };
      const allDone = (one: WorkerProcess): Promise<boolean> =>
        eventually(
          async () => {
            const { waiting, running } = await one.store.counts(ctx);
            return waiting + running === 0;
          },
          { within: 20_000 },
        );
      const announcements = async (): Promise<number> => Number(await redis.command('GET bull:rosfleet-routers:id')) || 0;

      it('leads work through Redis while it is there', async () => {
        await allDone(await busyProcesses());
        expect(await announcements()).toBeGreaterThanOrEqual(COUNT);
        // What is done leaves nothing behind there.
        await eventually(async () => (await redis.command('KEYS bull:rosfleet-routers:*.*')) === '*0');
      });

      it('loses no task and runs none twice when Redis is flushed in the middle', async () => {
        const one = await busyProcesses();
        for (const share of [0.2, 0.5]) {
          await eventually(() => bench.ran.length > COUNT * share, { every: 1 });
          expect(bench.ran.length).toBeLessThan(COUNT);
          await redis.command('FLUSHALL');
        }
        await allDone(one);
        expect([...bench.ran].sort()).toEqual([...texts].sort());
      });

      it('loses no task and runs none twice when Redis restarts in the middle', async () => {
        const one = await busyProcesses();
        await eventually(() => bench.ran.length > COUNT * 0.2, { every: 1 });
        expect(bench.ran.length).toBeLessThan(COUNT);
        await redis.goAway();
        await redis.comeBack();
        await allDone(one);
        expect([...bench.ran].sort()).toEqual([...texts].sort());
        await eventually(() => logger.messages().includes('Redis is back'));
        expect(logger.messages().filter((m) => m.startsWith('Redis is away')).length).toBeGreaterThanOrEqual(1);
      });

      it('works from the table while Redis is away, and through Redis once it is there', async () => {
        await redis.goAway();
        const one = await bench.worker();
        await one.tasks.add(ctx, note, { text: 'without' });
        await eventually(() => bench.ran.includes('without'));
        await redis.comeBack();
        await eventually(async () => {
          await one.tasks.add(ctx, note, { text: 'with' });
          return announcements();
        });
        await allDone(one);
        expect(bench.ran.filter((text) => text === 'without')).toHaveLength(1);
      });

      it('stops while Redis is away, after its running work', async () => {
        const gate = bench.gate();
        const one = (await bench.process()).handle(note, (_ctx, { text }) => gate.enter(text));
        await one.start();
        const id = (await one.tasks.add(ctx, note, { text: 'running' }))!;
        await eventually(() => gate.waiting.length);
        await redis.goAway();
        const started = performance.now();
        const stopped = one.stop();
        await aWhile();
        gate.release();
        await stopped;
        expect(performance.now() - started).toBeLessThan(5000);
        expect(await bench.row(id)).toMatchObject({ state: 'done' });
        await redis.comeBack();
      });

      it('stops right after its start, with Redis and without, and leaves no rejection to end the process', async () => {
        const startAndStop = async (): Promise<void> => {
          const one = await bench.process();
          await one.start();
          await sleep(Math.random() * 10);
          await one.stop();
        };
        await Promise.all(Array.from({ length: 5 }, startAndStop));
        await redis.goAway();
        await Promise.all(Array.from({ length: 3 }, startAndStop));
        await redis.comeBack();
      });

      it('announces a task again whose announcement got stuck with a killed process', async () => {
        const one = await bench.process();
        const id = (await one.tasks.add(ctx, note, { text: 'stuck' }))!;
        await redis.command(`HSET bull:rosfleet-routers:${id}.0.${Math.floor(bench.clock.millis() / 60_000)} name __default__`);
        one.handle(note, (_ctx, { text }) => void bench.ran.push(text));
        await one.start();
        await aWhile();
        if (bench.ran.length === 0) bench.clock.advance(60_000); // else it ran before the connection was there
        await bench.ended(id);
        expect(bench.ran).toEqual(['stuck']);
      });
    },
  );
});
