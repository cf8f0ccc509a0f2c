/**
 * Memory of the server with 100,000 registered sites, all of which polled; then 1,000 new routers that are adopted at once.
 *
 *   npm run bench:fleet -- [--sites 100000] [--adoptions 1000] [--virtual-routers 20] [--seats]
 *
 * `--seats` limits the team's seats to what is needed: then each adoption counts the seats under the organization's lock.
 */
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { parseArgs } from 'node:util';
import type pg from 'pg';
import { uuidToBase62 } from '../../src/platform/crypto/index.js';
import { bootstrapCommand } from '../../src/routeros/render/index.js';
import { VirtualRouter } from '../../tools/virtual-router/index.js';
import { Generator } from './support/generator-client.js';
import { Installation } from './support/installation.js';
import { atMost, benchmark, exactly, latencyOf, pause, progress, rounded, until } from './support/report.js';
import { heartbeatOf, seedSites, serialOf, teamOf } from './support/routers.js';

const { values } = parseArgs({
  options: {
    sites: { type: 'string', default: '100000' },
    adoptions: { type: 'string', default: '1000' },
    'virtual-routers': { type: 'string', default: '20' },
    seats: { type: 'boolean', default: false },
  },
});
const [sites, adoptions, virtual] = [Number(values.sites), Number(values.adoptions), Number(values['virtual-routers'])];
const MIB = 2 ** 20;
/** Some people paste the command twice. */
const IMPATIENT = 0.1;

await benchmark('fleet', async (undo) => {
  const installation = await Installation.make(undo);
  progress(`seeding ${sites} sites`);
  const teamId = await installation.offline((db) => seedSites(db, sites));
  const generator = await Generator.start(undo);
  const app = await installation.start();
  const db = await installation.connect();
  undo.push(() => db.end());
  const atStart = app.rss();
  progress(`resident after the start: ${rounded(atStart / MIB)} MiB`);
  const { rows } = await db.query<{ now: Date }>('SELECT now()');
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, app.rss())), 100);
  // As in life, spread over an interval of 30 s: 3,333 polls a second for 100,000 routers.
  const polled = await generator.each({ port: app.port, teamId, routers: sites, seconds: 30, mostOpen: 1000 });
  const refused = polled.statuses.reduce((sum, status) => sum + Number(status !== 200), 0);
  const missing = async (): Promise<number> =>
    Number((await db.query<{ n: string }>('SELECT count(*) AS n FROM site_pulse WHERE last_seen_at < $1', [rows[0]!.now])).rows[0]!.n);
  await until(async () => (await missing()) === 0, 10_000, 500);
  const notNoted = await missing();
  await pause(2000);
  clearInterval(watch);
  const resident = app.rss();
  progress(
    `${sites} polled (${refused} refused, ${notNoted} not noted); resident ${rounded(resident / MIB)} MiB, at most ${rounded(peak / MIB)} MiB`,
  );

  const storm = await adoptionStorm(db, app.port);
  const afterStorm = app.rss();
  progress(
    `${storm.adopted} of ${adoptions} adopted in ${storm.seconds} s (${storm.perSecond} a second), ${storm.twice} twice, ${storm.refused} refused`,
  );
  const byRouters = await virtualRouters(db, app.port);
  if (virtual) progress(`${byRouters.adopted} of ${virtual} virtual routers adopted in ${byRouters.seconds} s`);
  await db.end();
  await app.stop();
  return {
    targets: {
      residentMiB: atMost(400, rounded(resident / MIB)),
      pollsRefused: exactly(0, refused),
      adopted: exactly(adoptions, storm.adopted),
      adoptedTwice: exactly(0, storm.twice),
      adoptionsRefused: exactly(0, storm.refused),
      virtualRoutersAdopted: exactly(virtual, byRouters.adopted),
    },
    sites,
    memoryMiB: {
      afterStart: rounded(atStart / MIB),
      allPolled: rounded(resident / MIB),
      most: rounded(peak / MIB),
      afterStorm: rounded(afterStorm / MIB),
    },
    notNotedPolls: notNoted,
    storm,
    virtualRouters: byRouters,
  };
});

/** A reusable bootstrap token of the team; with `--seats`, seats for exactly those who come. */
async function invite(db: pg.Client, newcomers: number): Promise<string> {
  const teamId = await teamOf(db);
  const [runbook, token] = [randomUUID(), randomUUID()];
  await db.query(`INSERT INTO runbook (id, team_id, name, created_at) VALUES ($1, $2, 'Storm', now())`, [runbook, teamId]);
  await db.query(`INSERT INTO bootstrap_token (id, team_id, runbook_id, reusable, created_at) VALUES ($1, $2, $3, true, now())`, [
    token,
    teamId,
    runbook,
  ]);
  if (values.seats)
    await db.query(`UPDATE team SET site_limit = (SELECT count(*) FROM site WHERE team_id = $1) + $2::int WHERE id = $1`, [
      teamId,
      newcomers,
    ]);
  return uuidToBase62(token);
}

async function adoptedSince(db: pg.Client, since: Date): Promise<{ rows: number; hardware: number }> {
  const sql = 'SELECT count(*)::int AS rows, count(DISTINCT hardware_hash)::int AS hardware FROM site WHERE adopted_at >= $1';
  return (await db.query<{ rows: number; hardware: number }>(sql, [since])).rows[0]!;
}

async function adoptionStorm(
  db: pg.Client,
  port: number,
): Promise<{ adopted: number; twice: number; refused: number; seconds: number; perSecond: number; latencyMs: unknown; impatient: number }> {
  const token = await invite(db, adoptions);
  const since = (await db.query<{ now: Date }>('SELECT now()')).rows[0]!.now;
  const agent = new Agent({ keepAlive: false, maxSockets: Infinity });
  const began = performance.now();
  const adopt = async (n: number): Promise<boolean> => {
    const bootstrap = await http(agent, { port, path: `/${token}` });
    const router = sites + n;
    const answer = await http(agent, { port, path: `/adopt/${token}`, method: 'POST' }, heartbeatOf(router, undefined, serialOf(router)));
    return bootstrap.status === 200 && answer.status === 200 && /Authorization: ?Bearer/i.test(answer.body);
  };
  const impatient = Math.floor(adoptions * IMPATIENT);
  const latencies = new Float64Array(adoptions + impatient);
  const results = await Promise.all(
    Array.from({ length: adoptions + impatient }, async (_, i) => {
      const ok = await adopt(i % adoptions).catch(() => false);
      latencies[i] = performance.now() - began;
      return ok;
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  const { rows, hardware } = await adoptedSince(db, since);
  return {
    ...{ adopted: hardware, twice: rows - hardware, refused: results.filter((ok) => !ok).length, impatient },
    ...{ seconds: rounded(seconds, 2), perSecond: rounded(adoptions / seconds), latencyMs: latencyOf(latencies) },
  };
}

/** The same by routers that execute the scripts. */
async function virtualRouters(db: pg.Client, port: number): Promise<{ adopted: number; seconds: number }> {
  if (!virtual) return { adopted: 0, seconds: 0 };
  const token = await invite(db, virtual);
  const since = (await db.query<{ now: Date }>('SELECT now()')).rows[0]!.now;
  const command = bootstrapCommand({ link: { baseUrl: `http://127.0.0.1:${port}`, checkCertificate: false }, token });
  const began = performance.now();
  await Promise.all(
    Array.from({ length: virtual }, async (_, n) => {
      const router = new VirtualRouter({
        serial: `VR${String(n).padStart(8, '0')}`,
        identity: `virtual-${n}`,
        model: 'RB5009UG+S+',
        version: '7.22.3',
      });
      await router.paste(command);
      await router.stop();
    }),
  );
  const seconds = rounded((performance.now() - began) / 1000, 2);
  return { adopted: (await adoptedSince(db, since)).hardware, seconds };
}

function http(
  agent: Agent,
  options: { port: number; path: string; method?: string },
  body?: string,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(body) };
    const sent = request(
      { ...options, host: '127.0.0.1', agent, headers: { 'user-agent': 'Mikrotik/7.x Fetch', ...headers } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
