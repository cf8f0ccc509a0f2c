/**
 * Real OpenVPN clients, one network namespace each, at the tunnel server of a real application: until all of them are
 * connected, what that costs, and until they are back after kill -9 of the daemon. Needs root, openvpn, nft and ip.
 *
 *   npm run bench:tunnel -- [--clients 200]
 */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createApp } from '../../src/app.js';
import { readSettings } from '../../src/config/index.js';
import { SiteService } from '../../src/fleet/index.js';
import { TunnelService } from '../../src/modules/control-plane/index.js';
import { LiveTunnels } from '../../src/modules/control-plane/tunnel/live-tunnels.js';
import { IdentityService } from '../../src/modules/identity/index.js';
import { RequestContext } from '../../src/platform/context/index.js';
import { EmbeddedPostgres } from '../../src/platform/embedded/index.js';
import { Logger } from '../../src/platform/telemetry/logger.js';
import { TunnelClient } from '../engines/openvpn/support.js';
import { type TestHost, TestNetwork } from '../support/network.js';
import { freePort } from './support/installation.js';
import { atMost, benchmark, exactly, progress, rounded, until } from './support/report.js';

const { values } = parseArgs({ options: { clients: { type: 'string', default: '200' } } });
const count = Number(values.clients);
/** Seconds until the last one is connected. */
const [FIRST_LIMIT, AGAIN_LIMIT] = [60, 60];

const statOf = (pid: number): string[] => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
/** Seconds of processor time, of the 100 ticks that a second has on Linux. */
const cpuOf = (pid: number): number => (Number(statOf(pid)[11]) + Number(statOf(pid)[12])) / 100;
const mebibytesOf = (pid: number): number => (Number(statOf(pid)[21]) * 4096) / 2 ** 20;

await benchmark('tunnel', async (undo) => {
  const folder = mkdtempSync(join(tmpdir(), 'rosfleet-bench-'));
  undo.push(async () => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'servers'));
  process.env['ROSFLEET_TEST_RUN'] = folder;

  progress(`making ${count} namespaces`);
  const network = new TestNetwork();
  undo.push(() => network.remove());
  const hosts: TestHost[] = Array.from({ length: count }, () => network.host());
  process.env['PATH'] = `${network.wrappers('openvpn', 'nft')}:${process.env['PATH']}`;

  progress('starting the application');
  const database = await EmbeddedPostgres.start({ dataDir: folder });
  undo.push(() => database.stop());
  const settings = readSettings({
    ...{ PORT: String(await freePort()), DATA_DIR: folder, ROSFLEET_ADMIN_PASSWORD: 'Correct-Horse-7' },
    ...{ MGMT_TUNNEL: 'on', MGMT_TUNNEL_PUBLIC_HOST: TestNetwork.SERVER },
  });
  const app = await createApp({
    ...{ settings, logger: new Logger('warn'), databaseUrl: database.url },
    ...{ appKey: '5e'.repeat(32), internalToken: 'i'.repeat(40), siteInternalToken: 's'.repeat(40) },
  });
  await app.listen(settings.PORT, '127.0.0.1');
  undo.push(() => app.close());

  const system = RequestContext.system('bench');
  const identity = app.get(IdentityService);
  const ownerId = await identity.createUser(system, { email: 'bench@example.net', name: 'Bench' });
  const teamId = await identity.createTeam(system, {
    name: 'Bench',
    organizationId: await identity.createOrganization(system, 'Bench'),
    ownerId,
  });
  const ctx = system.forTeam(teamId);
  const assigned = performance.now();
  const facts = [];
  for (let i = 0; i < count; i++) {
    const { id } = await app.get(SiteService).create(ctx, { name: `Site ${i}` });
    facts.push(await app.get(TunnelService).of(ctx, id));
  }
  const assignMs = rounded((performance.now() - assigned) / count, 1);

  const daemon = (): number => Number(readFileSync(join(folder, 'tunnel', 'openvpn.pid'), 'utf8'));
  const live = app.get(LiveTunnels);
  const own = process.cpuUsage();
  const began = performance.now();
  const clients = facts.map(({ username, password, ca, endpoint }, i) =>
    TunnelClient.start(hosts[i]!, { username, password, ca, port: endpoint.port, name: endpoint.host }),
  );
  const allUp = await until(() => live.size === count || clients.some((c) => c.hasEnded), 120_000, 50);
  const ended = clients.find((c) => c.hasEnded);
  if (ended) throw new Error(`A client ended: ${ended.lines.slice(-5).join('; ')}`);
  const upSeconds = rounded((performance.now() - began) / 1000, 1);
  progress(`${live.size} connected after ${upSeconds} s`);
  const used = process.cpuUsage(own);
  const firstRun = { cpuSeconds: rounded(cpuOf(daemon()), 2), memoryMiB: rounded(mebibytesOf(daemon())) };
  const reached = await network.ping(facts.map((f) => f.address));

  progress('kill -9 of the daemon');
  const killed = performance.now();
  process.kill(daemon(), 'SIGKILL');
  await until(() => live.size === 0, 10_000, 20);
  const allBack = await until(() => live.size === count, 300_000, 50);
  const backSeconds = rounded((performance.now() - killed) / 1000, 1);
  progress(`${live.size} back after ${backSeconds} s`);
  const reachedAgain = await network.ping(facts.map((f) => f.address));

  return {
    targets: {
      allConnected: exactly(true, allUp && allBack),
      upSeconds: atMost(FIRST_LIMIT, upSeconds),
      backSeconds: atMost(AGAIN_LIMIT, backSeconds),
      reached: exactly(count, reached),
      reachedAgain: exactly(count, reachedAgain),
    },
    clients: count,
    assignMs,
    daemon: firstRun,
    application: { cpuSeconds: rounded((used.user + used.system) / 1e6, 2), memoryMiB: rounded(process.memoryUsage().rss / 2 ** 20) },
  };
});
