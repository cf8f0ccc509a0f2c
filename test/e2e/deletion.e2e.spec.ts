import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Fleet, type Team } from './support/fleet.js';

describe('deleting a site', () => {
  let fleet: Fleet;
  let team: Team;

  beforeAll(async () => {
    fleet = await Fleet.start();
    team = await fleet.team();
  }, 60_000);
  afterAll(() => fleet.stop());

  it.each(['7.12.1', '7.16.2', '7.22.3', '7.24'])(
    'takes everything of ours off a router with RouterOS %s and nothing else',
    async (version) => {
      const router = fleet.router({ version });
      await router.run(
        '/ip address add address=192.168.77.1/24 interface=ether2 comment="mine"; /system scheduler add name=users-own interval=1h on-event=":log info hello"; /system logging add topics=info,!dhcp action=memory',
      );
      const before = router.export();
      await router.paste(team.command);
      await fleet.pass(35);
      expect(router.export()).not.toBe(before);
      const site = ((await team.owner.get('/site-minimal')).body as { id: string; serial_number: string }[]).find(
        (s) => s.serial_number === router.hardware.serial,
      )!;
      await team.owner.delete(`/site/${site.id}`).expect(204);
      expect((await team.owner.get('/site-minimal')).body).not.toContainEqual(expect.objectContaining({ id: site.id }));
      expect((await team.owner.get(`/site/${site.id}`)).body).toMatchObject({
        state: 'deleting',
        deleted_at: expect.any(String),
        scheduler_removal: expect.stringMatching(/^in 2[34] hours$|^in 1 day$/),
      });
      await team.owner.put(`/site/${site.id}`, { name: 'x' }).expect(409);
      await fleet.pass(65);
      expect(router.export()).toBe(before);
      expect(Object.keys(router.environment)).toEqual([]);
      await team.owner.get(`/site/${site.id}`).expect(404);
      expect(router.failures).toEqual([]);
      await router.stop();
    },
  );

  it('keeps the fetch lines of ours out of the log all the time', async () => {
    const { router, site } = await fleet.adopted(team);
    await fleet.pass(300);
    const ours = router.log.filter((entry) => entry.topics.includes('fetch'));
    expect(ours.length).toBeLessThanOrEqual(3); // the ones before adoption was through
    await team.owner.delete(`/site/${site}`);
    await fleet.pass(65);
    await router.stop();
  });

  it('ends with the grace period when the router never comes back, and cleans the router when it does', async () => {
    const { router, site } = await fleet.adopted(team);
    router.network.down = true;
    await team.owner.delete(`/site/${site}`).expect(204);
    await fleet.clock.advance(25 * 3_600_000);
    await fleet.settled();
    await fleet.pass(60);
    await team.owner.get(`/site/${site}`).expect(404);
    router.network.down = false;
    await fleet.pass(95);
    expect(router.items('/system/scheduler')).toEqual([]);
    await router.stop();
  }, 120_000);

  it('is done at once with force, and for a site that no router serves', async () => {
    const { router, site } = await fleet.adopted(team);
    await team.owner.delete(`/site/${site}`).set('x-force-delete', 'true').expect(204);
    await team.owner.get(`/site/${site}`).expect(404);
    const waiting = (await team.owner.post('/site', { name: 'Waiting' })).body as { id: string };
    await team.owner.delete(`/site/${waiting.id}`).expect(204);
    await team.owner.get(`/site/${waiting.id}`).expect(404);
    await team.owner.delete(`/site/${waiting.id}`).expect(404);
    await router.stop();
  });

  it('is not confirmed by a URL of another site, an altered one, or without the device token', async () => {
    const { router: a, site } = await fleet.adopted(team);
    const { router: b } = await fleet.adopted(team);
    await Promise.all([a.stop(), b.stop()]);
    await team.owner.delete(`/site/${site}`).expect(204);
    const bearer = (router: typeof a): string =>
      Object.entries(router.requests.find((r) => r.url.endsWith('/poll'))!.headers).find(([k]) => k.toLowerCase() === 'authorization')![1];
    const removal = await fleet
      .http()
      .post('/poll')
      .set('authorization', bearer(a))
      .set('content-type', 'text/plain')
      .send('uptime=1h')
      .expect(200);
    const path = /\/notify\/delete\?[^"\\]+/.exec(removal.text)![0].replaceAll('\\3F', '?');
    const altered = path.replace(/(?<=signature=)./, (c) => (c === 'A' ? 'B' : 'A'));
    await fleet.http().get(path).expect(401);
    await fleet.http().get(path).set('authorization', bearer(b)).expect(403);
    await fleet.http().get(altered).set('authorization', bearer(a)).expect(403);
    await team.owner.get(`/site/${site}`).expect(200);
    await fleet.http().get(path).set('authorization', bearer(a)).expect(200);
    await fleet.http().get(path).set('authorization', bearer(a)).expect(200);
    await team.owner.get(`/site/${site}`).expect(404);
  });
});
