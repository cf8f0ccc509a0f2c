import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { OpeningUpkeep } from '../../src/modules/control-plane/transient/opening-upkeep.js';
import { PortsHere } from '../../src/modules/control-plane/transient/ports-here.js';
import { RouterDial } from '../../src/modules/control-plane/live/router-dial.js';
import { MgmtTunnel } from '../../src/modules/control-plane/tunnel/mgmt-tunnel.js';
import { TunnelPresence } from '../../src/modules/control-plane/tunnel/tunnel-presence.js';
import { TunnelState } from '../../src/modules/control-plane/tunnel/tunnel-state.js';
import { AuditTrail } from '../../src/platform/audit/index.js';
import { RequestContext } from '../../src/platform/context/index.js';
import type { VirtualRouter } from '../../tools/virtual-router/index.js';
import { eventually } from '../support/eventually.js';
import { Fleet, type Team } from './support/fleet.js';

type Body = Record<string, unknown>;

const LOGIN = { expire_after_minutes: 60, type: 'ssh', full_access: true, allow_rfc1918: false, allow_only_cidr: '127.0.0.1/32' };
const FORWARD = { expire_after_minutes: 60, allow_only_cidr: '127.0.0.1/32', dst_address: '192.168.88.20', dst_port: 80 };
const MINUTE = 60_000;

describe('temporary ways to a router', () => {
  let fleet: Fleet;
  let team: Team;
  let router: VirtualRouter;
  let site: string;
  let bare: string;
  let target: Server;
  const dialled: string[] = [];
  const sockets = new Set<Socket>();

  /** The router's services are one echo server on this machine. */
  const stand = (app: NestFastifyApplication): void => {
    app.get(TunnelState).off = undefined;
    app.get(RouterDial).open = (address, port) => {
      if (port !== 8728) dialled.push(`${address}:${port}`); // our own logins apart
      return connect({ host: '127.0.0.1', port: (target.address() as { port: number }).port, allowHalfOpen: true });
    };
  };
  let connections = 0;
  const tunnelUp = async (serverId = fleet.app.get(MgmtTunnel).serverId, of = site): Promise<void> => {
    const [row] = await eventually(async () => {
      const rows = await fleet.sql<{ tunnel: string }>(`SELECT tunnel_id AS tunnel FROM site_tunnel WHERE site_id = $1`, [of]);
      return rows.length ? rows : undefined;
    });
    await fleet.app
      .get(TunnelPresence)
      .opened({ tunnelId: row!.tunnel, serverId, connection: `c${++connections}`, remoteAddress: '192.0.2.7' });
  };
  const sweep = async (): Promise<void> => {
    await fleet.app.get(OpeningUpkeep).sweep(RequestContext.system('test'));
    await fleet.app.get(PortsHere).look();
  };
  const path = (id?: unknown): string => `/control-plane/${site}/transient-accesses${id === undefined ? '' : `/${id as string}`}`;
  const forwards = (id?: unknown): string => `/control-plane/${site}/transient-forward${id === undefined ? '' : `/${id as string}`}`;
  const login = async (more: Body = {}): Promise<Body> => (await team.owner.post(path(), { ...LOGIN, ...more }).expect(201)).body as Body;
  const shown = async (id: unknown): Promise<Body> => (await team.owner.get(path(id)).expect(200)).body as Body;

  const client = async (port: unknown): Promise<Socket> => {
    const socket = connect({ host: '127.0.0.1', port: port as number }).on('error', () => undefined);
    sockets.add(socket);
    await once(socket, 'connect');
    return socket;
  };
  const echo = async (socket: Socket, text: string): Promise<string> => {
    socket.write(text);
    const answer = await Promise.race([once(socket, 'data').then(([data]) => String(data)), gone(socket).then(() => 'cut')]);
    return answer;
  };
  const gone = (socket: Socket): Promise<void> => new Promise((done) => (socket.destroyed ? done() : socket.once('close', () => done())));
  const isRefused = (port: unknown): Promise<boolean> =>
    new Promise((done) => {
      const socket = connect({ host: '127.0.0.1', port: port as number })
        .once('connect', () => (socket.destroy(), done(false)))
        .once('error', () => done(true));
    });
  const ofUser = (name: unknown): Body | undefined => router.items('/user').find((user) => user['name'] === name);
  const notes = async (id: unknown): Promise<Body[]> => {
    await fleet.app.get(AuditTrail).flush();
    const rows = await fleet.sql<{ endpoint: string; payload: string }>(
      `SELECT endpoint, payload FROM audit_event WHERE method = 'EVENT' AND endpoint LIKE 'transient-%' AND team_id = $1 ORDER BY seq`,
      [team.teamId],
    );
    return rows.map((row) => ({ event: row.endpoint, ...(JSON.parse(row.payload) as Body) })).filter((row) => (row as Body)['id'] === id);
  };

  beforeAll(async () => {
    target = createServer((socket) => void socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1');
    await once(target, 'listening');
    fleet = await Fleet.start({ MGMT_TUNNEL_SERVER_ID: 'tunnel-1.example.net', TRANSIENT_HOST: '127.0.0.1' });
    stand(fleet.app);
    team = await fleet.team();
    ({ router, site } = await fleet.rested(team, { version: '7.24.4' }));
    await fleet.pass(35);
    bare = router.export();
  }, 60_000);
  beforeEach(async () => {
    await fleet.pass(31);
    await tunnelUp();
    dialled.length = 0;
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    for (const kind of [path(), forwards()])
      for (const { id } of (await team.owner.get(kind).expect(200)).body as Body[]) await team.owner.delete(`${kind}/${String(id)}`);
    await fleet.pass(95);
    expect(router.export()).toBe(bare);
    expect(router.failures).toEqual([]);
  });
  afterAll(async () => {
    await fleet.stop();
    target.close();
  });

  it('a login is made, used, counted and revoked', async () => {
    const made = await login();
    expect(made).toMatchObject({
      ...{ type: 'ssh', full_access: true, access_type: null, allow_rfc1918: false, allow_only_cidr: '127.0.0.1/32', revoked_early: false },
      ...{ expired: false, entry_point: 'tunnel-1.example.net', time_to_expire: '1 hour from now', onclick: '', warnings: [] },
      ...{ ready: false, router_state: 'queued', router_error: null, connections: 0, bytes_in: 0, bytes_out: 0 },
      ...{
        expires_at: new Date(fleet.clock.now() + 60 * MINUTE).toISOString(),
        username: expect.stringMatching(/^rosfleet-t-[a-z2-9]{8}$/),
      },
      password: expect.stringMatching(/^[A-Za-z0-9]{24}$/),
    });
    expect(made['ssh']).toBe(`ssh -p ${made['port'] as number} ${made['username'] as string}@tunnel-1.example.net`);
    expect(made['port']).toBeGreaterThanOrEqual(40_000);
    expect(made['port']).toBeLessThan(50_000);

    await fleet.pass(40);
    const user = ofUser(made['username'])!;
    expect(user).toMatchObject({ group: 'full', password: made['password'], address: '100.64.0.1/32' });
    expect(await shown(made['id'])).toMatchObject({ ready: true, router_state: 'ready', password: made['password'] });

    const socket = await client(made['port']);
    expect(await echo(socket, 'hello')).toBe('hello');
    const [{ address }] = (await fleet.sql<{ address: string }>(`SELECT host(address) AS address FROM site_tunnel WHERE site_id = $1`, [
      site,
    ])) as [{ address: string }];
    expect(dialled).toEqual([`${address}:22`]);
    expect(await shown(made['id'])).toMatchObject({ connections: 1, refused_connections: 0, bytes_in: 5, bytes_out: 5 });
    expect((await team.owner.get(path()).expect(200)).body).toMatchObject([{ id: made['id'] }]);

    await team.owner.delete(path(made['id'])).expect(204);
    await gone(socket);
    expect(await isRefused(made['port'])).toBe(true);
    await team.owner.delete(path(made['id'])).expect(204);
    expect((await team.owner.get(path()).expect(200)).body).toEqual([]);
    expect(await shown(made['id'])).toMatchObject({
      expired: true,
      revoked_early: true,
      password: '',
      ssh: '',
      ready: false,
      router_state: 'removing',
    });
    await fleet.pass(40);
    expect(ofUser(made['username'])).toBeUndefined();
    expect(await shown(made['id'])).toMatchObject({ router_state: 'clean' });
    expect(await eventually(async () => ((await notes(made['id'])).length ? notes(made['id']) : undefined))).toEqual([
      expect.objectContaining({
        event: 'transient-access.ended',
        reason: 'revoked',
        connections: 1,
        refused: 0,
        bytes_in: 5,
        bytes_out: 5,
      }),
    ]);
  });

  it('a WinBox login has its link, its group, and a warning where few rights are no protection', async () => {
    const made = await login({ type: 'winbox', full_access: false });
    expect(made['onclick']).toBe(
      `winbox://${made['username'] as string}:${made['password'] as string}@tunnel-1.example.net:${made['port'] as number}`,
    );
    expect(made['ssh']).toBe('');
    expect(made['warnings']).toEqual([expect.stringMatching(/RouterOS 7\.24\.4; before 7\.24\.5 .*CVE-2026-103903/)]);
    await fleet.pass(40);
    expect(ofUser(made['username'])).toMatchObject({ group: 'read' });
    await echo(await client(made['port']), 'x');
    expect(dialled).toEqual([expect.stringMatching(/:8291$/)]);
    const writing = await login({ full_access: false, access_type: 'write' });
    expect(writing).toMatchObject({ access_type: 'write', warnings: [expect.stringContaining('a write login')] });
    await fleet.pass(40);
    expect(ofUser(writing['username'])).toMatchObject({ group: 'write' });
  });

  it('its password is nowhere in the clear, and the job that carries it shows none', async () => {
    const made = await login();
    const [row] = await fleet.sql<{ all: string }>(
      `SELECT (SELECT string_agg(o::text, ' ') FROM transient_opening o) || (SELECT string_agg(j::text, ' ') FROM job j) || (SELECT string_agg(payload, ' ') FROM audit_event) AS all`,
    );
    expect(row!.all).toContain(made['username']);
    expect(row!.all).not.toContain(made['password']);
    const { body } = await team.owner.get(`/site/${site}/job`).expect(200);
    expect((body as Body[])[0]).toMatchObject({ description: `Temporary SSH login ${made['username'] as string}`, script: '' });
    await fleet.pass(40);
    expect(ofUser(made['username'])).toBeDefined();
    expect(await fleet.sql(`SELECT id FROM job WHERE sealed AND script <> '' AND state IN ('done', 'failed')`)).toEqual([]);
    expect(fleet.log.join('\n')).not.toContain(made['password']);
  });

  it('a source that may not come is cut off in silence, and counted', async () => {
    const made = await login({ allow_only_cidr: '198.51.100.7/32', allow_rfc1918: true });
    for (let i = 0; i < 3; i++) await gone((await client(made['port'])).resume());
    expect(dialled).toEqual([]);
    expect(await shown(made['id'])).toMatchObject({ connections: 0, refused_connections: 3 });
    expect(fleet.log.filter((line) => line.includes('a source was refused')).length).toBe(2); // the 1st and the 2nd
  });

  it('ends by itself: connections are cut, the port closes, the router is cleaned', async () => {
    const made = await login({ expire_after_minutes: 15 });
    await fleet.pass(40);
    const socket = await client(made['port']);
    expect(await echo(socket, 'x')).toBe('x');
    await fleet.clock.advance(15 * MINUTE - 41_000);
    expect(await shown(made['id'])).toMatchObject({ expired: false, time_to_expire: '1 second from now' });
    await fleet.clock.advance(1000);
    await gone(socket); // within a second, and nobody swept
    expect(await isRefused(made['port'])).toBe(true);
    expect(await shown(made['id'])).toMatchObject({ expired: true, revoked_early: false, password: '' });
    await sweep();
    await fleet.pass(40);
    expect(await shown(made['id'])).toMatchObject({ router_state: 'clean', revoked_early: false });
    expect((await notes(made['id'])).map((note) => note['reason'])).toEqual(['expired']);
  });

  it('is cleaned off the router also when we were down as it expired', async () => {
    const made = await login({ expire_after_minutes: 15 });
    await fleet.pass(40);
    router.network.down = true; // and its own entry is gone, so that only we can
    await router.run(`/system scheduler remove [find name=${made['username'] as string}]`);
    await fleet.crash();
    await fleet.clock.advance(3 * 60 * MINUTE);
    await fleet.startApp();
    stand(fleet.app);
    await sweep();
    expect(await shown(made['id'])).toMatchObject({ expired: true, router_state: 'removing' });
    expect(ofUser(made['username'])).toBeDefined();
    router.network.down = false;
    await fleet.pass(70);
    expect(ofUser(made['username'])).toBeUndefined();
    expect(await shown(made['id'])).toMatchObject({ router_state: 'clean' });
    await sweep();
    expect(await eventually(async () => (await notes(made['id']))[0])).toMatchObject({ reason: 'expired' });
  });

  it('is removed by the router itself when we never come back', async () => {
    const made = await login({ expire_after_minutes: 15 });
    await fleet.pass(40);
    router.network.down = true;
    await fleet.clock.advance(15 * MINUTE);
    expect(ofUser(made['username'])).toBeUndefined();
    router.network.down = false;
    await sweep();
    await fleet.pass(70);
    expect(await shown(made['id'])).toMatchObject({ router_state: 'clean' });
  });

  it('goes on after a restart of ours, on the same port', async () => {
    const made = await login();
    await fleet.pass(40);
    await echo(await client(made['port']), 'abc');
    await fleet.crash();
    expect(await isRefused(made['port'])).toBe(true);
    await fleet.startApp();
    stand(fleet.app);
    await eventually(async () => !(await isRefused(made['port'])));
    expect(await echo(await client(made['port']), 'de')).toBe('de');
    expect(await shown(made['id'])).toMatchObject({ port: made['port'], bytes_in: 5, ready: true });
  });

  it('follows the tunnel to another server and says where it is', async () => {
    const made = await login();
    const [forward] = [(await team.owner.post(forwards(), FORWARD).expect(201)).body as Body];
    await tunnelUp('tunnel-2.example.net');
    await eventually(async () => (await isRefused(made['port'])) && (await isRefused(forward['port'])));
    expect(await shown(made['id'])).toMatchObject({ entry_point: 'tunnel-2.example.net', ready: false, port: made['port'] });
    const there = await login();
    expect(there).toMatchObject({ entry_point: 'tunnel-2.example.net', ready: false });
    expect(await isRefused(there['port'])).toBe(true);
    await tunnelUp();
    await eventually(async () => !(await isRefused(made['port'])) && !(await isRefused(there['port'])));
    expect(await shown(there['id'])).toMatchObject({ entry_point: 'tunnel-1.example.net' });
  });

  it('revoked by another process of the installation, is cut as well', async () => {
    const made = await login();
    const socket = await client(made['port']);
    expect(await echo(socket, 'x')).toBe('x');
    const { app, http } = await fleet.sibling();
    await http.delete(path(made['id'])).set('authorization', `Bearer ${team.owner.token}`).expect(204);
    await gone(socket);
    expect(await isRefused(made['port'])).toBe(true);
    await sweep();
    await fleet.clock.advance(20_000);
    await sweep();
    expect(await eventually(async () => (await notes(made['id']))[0])).toMatchObject({ reason: 'revoked', connections: 1, bytes_in: 1 });
    await app.close();
  });

  it('a connection finds no way while the tunnel is down', async () => {
    const made = await login();
    await fleet.sql(`UPDATE site_tunnel SET server_id = NULL, connection = NULL WHERE site_id = $1`, [site]);
    await gone((await client(made['port'])).resume());
    expect(dialled).toEqual([]);
    await tunnelUp();
    expect(await echo(await client(made['port']), 'x')).toBe('x');
  });

  it('revoked before the router heard of it, it never does', async () => {
    const made = await login();
    await team.owner.delete(path(made['id'])).expect(204);
    expect(await shown(made['id'])).toMatchObject({ router_state: 'clean' });
    const jobs = (await team.owner.get(`/site/${site}/job`).expect(200)).body as Body[];
    expect(jobs.filter((job) => String(job['description']).includes(String(made['username'])))).toEqual([]);
  });

  it('says why the router refused it, and is removed all the same', async () => {
    await router.run('/user group remove [find name=write]').catch(() => undefined);
    const job = await login();
    await fleet.sql(
      `UPDATE job SET sealed = false, script = '/user add name=x group=nosuch' WHERE sealed AND state = 'pending' RETURNING id`,
    );
    await fleet.pass(40);
    expect(await shown(job['id'])).toMatchObject({ ready: false, router_state: 'failed', router_error: expect.stringMatching(/group/) });
  });

  it('a removal that the router refuses, or that somebody cancels, is tried again', async () => {
    const made = await login();
    await fleet.pass(40);
    router.network.down = true;
    await team.owner.delete(path(made['id'])).expect(204);
    const [first] = (await team.owner.get(`/site/${site}/job`).expect(200)).body as Body[];
    await team.owner.delete(`/site/${site}/job/${String(first!['id'])}`).expect(204);
    router.network.down = false;
    await fleet.pass(60);
    expect(ofUser(made['username'])).toBeDefined();
    await fleet.clock.advance(10 * MINUTE);
    await sweep();
    await fleet.sql(`UPDATE job SET script = ':error no' WHERE state = 'pending' AND description LIKE 'End of %' RETURNING id`);
    await fleet.pass(40);
    expect(await shown(made['id'])).toMatchObject({ router_state: 'removing' });
    await fleet.clock.advance(3 * MINUTE);
    await sweep();
    await fleet.pass(40);
    expect(await shown(made['id'])).toMatchObject({ router_state: 'clean' });
    expect(ofUser(made['username'])).toBeUndefined();
  });

  it('a forward leads behind the router, until it is revoked', async () => {
    const made = (await team.owner.post(forwards(), FORWARD).expect(201)).body as Body;
    expect(made).toMatchObject({
      ...{
        allow_only_cidr: '127.0.0.1/32',
        dst_address: '192.168.88.20',
        dst_port: 80,
        entry_point: 'tunnel-1.example.net',
        expired: false,
        revoked_early: false,
      },
      ...{ time_to_expire: '1 hour from now', ready: false, expires_at: new Date(fleet.clock.now() + 60 * MINUTE).toISOString() },
    });
    await fleet.pass(40);
    const rules = router.items('/ip/firewall/nat').filter((rule) => String(rule['comment']).includes(String(made['id'])));
    expect(rules).toHaveLength(2);
    expect((await team.owner.get(forwards(made['id'])).expect(200)).body).toMatchObject({ ready: true });
    const socket = await client(made['port']);
    expect(await echo(socket, 'GET /')).toBe('GET /');
    expect(dialled[0]).toBe(`${String(rules[0]!['dst-address'])}:${String(rules[0]!['dst-port'])}`);
    expect((await team.owner.get(forwards()).expect(200)).body).toMatchObject([{ id: made['id'], bytes_in: 5 }]);
    expect((await team.owner.get(path()).expect(200)).body).toEqual([]);
    await team.owner.get(path(made['id'])).expect(404);
    await team.owner.delete(path(made['id'])).expect(404);
    await team.owner.delete(forwards(made['id'])).expect(204);
    await gone(socket);
    expect(await eventually(async () => (await notes(made['id']))[0])).toMatchObject({ event: 'transient-forward.ended', bytes_in: 5 });
  });

  it('answers under the paths of both generations', async () => {
    const made = (await team.owner.post(`/sites/${site}/transient-accesses`, LOGIN).expect(201)).body as Body;
    expect((await team.owner.get(`/sites/${site}/transient-accesses`).expect(200)).body).toMatchObject([{ id: made['id'] }]);
    const forward = (await team.owner.post(`/sites/${site}/transient-forward`, FORWARD).expect(201)).body as Body;
    expect((await team.owner.get(`/sites/${site}/transient-forward`).expect(200)).body).toMatchObject([{ id: forward['id'] }]);
  });

  it.each([
    [{ expire_after_minutes: 14 }, 'expire_after_minutes', /15/],
    [{ expire_after_minutes: 1441 }, 'expire_after_minutes', /1440/],
    [{ expire_after_minutes: 60.5 }, 'expire_after_minutes', /integer/],
    [{ expire_after_minutes: '60' }, 'expire_after_minutes', /integer/],
    [{ type: 'telnet' }, 'type', /winbox/],
    [{ full_access: 'yes' }, 'full_access', /boolean/],
    [{ full_access: true, access_type: 'read' }, 'access_type', /contradicts full_access true/],
    [{ full_access: false, access_type: 'full' }, 'access_type', /contradicts full_access false/],
    [{ access_type: 'admin' }, 'access_type', /read, write, full/],
    [{ allow_only_cidr: '203.0.113.7/24' }, 'allow_only_cidr', /the network is 203\.0\.113\.0\/24/],
    [{ allow_only_cidr: '203.0.113.7' }, 'allow_only_cidr', /203\.0\.113\.7\/32/],
    [{ allow_only_cidr: '0.0.0.0/0' }, 'allow_only_cidr', /nearly everybody/],
    [{ allow_only_cidr: 7 }, 'allow_only_cidr', /IPv4 range/],
    [{ username: 'me' }, 'username', /not a field/],
  ])('a login with %j is refused by name', async (wrong, field, why) => {
    const { body } = await team.owner.post(path(), { ...LOGIN, ...wrong }).expect(422);
    expect((body as { errors: Record<string, string[]> }).errors[field]!.join()).toMatch(why);
  });

  it.each([
    [{ dst_address: '127.0.0.1' }, 'dst_address', /loopback/],
    [{ dst_address: '224.0.0.1' }, 'dst_address', /multicast/],
    [{ dst_address: '100.64.0.9' }, 'dst_address', /tunnel network/],
    [{ dst_address: '192.168.88.0/24' }, 'dst_address', /IPv4 address/],
    [{ dst_address: 'printer.local' }, 'dst_address', /IPv4 address/],
    [{ dst_address: '::1' }, 'dst_address', /IPv4 address/],
    [{ dst_port: 0 }, 'dst_port', /1/],
    [{ dst_port: 65_536 }, 'dst_port', /65535/],
    [{ allow_only_cidr: '::/0' }, 'allow_only_cidr', /not an IPv4 network/],
  ])('a forward with %j is refused by name', async (wrong, field, why) => {
    const { body } = await team.owner.post(forwards(), { ...FORWARD, ...wrong }).expect(422);
    expect((body as { errors: Record<string, string[]> }).errors[field]!.join()).toMatch(why);
  });

  it('is refused where it could not work, with the reason', async () => {
    await fleet.sql(`UPDATE site_tunnel SET server_id = NULL WHERE site_id = $1`, [site]);
    expect((await team.owner.post(path(), LOGIN).expect(409)).body).toMatchObject({ type: 'conflict_error', code: 'tunnel_down' });
    fleet.app.get(TunnelState).off = 'MGMT_TUNNEL is off.';
    expect((await team.owner.post(forwards(), FORWARD).expect(503)).body).toMatchObject({ code: 'management_tunnel_off' });
    fleet.app.get(TunnelState).off = undefined;
    await tunnelUp();
    router.network.down = true;
    await fleet.pass(360);
    expect((await team.owner.post(path(), LOGIN).expect(409)).body).toMatchObject({ code: 'site_offline' });
    router.network.down = false;
    await fleet.pass(60);
    const nobody = '0193f4a0-7c1e-7e55-8a3e-5d2f7c6b9a10';
    expect((await team.owner.get(path(nobody)).expect(404)).body).toMatchObject({ code: 'transient_access_not_found' });
    expect((await team.owner.delete(forwards(nobody)).expect(404)).body).toMatchObject({ code: 'transient_forward_not_found' });
    expect((await team.owner.post(`/control-plane/${nobody}/transient-accesses`, LOGIN).expect(404)).body).toMatchObject({
      code: 'site_not_found',
    });
    const strangers = await fleet.team();
    await strangers.owner.post(path(), LOGIN).expect(404);
    await strangers.owner.get(forwards()).expect(404);
  });

  it('a site has at most 50 of each', async () => {
    for (let i = 0; i < 50; i++) await team.owner.post(forwards(), FORWARD).expect(201);
    expect((await team.owner.post(forwards(), FORWARD).expect(409)).body).toMatchObject({ code: 'too_many_transients' });
    await login();
  }, 60_000);

  it('goes with its site, and leaves the router as it was', async () => {
    const fresh = fleet.router();
    const before = fresh.export();
    await fresh.paste(team.command);
    await fleet.pass(35);
    const all = (await team.owner.get('/site-minimal').expect(200)).body as { id: string; serial_number: string }[];
    const other = all.find((one) => one.serial_number === fresh.hardware.serial)!.id;
    await tunnelUp(undefined, other);
    const made = (await team.owner.post(`/control-plane/${other}/transient-accesses`, LOGIN).expect(201)).body as Body;
    await team.owner.post(`/control-plane/${other}/transient-forward`, FORWARD).expect(201);
    await fleet.pass(70);
    const socket = await client(made['port']);
    expect(await echo(socket, 'abc')).toBe('abc');
    await team.owner.delete(`/site/${other}`).expect(204);
    await gone(socket);
    await fleet.pass(70);
    expect(fresh.export()).toBe(before);
    expect(fresh.failures).toEqual([]);
    await team.owner.get(`/site/${other}`).expect(404);
    expect(await isRefused(made['port'])).toBe(true);
    expect(await eventually(async () => (await notes(made['id']))[0])).toMatchObject({ connections: 1, bytes_in: 3 });
    await fresh.stop();
  });
});

describe('a range of two ports, one of which another program has', () => {
  it('gives the other one to the first who asks, and says so to the next', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const fleet = await Fleet.start({ TRANSIENT_HOST: '127.0.0.1', TRANSIENT_PORTS: `${port - 1}-${port}` });
    try {
      fleet.app.get(TunnelState).off = undefined;
      const team = await fleet.team();
      const { site } = await fleet.adopted(team);
      const [row] = await eventually(async () => {
        const rows = await fleet.sql<{ tunnel: string }>(`SELECT tunnel_id AS tunnel FROM site_tunnel WHERE site_id = $1`, [site]);
        return rows.length ? rows : undefined;
      });
      const { serverId } = fleet.app.get(MgmtTunnel);
      await fleet.app.get(TunnelPresence).opened({ tunnelId: row!.tunnel, serverId, connection: 'c', remoteAddress: null });
      const way = `/control-plane/${site}/transient-forward`;
      expect((await team.owner.post(way, FORWARD).expect(201)).body).toMatchObject({ port: port - 1 });
      expect((await team.owner.post(way, FORWARD).expect(503)).body).toMatchObject({ code: 'transient_ports_used_up' });
    } finally {
      await fleet.stop();
      other.close();
    }
  }, 60_000);
});
