import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SiteGate } from '../../../src/modules/control-plane/tunnel/site-gate.js';
import { TunnelServer } from '../../../src/modules/control-plane/tunnel/tunnel-server.js';
import {
  SiteNotConnected,
  TunnelConnected,
  TunnelDisconnected,
  type TunnelFacts,
  TunnelService,
} from '../../../src/modules/control-plane/index.js';
import { RequestContext, type SiteId } from '../../../src/platform/context/index.js';
import { EventBus } from '../../../src/platform/events/index.js';
import { Fleet, type Team } from '../../e2e/support/fleet.js';
import { eventually } from '../../support/eventually.js';
import { requireNetwork } from '../../support/engines.js';
import { TestNetwork } from '../../support/network.js';
import { TunnelClient } from './support.js';

const DAY_MS = 86_400_000;
/** More than half of the way to the renewal of the certificates that the fleet makes at its start. */
const AGO_DAYS = 310;

requireNetwork('openvpn', 'nft', 'ping').describe('the tunnels of sites', () => {
  const path = process.env['PATH'];
  const environment = { MGMT_TUNNEL: 'on', MGMT_TUNNEL_PUBLIC_HOST: TestNetwork.SERVER };
  let network: TestNetwork;
  let fleet: Fleet;
  let team: Team;
  let clients: TunnelClient[] = [];

  beforeAll(async () => {
    network = new TestNetwork();
    process.env['PATH'] = `${network.wrappers('openvpn', 'nft')}:${path}`;
    fleet = await Fleet.start(environment, undefined, new Date(Date.now() - AGO_DAYS * DAY_MS).toISOString());
    team = await fleet.team();
    await fleet.clock.advance(AGO_DAYS * DAY_MS);
  }, 60_000);
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.stop()));
    clients = [];
    await eventually(async () => (await health()).clients === 0);
  });
  afterAll(async () => {
    await fleet?.stop();
    process.env['PATH'] = path;
    await network?.remove();
  });

  const ctx = (): RequestContext => RequestContext.system('test').forTeam(team.teamId);
  const tunnels = (): TunnelService => fleet.app.get(TunnelService);
  const factsOf = (site: SiteId): Promise<TunnelFacts> => tunnels().of(ctx(), site);
  const make = async (): Promise<SiteId> => (await team.owner.post('/sites', { name: 'Farm' }).expect(201)).body.id as SiteId;
  const connect = ({ username, password, ca, endpoint }: TunnelFacts, more: string[] = []): TunnelClient => {
    const client = TunnelClient.start(network.host(), { ...{ username, password, ca, port: endpoint.port, name: endpoint.host }, more });
    clients.push(client);
    return client;
  };
  const health = async (): Promise<{ state: string; clients: number; restarts: number; certificate_until: string }> =>
    (await fleet.http().get('/health')).body.checks.management_tunnel;
  const isHere = async (site: SiteId): Promise<boolean> => (await factsOf(site)).connectedHere;
  const pid = (): number => Number(readFileSync(join(fleet.dataDir, 'tunnel', 'openvpn.pid'), 'utf8'));

  it('renew the certificate of their server before it ends, while routers are connected', async () => {
    const site = await make();
    const facts = await factsOf(site);
    connect(facts);
    await eventually(() => isHere(site), { within: 20_000 });
    const before = (await health()).certificate_until;
    await fleet.app.get(TunnelServer).renewWhenDue();
    expect(Date.parse((await health()).certificate_until) - Date.parse(before)).toBeGreaterThan(300 * DAY_MS);
    await eventually(async () => (await health()).clients === 1 && isHere(site), { within: 40_000 });
    await eventually(() => clients[0]!.host.reaches(facts.managementAddress));
    await fleet.app.get(TunnelServer).renewWhenDue(); // not due any more
    expect((await health()).restarts).toBe(1);
  }, 90_000);

  it('are up once the router connects, known to everybody who asks, and their bytes are counted', async () => {
    const heard: object[] = [];
    for (const event of [TunnelConnected, TunnelDisconnected]) fleet.app.get(EventBus).listenAfter(event, (_, e) => void heard.push(e));
    const site = await make();
    const facts = await factsOf(site);
    await expect(tunnels().reach(ctx(), site)).rejects.toThrow(SiteNotConnected);
    const client = await connect(facts).up();
    await eventually(() => isHere(site));
    expect(client.address).toBe(facts.address);
    expect(await tunnels().reach(ctx(), site)).toBe(facts.address);
    expect(network.run('ping', '-c', '5', '-i', '0.2', '-s', '1000', facts.address)).toMatch(/5 received/);
    expect((await team.owner.get(`/control-plane/${site}/management-server`).expect(200)).body).toEqual({ server: TestNetwork.SERVER });
    expect(await health()).toMatchObject({ state: 'running', clients: 1 });
    await client.stop();
    await eventually(async () => !(await isHere(site)));
    const [row] = await fleet.sql<{ i: number; o: number; remote: string }>(
      `SELECT bytes_in::int AS i, bytes_out::int AS o, host(remote_address) AS remote FROM site_tunnel WHERE site_id = $1`,
      [site],
    );
    expect(row!.remote).toBe(client.host.address);
    expect([row!.i > 5000, row!.o > 5000]).toEqual([true, true]);
    await eventually(() => heard.length === 2);
    expect(heard).toMatchObject([
      { siteId: site, teamId: team.teamId, address: facts.address, remoteAddress: client.host.address, server: TestNetwork.SERVER },
      { siteId: site, teamId: team.teamId, server: TestNetwork.SERVER },
    ]);
  }, 60_000);

  it('end at once with their site, and its credentials with them', async () => {
    const site = await make();
    const facts = await factsOf(site);
    const client = await connect(facts).up();
    await eventually(() => isHere(site));
    await team.owner.delete(`/site/${site}`).expect(204);
    await eventually(async () => (await health()).clients === 0, { within: 3000 });
    await eventually(() => client.wasRefused || client.hasEnded, { within: 20_000 });
    await connect(facts).refused();
  }, 60_000);

  it('end within a refresh when another process deletes the site, or another server claims it', async () => {
    const [deleted, claimed] = [await make(), await make()];
    for (const site of [deleted, claimed]) await connect(await factsOf(site), ['--connect-retry', '60', '60']).up();
    await eventually(async () => (await isHere(deleted)) && (await isHere(claimed)));
    await fleet.sql(`DELETE FROM site WHERE id = $1 RETURNING id`, [deleted]);
    const { username } = await factsOf(claimed);
    await fleet.internal().post('/control-plane/site-checkin', { username, server_id: 'eu-1.example.net' }).expect(200);
    await fleet.app.get(SiteGate).refresh();
    await eventually(async () => (await health()).clients === 0);
    expect((await factsOf(claimed)).server).toBe('eu-1.example.net'); // the end of ours says nothing about theirs
  }, 60_000);

  it('change hands when they are made anew: the router keeps the old pair until it used the new one', async () => {
    const site = await make();
    const first = await factsOf(site);
    const old = await connect(first, ['--connect-retry', '60', '60']).up();
    await eventually(() => isHere(site));
    await tunnels().recreate(ctx(), site);
    expect(await isHere(site)).toBe(true);
    const second = await factsOf(site);
    const next = await connect(second).up();
    await eventually(async () => (await health()).clients === 1);
    expect(next.address).toBe(first.address);
    await eventually(() => next.host.reaches(second.managementAddress));
    await old.stop();
    await connect(first).refused();
  }, 60_000);

  it('come back by themselves after kill -9 of the daemon and after a restart of the application', async () => {
    const site = await make();
    const facts = await factsOf(site);
    const client = await connect(facts).up();
    await eventually(() => isHere(site));
    process.kill(pid(), 'SIGKILL');
    await eventually(async () => !(await isHere(site)));
    await eventually(() => isHere(site), { within: 30_000 });

    const daemon = pid();
    await fleet.app.close();
    expect(() => process.kill(daemon, 0)).toThrow(); // nothing is left behind
    expect(network.run('nft', 'list', 'tables')).toBe('');
    await fleet.startApp();
    await eventually(() => isHere(site), { within: 40_000 });
    expect(client.address).toBe(facts.address);
    await eventually(() => client.host.reaches(facts.managementAddress));
  }, 120_000);

  it('that an earlier life of this server held are not believed to be up', async () => {
    const site = await make();
    await factsOf(site);
    await fleet.sql(`UPDATE site_tunnel SET server_id = $2, connection = 'before/1', seen_at = $3 WHERE site_id = $1 RETURNING id`, [
      ...[site, TestNetwork.SERVER],
      new Date(fleet.clock.now()),
    ]);
    expect(await isHere(site)).toBe(true); // as kill -9 leaves it
    await fleet.app.close();
    await fleet.startApp();
    await eventually(async () => !(await isHere(site)), { within: 20_000 });
  }, 60_000);

  it('are up all at once, forty of them', async () => {
    const sites = await Promise.all(Array.from({ length: 40 }, make));
    for (const site of sites) connect(await factsOf(site));
    await eventually(async () => (await health()).clients === 40, { within: 90_000, every: 250 });
    const here = await Promise.all(sites.map(isHere));
    expect(here.filter(Boolean)).toHaveLength(40);
    const addresses = await Promise.all(sites.map(async (site) => (await factsOf(site)).address));
    expect(await network.ping(addresses)).toBe(40);
  }, 180_000);
});
