import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { VirtualRouter } from '../../tools/virtual-router/index.js';
import { Fleet, type Team } from './support/fleet.js';
import { Tunnels } from './support/reachable.js';

const MINUTE = 60;

describe('the developer API', () => {
  let fleet: Fleet;
  let tunnels: Tunnels;
  let team: Team;
  let other: Team;
  let router: VirtualRouter;
  let site: string;

  beforeAll(async () => {
    fleet = await Fleet.start({ DEVELOPER_API_RATE: '1000' });
    tunnels = await Tunnels.open(fleet);
    [team, other] = [await fleet.team(), await fleet.team()];
    ({ router, site } = await fleet.rested(team));
    await tunnels.serve(router, team.teamId, site);
    await tunnels.up(router);
  }, 60_000);
  afterAll(async () => {
    await tunnels.close();
    await fleet.stop();
  });

  const get = async (path: string) => (await team.owner.get(path).expect(200)).body;
  const sync = (command: string, ...parameters: string[]) => team.owner.post(`/api/synchronous/${site}`, { command, parameters });
  const queue = (body: object, key?: string) => {
    const request = team.owner.post(`/api/asynchronous/${site}`, { description: 'Probe', script: ':log info hello', ...body });
    return key === undefined ? request : request.set('idempotency-key', key);
  };
  const jobs = async (): Promise<Record<string, unknown>[]> => (await get(`/api/routers/${site}/jobs`)) as Record<string, unknown>[];

  it('shows the routers of the team, and those of no other', async () => {
    expect(await get('/api/routers')).toEqual([
      expect.objectContaining({ id: site, has_pulse: true, software_version: expect.stringContaining('7.22.3') }),
    ]);
    expect((await other.owner.get('/api/routers').expect(200)).body).toEqual([]);
    const paths = ['oem', 'metadata', 'faults', 'metrics', 'jobs', 'notices', 'transient-forwarding'].map(
      (what) => `/api/routers/${site}/${what}`,
    );
    for (const path of paths) {
      const foreign = (await other.owner.get(path).expect(404)).body;
      const unknown = (await other.owner.get(path.replace(site, randomUUID())).expect(404)).body;
      expect([path, foreign.code, foreign.message]).toEqual([path, 'site_not_found', unknown.message]);
      await team.owner.get(path).expect(200);
      await fleet.http().get(path).expect(401);
    }
    await other.owner.post(`/api/asynchronous/${site}`, { description: 'x', script: ':log info x' }).expect(404);
    await other.owner.post(`/api/synchronous/${site}`, { command: '/interface/print' }).expect(404);
  });

  it('tells what the router is, with null for what it never said', async () => {
    expect(await get(`/api/routers/${site}/oem`)).toMatchObject({
      ...{ serial_number: router.hardware.serial, model: 'RB5009UG+S+', version: expect.stringContaining('7.22.3'), routerboard: true },
      ...{ cpu_count: expect.any(Number), total_memory: expect.any(Number), build_time: expect.any(String) },
    });
    await fleet.sql(`UPDATE site SET facts = '{}', serial_number = NULL WHERE id = $1 RETURNING id`, [site]);
    const bare = (await get(`/api/routers/${site}/oem`)) as Record<string, unknown>;
    expect(Object.keys(bare)).toHaveLength(21);
    expect(bare).toMatchObject({ cpu: null, cpu_count: null, level: null, serial_number: null, firmware_type: null });
  });

  it('shows metadata, under both paths, without what is not set', async () => {
    const { name } = ((await get(`/sites/${site}`)) as { name: string }) ?? {};
    expect(await get(`/sites/${site}/metadata`)).toEqual({ name });
    await team.owner.patch(`/sites/${site}`, { timezone: 'Africa/Johannesburg', location: { lat: -33.9, lon: 18.4 } }).expect(200);
    expect(await get(`/api/routers/${site}/metadata`)).toEqual({
      name,
      timezone: 'Africa/Johannesburg',
      location: { lat: -33.9, lon: 18.4 },
    });
  });

  it('counts uptime and shows faults', async () => {
    const shop = await fleet.adopted(team);
    await fleet.pass(20 * MINUTE);
    expect(await get(`/sites/${shop.site}/metrics`)).toMatchObject({
      uptime_percentage: 100,
      downtime_duration_seconds: 0,
      last_status: 'online',
    });
    shop.router.powerOff();
    await fleet.pass(10 * MINUTE);
    const metrics = (await get(`/api/routers/${shop.site}/metrics`)) as Record<string, number>;
    expect(metrics['last_status']).toBe('offline');
    expect(Math.abs(metrics['downtime_duration_seconds']! - 10 * MINUTE)).toBeLessThan(60);
    expect(Math.abs(metrics['uptime_percentage']! - 66.7)).toBeLessThan(3);
    const [open] = (await get(`/api/routers/${shop.site}/faults`)) as Record<string, unknown>[];
    expect(open).toMatchObject({
      ...{
        type: 'site',
        severity: 'critical',
        cause: 'Disconnected',
        message: expect.stringMatching(/^Site Offline: /),
        site_id: shop.site,
      },
      ...{
        resource_identifier: shop.site,
        resolved_at: null,
        created_at: expect.stringMatching(/Z$/),
        duration: expect.stringMatching(/^(9|10) minutes$/),
      },
    });
    shop.router.powerOn();
    await fleet.pass(60);
    const [closed] = (await get(`/api/routers/${shop.site}/faults`)) as Record<string, unknown>[];
    expect(closed).toMatchObject({ id: open!['id'], resolved_at: expect.stringMatching(/Z$/) });
    await tunnels.up(router);
  }, 60_000);

  it('queues a script as a job that the idempotency key of the answer finds', async () => {
    const { body } = await queue({ needs_acknowledgement: true }).expect(200);
    expect(body).toEqual({
      status: 'success',
      data: {
        idempotency_key: expect.any(String),
        request_id: expect.any(String),
        target: site,
        notify_url: null,
        date: expect.any(String),
      },
    });
    const job = (await jobs()).find((one) => one['idempotency_key'] === body.data.idempotency_key);
    expect(job).toMatchObject({ description: 'Probe', script: ':log info hello', needs_acknowledgement: true, express_execute: false });
    await fleet.pass(35);
    expect(router.log.some(({ message }) => message === 'hello')).toBe(true);
    const flags = (await queue({}).expect(200)).body.data.idempotency_key as string;
    expect((await jobs()).find((one) => one['idempotency_key'] === flags)).toMatchObject({
      needs_acknowledgement: false,
      should_backup: false,
    });
  });

  it.each([
    ['no description', { description: undefined }, 'description'],
    ['a long description', { description: 'x'.repeat(101) }, 'description'],
    ['a long script', { script: 'x'.repeat(2001) }, 'script'],
    ['an empty script', { script: '' }, 'script'],
    ['NUL in a script', { script: ':put "\0"' }, 'script'],
    ['a flag that is none', { make_backup: 'yes' }, 'make_backup'],
    ['an unknown field', { needs_ack: true }, 'needs_ack'],
    ['notices to nobody', { notify_url: 'hooks.example' }, 'notify_url'],
    ['notices over http', { notify_url: 'http://hooks.example/' }, 'notify_url'],
    ['notices to ourselves', { notify_url: 'https://127.0.0.1/' }, 'notify_url'],
    ['notices to the cloud', { notify_url: 'https://[::ffff:169.254.169.254]/' }, 'notify_url'],
  ])('refuses a script with %s', async (_, body, field) => {
    const before = (await jobs()).length;
    const answer = (await queue(body).expect(422)).body;
    expect(answer).toMatchObject({ type: 'invalid_request_error', code: 'validation_failed', errors: { [field]: expect.any(Array) } });
    expect(await jobs()).toHaveLength(before);
  });

  it('queues once for each key, however often and at how many places it is asked', async () => {
    const before = (await jobs()).length;
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 6 }, () => queue({}, key)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(
      (
        await team.owner
          .post(`/api/asynchronous/${site}`, { description: 'Probe', script: ':log info hello' })
          .set('x-idempotency-key', key)
      ).body,
    ).toEqual(answers[0]!.body);
    expect(await jobs()).toHaveLength(before + 1);
    expect((await queue({ script: ':log info other' }, key).expect(422)).body.code).toBe('idempotency_key_reused');
    expect((await queue({}, 'a b').expect(422)).body.errors).toHaveProperty('Idempotency-Key');
    await queue({}, `"${randomUUID()}"`).expect(200);
    await queue({}).set('x-idempotency-key', 'another').set('idempotency-key', 'one').expect(422);
    await queue({ make_backup: true, description: 'with a backup' }, 'backed-up').expect(200);
    expect((await jobs())[0]).toMatchObject({ description: 'with a backup' });
    await fleet.sql(`UPDATE idempotent_request SET created_at = created_at - interval '1 day' RETURNING id`);
    expect((await queue({}, key).expect(200)).body).not.toEqual(answers[0]!.body); // a day later the key is new
  }, 120_000);

  it('reads at once over the tunnel, and shows no secrets', async () => {
    const rows = (await sync('/interface/print', '=.proplist=name,type').expect(200)).body as Record<string, string>[];
    expect(rows.length).toBeGreaterThan(0);
    expect(Object.keys(rows[0]!)).toEqual(expect.arrayContaining(['name']));
    const entry = (await sync('/system/scheduler/print').expect(200)).body as Record<string, string>[];
    expect(entry.map((row) => row['on-event'])).toEqual(entry.map(() => '*****'));
    expect(JSON.stringify(entry)).not.toContain('Bearer');
    expect((await sync('/tool/ping', '=address=192.0.2.1').expect(200)).body).toHaveLength(4);
    expect(
      (await team.owner.post(`/sites/${site}/commands/synchronous`, { command: '/system/identity/print' }).expect(200)).body,
    ).toHaveLength(1);
    expect((await sync('/no/such/print').expect(400)).body.code).toBe('router_refused');
  });

  it('refuses what writes before the router hears of it', async () => {
    const before = router.export();
    const sections = [
      '/system/identity/set',
      '/system/script/run',
      '/execute',
      '/tool/fetch',
      '/export',
      '/ip/address/add',
      '/system/reboot',
    ];
    for (const command of sections) expect((await sync(command, '=name=x').expect(422)).body.code).toBe('command_not_read_only');
    expect((await sync('/interface/print', '=file=x').expect(422)).body.code).toBe('command_not_read_only');
    expect((await sync('/interface/print', '?type=ether').expect(422)).body.errors).toHaveProperty('parameters');
    await team.owner.post(`/api/synchronous/${site}`, {}).expect(422);
    expect(router.export()).toBe(before);
  });

  it('says with 503 that there is no way to a router', async () => {
    const away = await fleet.adopted(team);
    const { body } = await team.owner.post(`/api/synchronous/${away.site}`, { command: '/interface/print' }).expect(503);
    expect(body).toMatchObject({ code: 'router_not_reachable', type: 'api_error', message: expect.stringContaining('tunnel') });
  });

  describe('forwards', () => {
    const wish = { expire_after_minutes: 10, dst_port: 80, dst_address: '192.168.88.20', allow_from: '203.0.113.7' };
    const path = () => `/api/routers/${site}/transient-forwarding`;

    it('open, are listed, and close', async () => {
      const { body } = await team.owner.post(path(), wish).expect(200);
      expect(body).toMatchObject({
        ...{ allow_only_cidr: '203.0.113.7/32', dst_address: '192.168.88.20', dst_port: 80, expired: false, revoked_early: false },
        ...{
          port: expect.any(Number),
          entry_point: expect.any(String),
          authorized_at: expect.any(String),
          time_to_expire: '10 minutes from now',
        },
      });
      expect(await get(path())).toEqual([expect.objectContaining({ id: body.id })]);
      expect(await get(`/sites/${site}/transient-forward/${body.id as string}`)).toMatchObject({ port: body.port }); // the same record
      await other.owner.get(`${path()}/${body.id as string}`).expect(404);
      await other.owner.delete(`${path()}/${body.id as string}`).expect(404);
      await team.owner.delete(`${path()}/${body.id as string}`).expect(204);
      await team.owner.delete(`${path()}/${body.id as string}`).expect(204);
      expect(await get(path())).toEqual([]);
      expect(await get(`${path()}/${body.id as string}`)).toMatchObject({ revoked_early: true, expired: true });
      expect((await team.owner.get(`${path()}/${randomUUID()}`).expect(404)).body.code).toBe('transient_forward_not_found');
    });

    it('open once for each key', async () => {
      const ask = (body: object) => team.owner.post(path(), body).set('idempotency-key', 'forward-1');
      const answers = await Promise.all(Array.from({ length: 5 }, () => ask(wish)));
      for (const { status, body } of answers) expect(status === 200 || (status === 409 && body.code === 'request_in_progress')).toBe(true);
      const [one] = (await get(path())) as { id: string }[];
      expect(await get(path())).toHaveLength(1);
      expect((await ask(wish).expect(200)).body.id).toBe(one!.id);
      expect((await ask({ ...wish, dst_port: 81 }).expect(422)).body.code).toBe('idempotency_key_reused');
      expect(await get(path())).toHaveLength(1);
    });

    it.each([
      [{ allow_from: '203.0.112.0/23' }, 'allow_from'],
      [{ allow_from: '203.0.113.7/24' }, 'allow_from'],
      [{ allow_from: '0.0.0.0/0' }, 'allow_from'],
      [{ allow_from: '10.0.0.1' }, 'allow_from'],
      [{ allow_from: '192.168.1.0/24' }, 'allow_from'],
      [{ allow_from: '2001:db8::1' }, 'allow_from'],
      [{ allow_from: 'anywhere' }, 'allow_from'],
      [{ expire_after_minutes: 9 }, 'expire_after_minutes'],
      [{ expire_after_minutes: 1441 }, 'expire_after_minutes'],
      [{ dst_port: 0 }, 'dst_port'],
      [{ dst_address: '127.0.0.1' }, 'dst_address'],
      [{ dst_address: 'printer' }, 'dst_address'],
      [{ allow_only_cidr: '203.0.113.7/32' }, 'allow_only_cidr'],
    ])('are refused with %j', async (change, field) =>
      expect((await team.owner.post(path(), { ...wish, ...change }).expect(422)).body.errors).toHaveProperty(field),
    );

    it('never lead into the network of the routers', async () => {
      const { address } = await tunnels.facts(team.teamId, site);
      expect((await team.owner.post(path(), { ...wish, dst_address: address }).expect(422)).body.errors).toHaveProperty('dst_address');
    });
  });
});
