import { describe, expect, it } from '@jest/globals';
import { VirtualClock, VirtualRouter, type RouterOptions } from '../index.js';

const START = 'start-date=2026-01-01 start-time=00:00:00';

async function routerWith(
  entry: string,
  options: RouterOptions = {},
): Promise<{ router: VirtualRouter; clock: VirtualClock; ticks: () => string[] }> {
  const clock = new VirtualClock('2026-01-01T12:00:00Z');
  const router = new VirtualRouter({ version: '7.16.2', clock, ...options });
  router.start();
  await router.run(`/system scheduler add name=tick on-event=":log info tick" ${entry}`);
  return {
    router,
    clock,
    ticks: () => router.log.filter((entry) => entry.message === 'tick').map((entry) => new Date(entry.time).toISOString().slice(11, 19)),
  };
}

describe('the scheduler', () => {
  it('fires at start plus whole intervals', async () => {
    const { clock, ticks } = await routerWith(`interval=30s ${START}`);
    await clock.advance(100_000);
    expect(ticks()).toEqual(['12:00:30', '12:01:00', '12:01:30']);
  });

  it('counts an interval from the moment the entry was made when no start was given', async () => {
    const { clock, ticks } = await routerWith('interval=1m');
    await clock.advance(125_000);
    expect(ticks()).toEqual(['12:01:00', '12:02:00']);
  });

  it('waits for a start that lies ahead, and without an interval fires once', async () => {
    const { clock, ticks } = await routerWith('start-date=2026-01-01 start-time=12:00:45');
    await clock.advance(3600_000);
    expect(ticks()).toEqual(['12:00:45']);
  });

  it('never fires an entry without interval whose start has passed', async () => {
    const { clock, ticks } = await routerWith(START);
    await clock.advance(86_400_000 * 2);
    expect(ticks()).toEqual([]);
  });

  it('runs startup entries three seconds after each start, once', async () => {
    const { router, clock, ticks } = await routerWith('start-time=startup');
    await clock.advance(60_000);
    const before = ticks().length;
    router.reboot();
    await clock.advance(60_000);
    expect(before).toBe(1);
    expect(ticks()).toEqual(['12:01:03']);
  });

  it('does not run a startup entry with an interval at startup', async () => {
    const { router, clock, ticks } = await routerWith('start-time=startup interval=1m');
    router.reboot();
    await clock.advance(70_000);
    expect(ticks()).toEqual(['12:01:03']);
  });

  it('shows next-run and run-count; a reboot resets the count', async () => {
    const { router, clock } = await routerWith(`interval=30s ${START}`);
    await clock.advance(61_000);
    expect(router.item('/system/scheduler', 'tick')).toMatchObject({ 'run-count': 2, 'next-run': '2026-01-01 12:01:30' });
    router.reboot();
    expect(router.item('/system/scheduler', 'tick')).toMatchObject({ 'run-count': 0 });
  });

  it('stops for a disabled entry and follows a changed interval', async () => {
    const { router, clock, ticks } = await routerWith(`interval=30s ${START}`);
    await router.run('/system scheduler set tick interval=20s');
    await clock.advance(20_000);
    await router.run('/system scheduler disable tick');
    await clock.advance(600_000);
    expect(ticks()).toEqual(['12:00:20']);
    expect(router.item('/system/scheduler', 'tick')).not.toHaveProperty('next-run');
  });

  it('runs a script by its name and counts that too', async () => {
    const { router, clock, ticks } = await routerWith(`interval=30s ${START}`);
    await router.run('/system script add name=job source=":log info tick"; /system scheduler set tick on-event=job');
    await clock.advance(30_000);
    expect(ticks()).toHaveLength(1);
    expect(router.item('/system/script', 'job')).toMatchObject({ 'run-count': 1, 'last-started': '2026-01-01 12:00:30' });
  });

  it('logs the error of an entry and goes on', async () => {
    const { router, clock } = await routerWith(`interval=30s ${START}`);
    await router.run('/system scheduler set tick on-event=":error broken"');
    await clock.advance(60_000);
    expect(router.log.filter((entry) => entry.message.includes('executing script tick from scheduler failed'))).toHaveLength(2);
  });

  it.each([
    ['7.22.3', 1],
    ['7.24', 0],
    ['7.24.4', 0],
    ['7.24.5', 1],
  ])('on %s an entry whose start nobody set fires %i times', async (version, times) => {
    const { clock, ticks } = await routerWith('interval=1m', { version });
    await clock.advance(60_000);
    expect(ticks()).toHaveLength(times);
  });

  it('fires on 7.24 when start date and time are written out', async () => {
    const { clock, ticks } = await routerWith(`interval=1m ${START}`, { version: '7.24' });
    await clock.advance(60_000);
    expect(ticks()).toHaveLength(1);
  });

  it("goes by the router's own clock", async () => {
    const { clock, router, ticks } = await routerWith('start-date=2026-01-01 start-time=12:00:45', { clockOffsetMs: 30_000 });
    await clock.advance(15_000);
    expect(ticks()).toEqual(['12:00:45']);
    await router.run('/system clock set date=2026-05-01 time=10:00:00');
    expect((await router.run(':put [/system clock get date]; :put [/system clock get time]')).output).toBe('2026-05-01\n10:00:00\n');
  });

  it('is refused where device-mode forbids it', async () => {
    await expect(routerWith('interval=1m', { version: '7.22.3', deviceMode: { mode: 'home' } })).rejects.toThrow(
      'failure: not allowed by device-mode',
    );
    const permissive = await routerWith('interval=1m', { version: '7.22.3', deviceMode: { mode: 'home', scheduler: true } });
    await permissive.clock.advance(60_000);
    expect(permissive.ticks()).toHaveLength(1);
  });

  it('lets a long script sleep while others run', async () => {
    const { router, clock } = await routerWith(`interval=30s ${START}`);
    await router.run('/system scheduler set tick on-event=":delay 45s; :log info slept"');
    await clock.advance(80_000);
    expect(router.log.filter((entry) => entry.message === 'slept')).toHaveLength(1);
    router.powerOff();
    await clock.advance(600_000);
    router.powerOn();
    expect(router.log.filter((entry) => entry.message === 'slept')).toHaveLength(0);
    await router.stop();
  });
});
