import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { SiteCameOnline, SiteRebooted, SiteWentOffline } from '../../src/fleet/index.js';
import { EventBus, type DomainEvent, type EventClass } from '../../src/platform/events/index.js';
import type { VirtualRouter } from '../../tools/virtual-router/index.js';
import { Fleet, type Team } from './support/fleet.js';

describe('the pulse of a site', () => {
  let fleet: Fleet;
  let team: Team;
  let router: VirtualRouter;
  let site: string;
  let heard: DomainEvent[] = [];

  const listen = (): void => {
    for (const kind of [SiteWentOffline, SiteCameOnline, SiteRebooted] as EventClass[])
      fleet.app.get(EventBus).listenAfter(kind, (_ctx, event) => heard.push(event));
  };
  const of = <E extends DomainEvent>(kind: new (...args: never[]) => E): E[] => heard.filter((e): e is E => e instanceof kind);
  const shown = async (): Promise<Record<string, unknown>> =>
    (await team.owner.get(`/site/${site}`).expect(200)).body as Record<string, unknown>;

  beforeAll(async () => {
    fleet = await Fleet.start();
    team = await fleet.team();
    listen();
    ({ router, site } = await fleet.adopted(team));
    await fleet.pass(65);
  }, 60_000);
  afterEach(() => {
    heard = [];
  });
  afterAll(() => fleet.stop());

  it('came with the first heartbeat', async () => {
    expect(of(SiteCameOnline)).toHaveLength(1);
    expect(await shown()).toMatchObject({ has_pulse: true, last_seen: expect.stringMatching(/second/), uptime: expect.any(String) });
  });

  it('stays through nine missed heartbeats', async () => {
    router.network.down = true;
    await fleet.pass(270);
    expect(await shown()).toMatchObject({ has_pulse: true });
    router.network.down = false;
    await fleet.pass(35);
    expect(of(SiteWentOffline)).toEqual([]);
  });

  it('is gone after ten, and the outage is dated from the first missed one to the next good one', async () => {
    const last = new Date((await shown()).last_seen_at as string);
    router.network.down = true;
    await fleet.pass(345);
    expect(await shown()).toMatchObject({ has_pulse: false, state: 'offline' });
    expect(of(SiteWentOffline)).toMatchObject([{ siteId: site, firstMissedAt: new Date(last.getTime() + 30_000) }]);
    router.network.down = false;
    await fleet.pass(35);
    expect(await shown()).toMatchObject({ has_pulse: true });
    const [outage] = await fleet.sql<{ started_at: Date; ended_at: Date }>(
      `SELECT started_at, ended_at FROM site_outage WHERE site_id = $1 ORDER BY started_at DESC LIMIT 1`,
      [site],
    );
    expect(outage!.started_at).toEqual(new Date(last.getTime() + 30_000));
    expect(outage!.ended_at.getTime()).toBeGreaterThan(last.getTime() + 345_000);
    expect(of(SiteRebooted)).toEqual([]);
  });

  it('knows a reboot by its uptime, and takes neither an outage nor a late heartbeat for one', async () => {
    await fleet.pass(600);
    expect(of(SiteRebooted)).toEqual([]);
    router.reboot();
    await fleet.pass(65);
    expect(of(SiteRebooted)).toHaveLength(1);
    await fleet.pass(120);
    expect(of(SiteRebooted)).toHaveLength(1);
  });

  it('is not lost because the server was away', async () => {
    await fleet.crash();
    await fleet.clock.advance(600_000);
    await fleet.startApp();
    listen();
    await fleet.sweep();
    expect(await shown()).toMatchObject({ has_pulse: true });
    await fleet.pass(95);
    expect(await shown()).toMatchObject({ has_pulse: true });
    expect(of(SiteWentOffline)).toEqual([]);
    const rows = (await team.owner.get(`/site/mikrotik-stats/${site}`).expect(200)).body as {
      missed_heartbeats_percentage: number;
      total_minutes_down: number;
    }[];
    expect(rows).toHaveLength(24);
    expect(rows.reduce((sum, row) => sum + row.total_minutes_down, 0)).toBeLessThan(7); // the outage of the test before
    expect(await fleet.sql('SELECT 1 FROM server_absence')).toHaveLength(1);
    expect(rows.at(-1)!.missed_heartbeats_percentage).toBeLessThan(40);
  });

  it('but is lost when the router fell silent while the server was away', async () => {
    await fleet.crash();
    await fleet.clock.advance(600_000);
    router.network.down = true;
    await fleet.startApp();
    listen();
    await fleet.pass(250);
    expect(await shown()).toMatchObject({ has_pulse: true });
    await fleet.pass(120);
    expect(await shown()).toMatchObject({ has_pulse: false });
    router.network.down = false;
    await fleet.pass(35);
  });

  it('shows hours, samples and versions', async () => {
    const today = new Date(fleet.clock.now()).toISOString().slice(0, 10);
    const samples = (await team.owner.get(`/sites/${site}/mikrotik-stats?start_date=${today}&end_date=${today}`).expect(200))
      .body as Record<string, number>[];
    expect(samples.length).toBeGreaterThan(2);
    expect(samples[0]).toMatchObject({
      cpu_load: expect.any(Number),
      memory_free: expect.any(Number),
      disk_free: expect.any(Number),
      uptime: expect.any(Number),
    });
    const averaged = (await team.owner.get(`/sites/${site}/mikrotik-stats?start_date=2025-12-30&end_date=${today}`).expect(200))
      .body as unknown[];
    expect(averaged.length).toBeLessThanOrEqual(samples.length);
    expect(
      (await team.owner.get(`/sites/${site}/mikrotik-stats?start_date=${today}&end_date=2025-01-01`).expect(422)).body.errors,
    ).toHaveProperty('end_date');
    expect((await team.owner.get(`/sites/${site}/mikrotik-stats?start_date=soon`).expect(422)).body.errors).toHaveProperty('start_date');
    expect((await team.owner.get(`/site-version/${site}`).expect(200)).body).toMatchObject({
      id: site,
      model: 'RB5009UG+S+',
      software_version: expect.stringContaining('7.22.3'),
    });
  });
});
