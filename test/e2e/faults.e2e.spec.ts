import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SiteCameOnline, SiteService, SiteWentOffline } from '../../src/fleet/index.js';
import { FaultService } from '../../src/modules/faults/index.js';
import { FaultRetention } from '../../src/modules/faults/fault-retention.js';
import { RequestContext, type SiteId } from '../../src/platform/context/index.js';
import { EventBus } from '../../src/platform/events/index.js';
import { Fleet, type Team } from './support/fleet.js';

describe('faults', () => {
  let fleet: Fleet;
  let team: Team;

  beforeAll(async () => {
    fleet = await Fleet.start();
    team = await fleet.team();
  }, 60_000);
  afterAll(() => fleet.stop());

  const ctx = (): RequestContext => RequestContext.system('test').forTeam(team.teamId);
  const of = (site: string) => fleet.app.get(FaultService).ofSite(ctx(), site as SiteId, 100);

  it('open when a site falls silent, dated from the first missed heartbeat, and close when it is back', async () => {
    const { router, site } = await fleet.adopted(team);
    await fleet.pass(60);
    const [{ seen }] = (await fleet.sql<{ seen: Date }>(`SELECT last_seen_at AS seen FROM site_pulse WHERE site_id = $1`, [site])) as [
      { seen: Date },
    ];
    router.powerOff();
    await fleet.pass(200);
    expect(await of(site)).toEqual([]); // missed heartbeats alone are no fault yet
    await fleet.pass(200);
    const [open, ...more] = await of(site);
    expect(more).toEqual([]);
    const { name } = await fleet.app.get(SiteService).get(ctx(), site as SiteId);
    expect(open).toMatchObject({
      ...{ type: 'site', severity: 'critical', cause: 'Disconnected', message: `Site Offline: ${name}` },
      ...{ siteId: site, resourceIdentifier: site, reportedBy: 'site-monitor', resolvedAt: null },
    });
    expect(open!.createdAt.getTime()).toBe(seen.getTime() + 30_000);
    router.powerOn();
    await fleet.pass(60);
    const [closed] = await of(site);
    expect(closed!.id).toBe(open!.id);
    expect(closed!.resolvedAt!.getTime()).toBeGreaterThan(closed!.createdAt.getTime() + 300_000);

    router.powerOff();
    await fleet.pass(400);
    expect((await of(site)).map((fault) => fault.resolvedAt === null)).toEqual([true, false]); // another outage, another fault
  }, 60_000);

  it('are one while the same thing is wrong, however often it is reported, and close once', async () => {
    const { site } = await fleet.adopted(team);
    const siteId = site as SiteId;
    const events = fleet.app.get(EventBus);
    const began = new Date(fleet.clock.now() - 600_000);
    await Promise.all(Array.from({ length: 8 }, () => events.publish(ctx(), new SiteWentOffline(team.teamId, siteId, began))));
    expect(await of(site)).toHaveLength(1);
    await Promise.all(
      Array.from({ length: 8 }, () => events.publish(ctx(), new SiteCameOnline(team.teamId, siteId, new Date(fleet.clock.now()), began))),
    );
    expect((await of(site)).map((fault) => fault.resolvedAt?.getTime())).toEqual([fleet.clock.now()]);
    const link = { siteId, type: 'wantunnel', resourceIdentifier: 'wan-1' };
    const report = {
      severity: 'high' as const,
      cause: 'Packet loss',
      message: 'WAN 1',
      reportedBy: 'test',
      createdAt: new Date(fleet.clock.now()),
    };
    await fleet.app.get(FaultService).open(ctx(), { ...link, ...report });
    await fleet.app.get(FaultService).open(ctx(), { ...link, ...report, resourceIdentifier: 'wan-2' });
    expect((await of(site)).filter((fault) => !fault.resolvedAt)).toHaveLength(2); // each of its own thing
    await fleet.app.get(FaultService).resolve(ctx(), link, new Date(0));
    const closed = (await of(site)).find((fault) => fault.resourceIdentifier === 'wan-1');
    expect(closed!.resolvedAt).toEqual(closed!.createdAt); // never before it began
  }, 60_000);

  it('are lost with the transaction that found them, and only then', async () => {
    const { site } = await fleet.adopted(team);
    const siteId = site as SiteId;
    const { Database } = await import('../../src/platform/database/index.js');
    const failing = fleet.app.get(Database).transaction(ctx(), async (tx) => {
      await fleet.app.get(EventBus).publish(tx, new SiteWentOffline(team.teamId, siteId, new Date(fleet.clock.now())));
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect(await of(site)).toEqual([]);
  }, 60_000);

  it('of a site that is being deleted are closed, and go with its record', async () => {
    const { router, site } = await fleet.adopted(team);
    await fleet.pass(60);
    router.powerOff();
    await fleet.pass(400);
    expect((await of(site)).map((fault) => fault.resolvedAt)).toEqual([null]);
    await team.owner.delete(`/sites/${site}`).expect(204);
    expect((await of(site)).map((fault) => fault.resolvedAt !== null)).toEqual([true]);
    await fleet.sql(`DELETE FROM site WHERE id = $1 RETURNING id`, [site]);
    expect(await of(site)).toEqual([]);
  }, 60_000);

  it('are forgotten fourteen months after they began, open ones never', async () => {
    const { site } = await fleet.adopted(team);
    const siteId = site as SiteId;
    const month = 30.5 * 86_400_000;
    const key = (n: number) => ({ siteId, type: 'site', resourceIdentifier: String(n) });
    const rest = { severity: 'low' as const, cause: 'x', message: 'x', reportedBy: 'test' };
    for (const [n, age] of [13, 15, 16].entries()) {
      const createdAt = new Date(fleet.clock.now() - age * month);
      await fleet.app.get(FaultService).open(ctx(), { ...key(n), ...rest, createdAt });
      if (n < 2) await fleet.app.get(FaultService).resolve(ctx(), key(n), createdAt);
    }
    await fleet.app.get(FaultRetention).forget(RequestContext.system('test'));
    expect((await of(site)).map((fault) => fault.resourceIdentifier)).toEqual(['0', '2']);
  }, 60_000);
});
