/**
 * The policy of 10,000 sites, which have none in force, changes: how long marking them takes, what rendering costs, and how much
 * slower polls get while the change travels to routers that poll every 30 s, confirm it and are looked at.
 *
 *   npm run bench:sections -- [--sites 10000] [--idle 60] [--most 900]
 */
import { parseArgs } from 'node:util';
import type pg from 'pg';
import { defaultContent } from '../../src/modules/control-plane/policies/services.js';
import { policyWish } from '../../src/modules/control-plane/policies/policy-wish.js';
import { Installation } from './support/installation.js';
import { LightRouters, type Polled, VERSION } from './support/light-routers.js';
import { Neighbours } from './support/machine.js';
import { atMost, benchmark, exactly, type Latency, latencyOf, median, progress, rounded } from './support/report.js';
import { atRest, seedSites } from './support/routers.js';

const { values } = parseArgs({
  options: {
    sites: { type: 'string', default: '10000' },
    idle: { type: 'string', default: '60' },
    most: { type: 'string', default: '900' },
  },
});
const sites = Number(values.sites);
const ROUND_SECONDS = 30;
const MOST_IDLE_ROUNDS = 4;

await benchmark('sections', async (undo) => {
  const renderMs = rendering();
  progress(`a policy section is rendered in ${renderMs} ms`);
  const installation = await Installation.make(undo);
  progress(`seeding ${sites} sites`);
  const teamId = await installation.offline(async (db) => {
    const teamId = await seedSites(db, sites);
    await db.query(`UPDATE site SET software_version = $1`, [VERSION]);
    await atRest(db, ['management', 'policy', 'vpc']); // nothing is wished until the policy changes
    return teamId;
  });
  const app = await installation.start({ MGMT_TUNNEL: 'off' });
  const db = await installation.connect();
  undo.push(() => db.end());
  const api = await policyApi(app.port, await installation.credential(db));
  const routers = new LightRouters(app.port, teamId, sites);
  undo.push(async () => routers.close());

  const neighbours = new Neighbours().watchStandstills();
  const quiet = ({ begun, latencies }: Polls): Float64Array => neighbours.undisturbed(begun, latencies);
  const spread = async (what: string): Promise<Polls & { seconds: number; failed: number; scripts: number }> => {
    const began = performance.now();
    const rounds: Polled[] = [];
    let [failed, scripts] = [0, 0];
    for (let seconds = 0; seconds < Number(values.most); seconds += ROUND_SECONDS) {
      const polled = await routers.poll(ROUND_SECONDS);
      rounds.push(polled);
      failed += polled.failed;
      scripts += polled.scripts;
      const open = await unfinished(db);
      const [every, calm, brought] = [polled.latencies, quiet(polled), polled.withScript].map(latencyOf) as [Latency, Latency, Latency];
      progress(
        `${what}: ${polled.scripts} scripts in ${ROUND_SECONDS} s, polls p50 ${every.p50} ms, p99 ${every.p99} ms, undisturbed ${calm.p50} and ${calm.p99} ms (${shareOf(quiet(polled), polled.latencies)} %), with a script ${brought.p50} and ${brought.p99} ms; ${open} sites to go`,
      );
      if (open === 0 && routers.settled) break;
    }
    return { ...joined(rounds), seconds: rounded((performance.now() - began) / 1000), failed, scripts };
  };
  /** Long enough to know how polls are at rest, whatever neighbours do. */
  const idlePolls = async (): Promise<Polls & { scripts: number; failed: number }> => {
    const rounds: Polled[] = [];
    const all = (): Polls => joined(rounds);
    do rounds.push(await routers.poll(Number(values.idle)));
    while (quiet(all()).length < sites && rounds.length < MOST_IDLE_ROUNDS);
    const sum = (key: 'scripts' | 'failed'): number => rounds.reduce((total, round) => total + round[key], 0);
    return { ...all(), scripts: sum('scripts'), failed: sum('failed') };
  };
  await routers.poll(2 * ROUND_SECONDS); // the server learns what these routers are
  const idle = await idlePolls();
  const [idleLatency, calmIdle] = [latencyOf(idle.latencies), latencyOf(quiet(idle))];
  progress(
    `idle: polls p50 ${idleLatency.p50} ms, p99 ${idleLatency.p99} ms, undisturbed ${calmIdle.p50} and ${calmIdle.p99} ms (${shareOf(quiet(idle), idle.latencies)} %); ${idle.scripts} scripts`,
  );

  const markMs: number[] = [];
  for (const port of [2201, 2202, 2203]) markMs.push(await api.change(port));
  progress(`marking ${sites} sites: ${markMs.map((ms) => rounded(ms)).join(', ')} ms`);
  const change = await spread('the change');
  const [latency, calmLatency] = [latencyOf(change.latencies), latencyOf(quiet(change))];
  const { rows } = await db.query<{ failed: number }>(`SELECT count(*) FILTER (WHERE attempts > 0)::int AS failed FROM site_section`);
  const notInForce = await unfinished(db);
  await db.end();
  await app.stop();
  return {
    targets: {
      restedBefore: exactly(0, idle.scripts), // else «idle» was none, and the ratio says nothing
      markMs: atMost(1000, rounded(median(markMs))),
      renderMs: atMost(1, renderMs),
      pollP99TimesIdle: atMost(3, rounded(calmLatency.p99 / calmIdle.p99, 2)),
      notInForce: exactly(0, notInForce),
      sitesFailed: exactly(0, rows[0]!.failed),
      pollsFailed: exactly(0, idle.failed + change.failed),
    },
    sites,
    // In seconds in which nobody else on the hardware took processor time, and in all.
    undisturbed: { idleMs: calmIdle, changeMs: calmLatency, sharePercent: shareOf(quiet(change), change.latencies) },
    all: { idleMs: idleLatency, changeMs: latency, pollP99TimesIdle: rounded(latency.p99 / idleLatency.p99, 2) },
    inForceEverywhereSeconds: change.seconds,
    scripts: change.scripts,
  };
});

type Polls = Pick<Polled, 'begun' | 'latencies'>;

function joined(rounds: readonly Polled[]): Polls {
  return {
    begun: Float64Array.from(rounds.flatMap(({ begun }) => [...begun])),
    latencies: Float64Array.from(rounds.flatMap(({ latencies }) => [...latencies])),
  };
}

function shareOf(some: Float64Array, all: Float64Array): number {
  return rounded((100 * some.length) / all.length);
}

/** Median milliseconds from a policy to the wish that the section has. */
function rendering(): number {
  const content = defaultContent('100.64.0.1');
  const times = Array.from({ length: 1000 }, () => {
    const began = performance.now();
    policyWish(content, '100.64.0.1');
    return performance.now() - began;
  });
  return rounded(median(times), 3);
}

/** Sites where the newest policy is not in force, or that are about to be looked at. */
async function unfinished(db: pg.Client): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM site_section WHERE section = 'policy' AND (wanted > applied OR phase <> 'idle' OR due_at <= now())`,
  );
  return rows[0]!.n;
}

/** Changes the default policy through the API. */
async function policyApi(port: number, credential: string): Promise<{ change(ssh: number): Promise<number> }> {
  const headers = { authorization: `Bearer ${credential}`, 'content-type': 'application/json' };
  const url = `http://127.0.0.1:${port}/control-plane/policies`;
  const [policy] = (await (await fetch(url, { headers })).json()) as Record<string, unknown>[];
  const { name, trusted_networks, winbox, ssh, http, https, telnet, ftp, api, api_ssl } = policy!;
  const body = { name, trusted_networks, winbox, ssh, http, https, telnet, ftp, api, api_ssl };
  return {
    async change(port) {
      const began = performance.now();
      const answer = await fetch(`${url}/${policy!['id'] as string}`, {
        ...{ method: 'PUT', headers },
        body: JSON.stringify({ ...body, ssh: { enabled: true, port } }),
      });
      if (answer.status !== 200) throw new Error(`The policy could not be changed: ${await answer.text()}`);
      await answer.arrayBuffer();
      return performance.now() - began;
    },
  };
}
