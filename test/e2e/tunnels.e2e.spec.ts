import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SiteNotFound } from '../../src/fleet/index.js';
import { SiteGate } from '../../src/modules/control-plane/tunnel/site-gate.js';
import { TunnelAssignment } from '../../src/modules/control-plane/tunnel/tunnel-assignment.js';
import { TunnelPresence } from '../../src/modules/control-plane/tunnel/tunnel-presence.js';
import { type TunnelFacts, TunnelService, TunnelUnavailable } from '../../src/modules/control-plane/index.js';
import { newId, RequestContext, type SiteId } from '../../src/platform/context/index.js';
import { base62ToUuid } from '../../src/platform/crypto/index.js';
import { cloneDatabase } from '../support/postgres.js';
import { runFolder } from '../support/test-run.js';
import { Fleet, type Team } from './support/fleet.js';

const SYSTEM = RequestContext.system('test');

describe('management tunnels', () => {
  let fleet: Fleet;
  let team: Team;

  beforeAll(async () => {
    fleet = await Fleet.start({ MGMT_TUNNEL_PUBLIC_HOST: 'tunnel.example.net' });
    team = await fleet.team();
  }, 60_000);
  afterAll(() => fleet.stop());

  const ctx = (of: Team = team): RequestContext => SYSTEM.forTeam(of.teamId);
  const service = (): TunnelService => fleet.app.get(TunnelService);
  const facts = (site: string, of: Team = team): Promise<TunnelFacts> => service().of(ctx(of), site as SiteId);
  const make = async (name = 'Farm'): Promise<string> => (await team.owner.post('/sites', { name }).expect(201)).body.id as string;
  const settled = (): Promise<unknown> => fleet.mails('nobody@example.net'); // waits for all tasks
  /** As a client at the door of our own server. */
  const login = (username: string, password: string): ReturnType<SiteGate['admit']> =>
    fleet.app.get(SiteGate).admit({ connection: newId(), username, password, remoteAddress: '192.0.2.1' });
  const opened = (username: string, serverId = 'tunnel.example.net', connection = newId<string>()): Promise<unknown> =>
    fleet.app.get(TunnelPresence).opened({ tunnelId: base62ToUuid(username)!, serverId, connection, remoteAddress: '192.0.2.1' });

  it('are made when a router is adopted: a pair of its own and an address for good', async () => {
    const { router, site } = await fleet.adopted(team);
    await settled();
    const [row] = await fleet.sql<{ address: string; sealed: string }>(
      `SELECT host(address) AS address, password_sealed AS sealed FROM site_tunnel WHERE site_id = $1`,
      [site],
    );
    const tunnel = await facts(site);
    expect(tunnel).toMatchObject({
      ...{ address: row!.address, managementAddress: '100.64.0.1', prefixLength: 10, generation: 1 },
      ...{ endpoint: { host: 'tunnel.example.net', port: 8443 }, server: null, connected: false, connectedHere: false },
    });
    expect(tunnel.username).toMatch(/^[0-9A-Za-z]{22}$/); // RouterOS takes 27 characters
    expect(tunnel.password).toMatch(/^[0-9A-Za-z]{32}$/);
    expect(row!.sealed).not.toContain(tunnel.password);
    expect(new X509Certificate(tunnel.ca).ca).toBe(true);
    expect(await facts(site)).toEqual(tunnel);
    expect(await login(tunnel.username, tunnel.password)).toEqual({ allow: true, address: tunnel.address });
    for (const [name, password] of [
      [tunnel.username, 'wrong'],
      [tunnel.username.toLowerCase(), tunnel.password],
      ['', ''],
      ["' OR 1=1 --", 'x'],
      [tunnel.username, ''],
    ] as const)
      expect((await login(name, password)).allow).toBe(false);
    await router.stop();
  });

  it('exist once a team and site: asked by many at once, other teams see none', async () => {
    const site = await make();
    const all = await Promise.all(Array.from({ length: 20 }, () => facts(site)));
    expect(new Set(all.map((f) => `${f.username} ${f.address}`)).size).toBe(1);
    const other = await fleet.team();
    await expect(facts(site, other)).rejects.toThrow(SiteNotFound);
    expect(await service().connected(ctx(other), site as SiteId)).toBe(false);
  });

  it('are made for sites that have none, as in an installation from before', async () => {
    const sites = await Promise.all(Array.from({ length: 5 }, (_, i) => make(`Old ${i}`)));
    await fleet.app.get(TunnelAssignment).sweep(SYSTEM, null, { signal: new AbortController().signal });
    const rows = await fleet.sql(`SELECT 1 FROM site_tunnel WHERE site_id = ANY($1::uuid[])`, [sites]);
    expect(rows).toHaveLength(5);
  });

  it('are void with their site at once, whatever way it goes, and the address is freed', async () => {
    for (const path of ['', '?force=true']) {
      const { router, site } = await fleet.adopted(team);
      const tunnel = await facts(site);
      expect((await login(tunnel.username, tunnel.password)).allow).toBe(true);
      await team.owner.delete(`/site/${site}${path}`).expect(204);
      expect(await login(tunnel.username, tunnel.password)).toMatchObject({ allow: false });
      expect(await opened(tunnel.username)).toBeUndefined();
      expect(await fleet.sql(`SELECT 1 FROM tunnel_freed_address WHERE address = $1`, [tunnel.address])).toHaveLength(1);
      await fleet.app.get(TunnelAssignment).sweep(SYSTEM, null, { signal: new AbortController().signal });
      expect(await fleet.sql(`SELECT 1 FROM site_tunnel WHERE site_id = $1`, [site])).toHaveLength(0);
      await router.stop();
    }
  });

  it('are made anew at the same address; the old pair works until the new one was used', async () => {
    const site = await make();
    const first = await facts(site);
    await service().recreate(ctx(), site as SiteId);
    const second = await facts(site);
    expect(second).toMatchObject({ address: first.address, generation: 2 });
    expect(second.username).not.toBe(first.username);
    expect((await login(first.username, first.password)).allow).toBe(false); // no router ever used it: nothing to go back to
    await opened(second.username);
    await service().recreate(ctx(), site as SiteId);
    await service().recreate(ctx(), site as SiteId); // before any router heard of the third
    const fourth = await facts(site);
    expect(await login(second.username, second.password)).toEqual({ allow: true, address: first.address });
    expect((await login(second.username, fourth.password)).allow).toBe(false);
    await opened(second.username);
    expect((await login(second.username, second.password)).allow).toBe(true);
    await opened(fourth.username);
    expect((await login(second.username, second.password)).allow).toBe(false);
    expect((await login(fourth.username, fourth.password)).allow).toBe(true);
  });

  it('change their pair when another router takes over the site: the one before is out', async () => {
    const { router, site } = await fleet.adopted(team);
    await settled();
    const before = await facts(site);
    await opened(before.username);
    await router.stop();
    await fleet.clock.advance(60_000);
    const command = (await team.owner.post(`/site/${site}/bootstrap`, {}).expect(201)).body.bootstrap_command as string;
    const replacement = fleet.router();
    await replacement.paste(command);
    await settled();
    const after = await facts(site);
    expect(after).toMatchObject({ address: before.address, generation: 2 });
    expect((await login(before.username, before.password)).allow).toBe(false);
    await replacement.stop();
  });

  it('tell who holds them, and the last server that spoke counts', async () => {
    const [site, internal] = [await make(), fleet.internal()];
    const { username } = await facts(site);
    const server = async (): Promise<unknown> => (await team.owner.get(`/control-plane/${site}/management-server`).expect(200)).body;
    expect(await server()).toEqual({ server: null });
    const checkIn = (name: string, server_id: string) => internal.post('/control-plane/site-checkin', { username: name, server_id });
    expect((await checkIn(username, 'eu-1.example.net').expect(200)).body).toEqual({ message: expect.any(String) });
    expect(await server()).toEqual({ server: 'eu-1.example.net' });
    await checkIn(base62ToUuid(username)!, 'us-1.example.net').expect(200);
    expect(await server()).toEqual({ server: 'us-1.example.net' });
    expect(await facts(site)).toMatchObject({ connected: true, connectedHere: false, server: 'us-1.example.net' });
    await expect(service().reach(ctx(), site as SiteId)).rejects.toThrow(TunnelUnavailable);
    for (const name of ['x', newId<string>(), 'z'.repeat(22)]) await checkIn(name, 'eu-1.example.net').expect(404);
    await checkIn(username, 'not a host').expect(422);
    await checkIn('', 'eu-1.example.net').expect(422);
    // A server that falls silent holds nothing any more; one that repeats itself does.
    await fleet.clock.advance(4 * 60_000);
    await checkIn(username, 'us-1.example.net').expect(200);
    await fleet.clock.advance(4 * 60_000);
    await fleet.app.get(TunnelPresence).sweep(SYSTEM);
    expect(await server()).toEqual({ server: 'us-1.example.net' });
    await fleet.clock.advance(6 * 60_000);
    await fleet.app.get(TunnelPresence).sweep(SYSTEM);
    expect(await server()).toEqual({ server: null });
    await (await fleet.team()).owner.get(`/control-plane/${site}/management-server`).expect(404);
    await team.owner.get(`/control-plane/${newId<string>()}/management-server`).expect(404);
  });

  it('ignore a late word about a connection that another one replaced', async () => {
    const site = (await make()) as SiteId;
    const { username } = await facts(site);
    const presence = fleet.app.get(TunnelPresence);
    await opened(username, 'tunnel.example.net', 'a/1');
    await opened(username, 'tunnel.example.net', 'a/2');
    await presence.closed(site, 'tunnel.example.net', 'a/1', 10, 20);
    expect(await facts(site)).toMatchObject({ connected: true, connectedHere: true });
    expect(await presence.refresh('tunnel.example.net', [{ siteId: site, connection: 'a/1', bytesIn: 1, bytesOut: 1 }])).toEqual(new Set());
    await presence.closed(site, 'tunnel.example.net', 'a/2', 5, 5);
    expect(await facts(site)).toMatchObject({ connected: false });
    expect(
      await fleet.sql(
        `SELECT bytes_in::int AS i, bytes_out::int AS o, disconnected_at IS NOT NULL AS d FROM site_tunnel WHERE site_id = $1`,
        [site],
      ),
    ).toEqual([{ i: 15, o: 25, d: true }]);
  });

  it('are listed for other services', async () => {
    const other = await fleet.team();
    const internal = fleet.internal();
    const without = (await other.owner.post('/sites', { name: 'A' }).expect(201)).body.id as string;
    const site = (await other.owner.post('/sites', { name: 'B' }).expect(201)).body.id as string;
    const { address } = await facts(site, other);
    expect((await internal.get(`/control-plane/site_ids/${other.teamId}`).expect(200)).body).toEqual([
      { id: without, tunnel_ip: null },
      { id: site, tunnel_ip: address },
    ]);
    expect((await internal.get(`/control-plane/site_ids/${newId<string>()}`).expect(200)).body).toEqual([]);
    expect((await internal.get('/control-plane/site_ids').expect(200)).body).toContainEqual({ id: site, tunnel_ip: address });
    const nobody = newId<string>();
    const ips = internal.post('/control-plane/internal/management-ips', { site_ids: [site, without, nobody] });
    expect((await ips.expect(200)).body).toEqual({ [site]: address, [without]: null, [nobody]: null });
    for (const site_ids of [[], ['x'], 'x', undefined])
      await internal.post('/control-plane/internal/management-ips', { site_ids }).expect(422);
    await team.owner.get('/control-plane/site_ids').expect(401);
  });

  it('are set up for sites that another service registers, once, under its id', async () => {
    const internal = fleet.internal();
    const id = newId<string>();
    const body = { id, customer_id: team.teamId, name: 'From elsewhere' };
    for (const path of ['/control-plane/site/create', '/control-plane/site/create-for-migration']) {
      const { body: registered } = await internal.post(path, body).expect(201);
      expect(registered).toMatchObject({ id, customer_id: team.teamId, policy_id: null, server_id: null });
    }
    expect((await team.owner.get(`/site/${id}`).expect(200)).body).toMatchObject({ name: 'From elsewhere' });
    await settled();
    const { address } = await facts(id);
    expect((await internal.post('/control-plane/site/create', { id, customer_id: team.teamId }).expect(201)).body).toMatchObject({
      tunnel_ip: address,
    });
    const other = await fleet.team();
    await internal.post('/control-plane/site/create', { id, customer_id: other.teamId }).expect(409);
    await internal.post('/control-plane/site/create', { ...body, customer_id: newId<string>() }).expect(422);
    await internal.post('/control-plane/site/create', { ...body, policy_id: newId<string>() }).expect(422);
    await internal.post('/control-plane/site/create', { ...body, id: 'x' }).expect(422);
    const twice = newId<string>();
    const both = await Promise.all([1, 2].map(() => internal.post('/control-plane/site/create', { ...body, id: twice })));
    expect(both.map((answer) => answer.status)).toEqual([201, 201]);
    const { router, site } = await fleet.adopted(team);
    await team.owner.delete(`/site/${site}`).expect(204);
    await internal.post('/control-plane/site/create', { id: site, customer_id: team.teamId }).expect(409);
    await router.stop();
  });

  it('say in /health that there is no server here, and why', async () => {
    const { body } = await fleet.http().get('/health').expect(200);
    expect(body.checks.management_tunnel).toMatchObject({ status: 'ok', state: 'off', reason: 'MGMT_TUNNEL=off.' });
    expect(body.checks.management_tunnel.addresses).toMatchObject({ size: 4_194_301, used: expect.any(Number) });
  });
});

describe('a machine that cannot run a tunnel server', () => {
  const path = process.env['PATH'];
  beforeAll(() => {
    const folder = mkdtempSync(join(runFolder(), 'without-'));
    for (const program of ['openvpn', 'nft'])
      writeFileSync(join(folder, program), '#!/bin/sh\necho "Operation not permitted" >&2\nexit 1\n', { mode: 0o755 });
    process.env['PATH'] = `${folder}:${path}`;
  });
  afterAll(() => {
    process.env['PATH'] = path;
  });

  it('does without one, and says why', async () => {
    const fleet = await Fleet.start({ MGMT_TUNNEL: 'auto' });
    const { body } = await fleet.http().get('/health').expect(200);
    expect(body.checks.management_tunnel).toMatchObject({ state: 'off', reason: expect.stringContaining('nft: Operation not permitted') });
    await fleet.stop();
  });

  it('does not start when it was told that it must', async () => {
    const database = await cloneDatabase();
    await expect(Fleet.start({ MGMT_TUNNEL: 'on' }, database)).rejects.toThrow(
      /MGMT_TUNNEL=on asks for it:\n {2}- openvpn: Operation not permitted/,
    );
    await database.drop();
  });
});
