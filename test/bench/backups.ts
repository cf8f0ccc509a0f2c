/**
 * Backups at rest and on their way: what a list and a diff take through HTTP, what 10,000 versions take in the store, and how much
 * slower polls get during the first minutes of the daily run, whose sites are spread evenly over its window.
 *
 *   npm run bench:backups -- [--versions 10000] [--of 100] [--kb 200] [--sites 10000] [--window 240] [--watch 10] [--idle 60]
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type pg from 'pg';
import '../../src/platform/blobs/entities.js';
import { Blobs } from '../../src/platform/blobs/index.js';
import { FolderStore } from '../../src/platform/blobs/folder-store.js';
import { Clock } from '../../src/platform/clock/clock.js';
import { RequestContext, type TeamId } from '../../src/platform/context/index.js';
import { AppKeys, Random } from '../../src/platform/crypto/index.js';
import { Database } from '../../src/platform/database/index.js';
import { EmbeddedPostgres } from '../../src/platform/embedded/index.js';
import { Logger } from '../../src/platform/telemetry/logger.js';
import { connect } from '../support/postgres.js';
import { APP_KEY, Installation } from './support/installation.js';
import { LightRouters, VERSION } from './support/light-routers.js';
import { atLeast, atMost, benchmark, exactly, latencyOf, median, progress, rounded } from './support/report.js';
import { atRest as restSections, seedSites, serialOf, siteId } from './support/routers.js';

const { values } = parseArgs({
  options: {
    versions: { type: 'string', default: '10000' },
    of: { type: 'string', default: '100' },
    kb: { type: 'string', default: '200' },
    sites: { type: 'string', default: '10000' },
    window: { type: 'string', default: '240' },
    watch: { type: 'string', default: '10' },
    idle: { type: 'string', default: '60' },
  },
});
const [versions, owners, kilobytes, sites, minutes] = [values.versions, values.of, values.kb, values.sites, values.window].map(Number) as [
  number,
  number,
  number,
  number,
  number,
];
const ROUND_SECONDS = 30;
const LIST_MS = 10;
const DIFF_MS = 100;

await benchmark('backups', async (undo) => {
  const installation = await Installation.make(undo);
  progress(`seeding ${sites} sites`);
  const teamId = await installation.offline(async (db) => {
    const teamId = await seedSites(db, Math.max(sites, owners + 1));
    await db.query(`UPDATE site SET software_version = $1`, [VERSION]);
    await restSections(db, ['management', 'policy', 'vpc']);
    return teamId;
  });
  const env = { MGMT_TUNNEL: 'off', SFTP: 'off', BACKUP_AT_ADOPTION: 'false' };
  let app = await installation.start({ ...env, BACKUP_DAILY: 'false' });
  let db = await installation.connect();
  undo.push(() => db.end());
  const rest = await atRest(installation, teamId, app.port, await installation.credential(db));
  progress(`list ${rest.listMs} ms, diff ${rest.diffMs} ms, store ${rest.share} of the content`);

  const routers = new LightRouters(app.port, teamId, sites, (n) => Buffer.from(exportText(kilobytes * 1024, `${serialOf(n)}`)));
  undo.push(async () => routers.close());
  const spread = async (what: string, until: () => Promise<boolean>): Promise<{ latencies: Float64Array; failed: number }> => {
    const all: number[] = [];
    let failed = 0;
    for (let round = 0; round < (Number(values.watch) + 15) * 2; round++) {
      const polled = await routers.poll(ROUND_SECONDS);
      all.push(...polled.latencies);
      failed += polled.failed;
      const { p50, p99 } = latencyOf(polled.latencies);
      progress(`${what}: ${polled.scripts} scripts in ${ROUND_SECONDS} s, polls p50 ${p50} ms, p99 ${p99} ms`);
      if (routers.settled && (await until())) break;
    }
    return { latencies: Float64Array.from(all), failed };
  };
  await routers.poll(2 * ROUND_SECONDS); // the server learns what these routers are
  const idle = await routers.poll(Number(values.idle));
  const idleLatency = latencyOf(idle.latencies);
  progress(`idle: polls p50 ${idleLatency.p50} ms, p99 ${idleLatency.p99} ms; ${idle.scripts} scripts`);

  // The same process once more, with a window that begins in a minute.
  await db.end();
  await app.stop();
  app = await installation.start({ ...env, PORT: String(app.port), BACKUP_WINDOW: windowFrom(new Date(Date.now() + 60_000)) });
  db = await installation.connect();
  const before = await brought(db);
  const began = performance.now();
  const watched = (): boolean => performance.now() - began >= Number(values.watch) * 60_000;
  const run = await spread('the daily run', async () => watched() && (await open(db)) === 0);
  const seconds = rounded((performance.now() - began) / 1000);
  const latency = latencyOf(run.latencies);
  const taken = (await brought(db)) - before;
  const { rows } = await db.query<{ failed: number }>(
    `SELECT count(*) FILTER (WHERE state = 'failed')::int AS failed FROM job WHERE should_backup`,
  );
  await app.stop();
  return {
    targets: {
      listMs: atMost(LIST_MS, rest.listMs),
      diffMs: atMost(DIFF_MS, rest.diffMs),
      storeTimesContent: atMost(1.1, rest.share),
      restedBefore: exactly(0, idle.scripts), // else «idle» was none, and the ratio says nothing
      pollP99TimesIdle: atMost(3, rounded(latency.p99 / idleLatency.p99, 2)),
      someBackedUp: atLeast(1, taken),
      jobsFailed: exactly(0, rows[0]!.failed),
      piecesRefused: exactly(0, routers.refused.length),
      pollsFailed: exactly(0, idle.failed + run.failed),
    },
    ...{ versions, sites, kilobytes, windowMinutes: minutes, watchedSeconds: seconds, backedUp: taken, seedMsEach: rest.keepMs },
    ...{ idleMs: idleLatency, dailyRunMs: latency, refused: routers.refused.slice(0, 3), rssMiB: rounded(rest.rss, 1) },
  };
});

/** `HH:MM-HH:MM` in UTC. */
function windowFrom(from: Date): string {
  const time = (at: Date): string => at.toISOString().slice(11, 16);
  return `${time(from)}-${time(new Date(from.getTime() + minutes * 60_000))}`;
}

/** Text of an export of about so many bytes. The same seed gives the same text, another one another. */
function exportText(bytes: number, seed: string, changed = 0): string {
  const lines = [
    `# 2026-01-01 12:00:00 by RouterOS 7.22.3`,
    `# software id = ABCD-EFGH`,
    '#',
    `# model = RB5009UG+S+`,
    `# serial number = ${seed}`,
  ];
  lines.push('/ip firewall address-list');
  let state = [...seed].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) >>> 0, 7);
  let length = 0;
  for (let i = 0; length < bytes; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const address = [state >>> 24, (state >>> 16) & 255, (state >>> 8) & 255, i & 255].join('.');
    const line = `add address=${address} comment="customer ${state.toString(36)} ${i < changed ? 'new' : 'old'}" list=list-${i % 7}`;
    lines.push(line);
    length += line.length + 1;
  }
  return `${lines.join('\n')}\n`;
}

/** Versions by the same `Blobs` that the server uses, on the same database and folder; then what reading them takes. */
async function atRest(installation: Installation, teamId: TeamId, port: number, credential: string) {
  const dataSource = await connect(EmbeddedPostgres.runningUrl(installation.folder)!);
  const db = new Database(dataSource, new Random());
  const ctx = RequestContext.system('bench').forTeam(teamId);
  const folder = join(installation.folder, 'blobs');
  const blobs = new Blobs(new FolderStore(folder), db, new AppKeys(APP_KEY), new Clock(), new Logger('warn'));
  progress(`keeping ${versions} versions of ${kilobytes} KB`);
  const began = performance.now();
  let content = 0;
  const keep = async (site: number, at: number, text: string): Promise<void> => {
    const bytes = Buffer.from(text);
    content += bytes.length;
    const { id, digest } = await blobs.keep(ctx, bytes);
    await db.query(
      ctx,
      `INSERT INTO backup (id, team_id, site_id, taken_at, confirmed_at, size, blob_id, fingerprint, version, model) VALUES (gen_random_uuid(), $1, $2, to_timestamp($3), to_timestamp($3), $4, $5, $6, '7.22.3', 'RB5009UG+S+')`,
      [teamId, siteId(site), at, bytes.length, id, digest],
    );
  };
  const first = Math.floor(Date.now() / 1000) - 86_400 * 20;
  const next = Array.from({ length: versions }, (_, i) => i).values();
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (const i of next) await keep(i % owners, first + i, exportText(kilobytes * 1024, `version-${i}`));
    }),
  );
  const keepMs = rounded((performance.now() - began) / Math.max(1, versions), 2);
  const stored = sizeOf(folder);
  const share = rounded(stored / content, 3);
  const megabyte = owners; // a site of its own
  for (const changed of [0, 40]) await keep(megabyte, first + changed, exportText(1_048_576, 'large', changed));
  await db.query(RequestContext.system('bench'), `ANALYZE backup`);
  await dataSource.destroy();

  const get = async (path: string, rounds: number): Promise<number> => {
    const times: number[] = [];
    for (let round = -3; round < rounds; round++) {
      const at = performance.now();
      const answer = await fetch(`http://127.0.0.1:${port}${path.replace('SITE', siteId(Math.abs(round) % owners))}`, {
        headers: { authorization: `Bearer ${credential}` },
      });
      const text = await answer.text();
      if (answer.status !== 200 || text.length < 100) throw new Error(`${path} answered ${answer.status}: ${text.slice(0, 200)}`);
      if (round >= 0) times.push(performance.now() - at);
    }
    return rounded(median(times), 2);
  };
  const listMs = await get('/backup/SITE', 300);
  const diffMs = await get(`/backup/${siteId(megabyte)}/${first}.rsc/${first + 40}.rsc`, 30);
  return { listMs, diffMs, share, keepMs, rss: process.memoryUsage().rss / 1_048_576 };
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(folder, name)))
    .reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
}

/** Versions that routers brought; none of them twice in this benchmark. */
async function brought(db: pg.Client): Promise<number> {
  const { rows } = await db.query<{ n: number }>(`SELECT count(*)::int AS n FROM backup WHERE job_id IS NOT NULL`);
  return rows[0]!.n;
}

/** Backups that were asked for and have not ended. */
async function open(db: pg.Client): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM job WHERE should_backup AND state IN ('pending', 'sent', 'busy')`,
  );
  return rows[0]!.n;
}
