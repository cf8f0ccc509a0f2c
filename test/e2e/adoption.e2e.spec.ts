import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Fleet, type Team } from './support/fleet.js';

describe('adoption', () => {
  let fleet: Fleet;
  let team: Team;

  beforeAll(async () => {
    fleet = await Fleet.start();
    team = await fleet.team();
  }, 60_000);
  afterAll(() => fleet.stop());

  const sites = async (t = team): Promise<Record<string, unknown>[]> =>
    (await t.owner.get('/site').expect(200)).body as Record<string, unknown>[];

  it('makes a site of any router that runs the command of a runbook, online within the minute', async () => {
    const router = fleet.router({ identity: 'MyRouter', serial: 'HGG0955BK1S', version: '7.16.2' });
    const output = await router.paste(team.command);
    expect(output).toContain('MyRouter - 1st Jan 26');
    expect(output).toContain('/overview');
    await fleet.pass(35);
    const [site] = await sites();
    expect(site).toMatchObject({
      name: 'MyRouter - 1st Jan 26',
      has_pulse: true,
      state: 'online',
      serial_number: 'HGG0955BK1S',
      identity: 'MyRouter',
      model: 'RB5009UG+S+',
      last_seen_from: '127.0.0.1',
      routerboard: true,
    });
    expect(site!.software_version).toContain('7.16.2');
    expect(site!.hardware_hash).toMatch(/^[0-9a-f]{40}$/);
    expect(site!.pid).toMatch(/^site_/);
    expect(router.failures).toEqual([]);
    await router.stop();
  });

  it('changes nothing, on the router or here, when the command runs again', async () => {
    const { router } = await fleet.rested(team);
    const before = { export: router.export(), sites: (await sites()).length, ids: router.items('/system/scheduler').map((i) => i['.id']) };
    await router.paste(team.command);
    await fleet.pass(35);
    expect(router.export()).toBe(before.export);
    expect(router.items('/system/scheduler').map((i) => i['.id'])).toEqual(before.ids);
    expect((await sites()).length).toBe(before.sites);
    await router.stop();
  });

  it('finds the site of the same hardware after a reset of the router', async () => {
    const { router, site } = await fleet.adopted(team, { serial: 'RESET000001' });
    await router.stop();
    const reset = fleet.router({ serial: 'RESET000001', identity: 'MikroTik' });
    await reset.paste(team.command);
    await fleet.pass(31);
    expect((await team.owner.get(`/site/${site}`).expect(200)).body).toMatchObject({ id: site, identity: 'MikroTik', has_pulse: true });
    expect((await sites()).filter((s) => s.serial_number === 'RESET000001')).toHaveLength(1);
    await reset.stop();
  });

  it('serves a site that was created first, by its own command, once', async () => {
    const site = (
      await team.owner.post('/site', { name: 'Harbour', timezone: 'Africa/Johannesburg', location: { lat: -33.9, lon: 18.4 } }).expect(201)
    ).body as { id: string };
    expect((await team.owner.get(`/site/${site.id}`)).body).toMatchObject({
      state: 'pending',
      has_pulse: false,
      serial_number: null,
      location: { lat: -33.9, lon: 18.4 },
    });
    const command = (await team.owner.post(`/site/${site.id}/bootstrap`, {}).expect(201)).body.bootstrap_command as string;
    const router = fleet.router();
    await router.paste(command);
    await fleet.pass(31);
    expect((await team.owner.get(`/site/${site.id}`)).body).toMatchObject({
      name: 'Harbour',
      state: 'online',
      serial_number: router.hardware.serial,
    });
    const second = fleet.router();
    expect(await second.paste(command)).toMatch(/was used by another router/);
    expect(second.items('/system/scheduler')).toEqual([]);
    expect(await router.paste(command)).toMatch(/Harbour/);
    await Promise.all([router.stop(), second.stop()]);
  });

  it('lets another router take over a site, and refuses the one before', async () => {
    const { router: old, site } = await fleet.adopted(team);
    const command = (await team.owner.post(`/site/${site}/bootstrap`, {}).expect(201)).body.bootstrap_command as string;
    const fresh = fleet.router();
    await fresh.paste(command);
    await fleet.pass(61);
    expect((await team.owner.get(`/site/${site}`)).body).toMatchObject({ serial_number: fresh.hardware.serial, has_pulse: true });
    expect(old.requests.filter((r) => r.url.endsWith('/poll')).at(-1)!.status).toBe(401);
    await Promise.all([old.stop(), fresh.stop()]);
  });

  it('names the site that hardware already serves when a command of another site is run on it', async () => {
    const { router } = await fleet.adopted(team);
    const other = (await team.owner.post('/site', { name: 'Other' }).expect(201)).body as { id: string };
    const command = (await team.owner.post(`/site/${other.id}/bootstrap`, {}).expect(201)).body.bootstrap_command as string;
    expect(await router.paste(command)).toMatch(/already serves the site/);
    await router.stop();
  });

  it.each([
    ['revoked', (id: string) => team.owner.post(`/runbook/${id}/token`, {}).expect(201), /was revoked/],
    ['expired', () => fleet.pass(61), /has expired/],
    ['deleted with its runbook', (id: string) => team.owner.delete(`/runbook/${id}`).expect(204), /does not exist/],
  ])('says in the terminal that a token was %s', async (_word, end, words) => {
    const expires_at = new Date(fleet.clock.now() + 60_000).toISOString();
    const runbook = (await team.owner.post('/runbook', { name: 'Short', expires_at }).expect(201)).body as {
      id: string;
      bootstrap_command: string;
    };
    await end(runbook.id);
    const router = fleet.router();
    expect(await router.paste(runbook.bootstrap_command)).toMatch(words);
    expect(router.items('/system/scheduler')).toEqual([]);
    await router.stop();
  });

  it('gives out seats and takes them back', async () => {
    const small = await fleet.team({ siteLimit: 1 });
    const { router, site } = await fleet.adopted(small);
    const second = fleet.router();
    expect(await second.paste(small.command)).toMatch(/All 1 seats of the team are in use/);
    await small.owner.delete(`/site/${site}`).expect(204);
    await fleet.pass(65);
    expect(await second.paste(small.command)).toMatch(/router-/);
    await Promise.all([router.stop(), second.stop()]);
  });

  it('gives the last seat of an organization to one of many that ask at once', async () => {
    const small = await fleet.team({ organizationLimit: 3 });
    const routers = Array.from({ length: 8 }, () => fleet.router());
    await Promise.all(routers.map((r) => r.paste(small.command)));
    expect(await sites(small)).toHaveLength(3);
    await Promise.all(routers.map((r) => r.stop()));
  });

  it('adopts a router once that asks twice at the same instant', async () => {
    const other = await fleet.team();
    const body = 'name=Twin;serial-number=TWIN0000001;routerboard=true;version=7.20 (stable);uptime=1m';
    const token = /\/([0-9A-Za-z]{22})"/.exec(other.command)![1]!;
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => fleet.http().post(`/adopt/${token}`).set('content-type', 'text/plain').send(body)),
    );
    expect(answers.map((a) => a.status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(new Set(answers.map((a) => a.text)).size).toBe(1);
    expect(await sites(other)).toHaveLength(1);
  });

  it('refuses what it cannot manage with a reason', async () => {
    const token = /\/([0-9A-Za-z]{22})"/.exec(team.command)![1]!;
    const adopt = (body: string): Promise<{ status: number; body: { code: string; message: string } }> =>
      fleet.http().post(`/adopt/${token}`).set('content-type', 'text/plain').send(body);
    expect(await adopt('name=Old;serial-number=OLD1;routerboard=true;version=7.11.2 (stable)')).toMatchObject({
      status: 422,
      body: { code: 'unsuitable_router' },
    });
    expect(await adopt('name=Nameless;version=7.20')).toMatchObject({ status: 422, body: { code: 'unsuitable_router' } });
    expect(await adopt('garbage')).toMatchObject({ status: 400, body: { code: 'malformed_heartbeat' } });
    await fleet.http().get('/0000000000000000000000').expect(404);
    await fleet.http().get('/favicon.ico').expect(404);
  });

  it('shows a readable script to whoever asks', async () => {
    const token = /\/([0-9A-Za-z]{22})"/.exec(team.command)![1]!;
    const minified = await fleet.http().get(`/${token}`).expect(200);
    const readable = await fleet.http().get(`/${token}`).set('x-ros-debug', '1').expect(200);
    expect(minified.headers['content-type']).toContain('text/plain');
    expect(readable.text.split('\n').length).toBeGreaterThan(minified.text.split('\n').length + 10);
  });
});
