/**
 * Polls a second of bare node:http and of rosfleet with 10,000 adopted sites, by the same generator in the same run;
 * then latency at half of rosfleet's load; then what kill -9 loses.
 *
 *   npm run bench:poll -- [--sites 10000] [--seconds 5] [--warm-up 1] [--rounds 9] [--connections 128]
 */
import { parseArgs } from 'node:util';
import type pg from 'pg';
import type { TeamId } from '../../src/platform/context/index.js';
import { unixMillis } from './support/clock.js';
import { Neighbours } from './support/machine.js';
import { ended, message, SERVER_OPTIONS, startChild } from './support/children.js';
import { Generator, type KillLog, type LoadResult, type LoadWish } from './support/generator-client.js';
import { cpuSeconds, databaseCpuSeconds, Installation, type RunningApp } from './support/installation.js';
import { atLeast, atMost, benchmark, exactly, latencyOf, median, pause, progress, rounded, until } from './support/report.js';
import { atRest, beatsStored, queueJobs, seedSites, siteId } from './support/routers.js';

const number = (fallback: number): { type: 'string'; default: string } => ({ type: 'string', default: String(fallback) });
const { values } = parseArgs({
  options: {
    sites: number(10_000),
    seconds: number(5),
    'warm-up': number(1),
    rounds: number(9),
    connections: number(128),
    'latency-seconds': number(15),
  },
});
const [sites, seconds, warmUpSeconds, connections] = [values.sites, values.seconds, values['warm-up'], values.connections].map(Number) as [
  number,
  number,
  number,
  number,
];

const JOB_SHARE = 0.01;
/**
 * Rounds in which neighbours took more of the machine than this do not count, as long as there are others. They are short: how fast a
 * shared processor is changes within half a minute, by half and more, and only the two loads of a round are compared.
 */
const CALM_PERCENT = 1;
const MOST_ROUNDS = 30;
/** Before them, without measuring: V8 compiles for the first half minute of a load. */
const FIRST_SECONDS = 20;
const MOST_HALVES = 6;
/** Seconds' worth of latencies that neighbours left alone. */
const CALM_SECONDS = 5;
/** A job is learnt by the flush after it was queued, and delivered by the poll after that. */
const SETTLE_MS = 10_000;

await benchmark('poll', async (undo) => {
  const installation = await Installation.make(undo);
  progress(`seeding ${sites} sites`);
  const teamId = await installation.offline(async (db) => {
    const teamId = await seedSites(db, sites);
    await atRest(db, ['management', 'policy', 'vpc']); // 1 % of the polls get a job, and nothing else
    return teamId;
  });
  const generator = await Generator.start(undo);
  const bare = startChild('test/bench/support/bare-server.js', { execArgv: [...SERVER_OPTIONS] });
  undo.push(() => (bare.kill(), ended(bare)));
  const { port: barePort } = await message<{ kind: 'listening'; port: number }>(bare, 'listening');
  let app = await installation.start();
  let db = await installation.connect();
  undo.push(() => db.end());
  const wish = { teamId, routers: sites, connections, warmUpSeconds, seconds };
  const onApp = (more: Partial<LoadWish> = {}): Promise<LoadResult> =>
    withJobs(generator, { ...wish, port: app.port, ...more }, db, teamId);

  const neighbours = new Neighbours();
  const totals = { answered: 0, withScript: 0, errors: 0, refused: 0 };
  const count = (result: LoadResult): LoadResult => {
    for (const key of Object.keys(totals) as (keyof typeof totals)[]) totals[key] += result[key];
    return result;
  };
  progress('warming up');
  await generator.load({ ...wish, port: barePort, seconds: FIRST_SECONDS });
  count(await onApp({ seconds: FIRST_SECONDS }));
  const all: Round[] = [];
  const calm = (): Round[] => all.filter(({ takenPercent }) => takenPercent <= CALM_PERCENT);
  while (calm().length < Number(values.rounds) && all.length < MOST_ROUNDS) {
    const began = unixMillis();
    const plain = await costOf(bare.pid!, () => generator.load({ ...wish, port: barePort }));
    const databaseBefore = databaseCpuSeconds(installation);
    const ours = await costOf(app.pid, async () => count(await onApp()));
    const round: Round = {
      bare: plain.requestsPerSecond,
      app: ours.requestsPerSecond,
      bareMicros: plain.cpuMicros,
      appMicros: ours.cpuMicros,
      databaseMicros: ((databaseCpuSeconds(installation) - databaseBefore) * 1e6) / ours.answered,
      takenPercent: neighbours.takenSince(began),
    };
    all.push(round);
    const micros = [round.bareMicros, round.appMicros, round.databaseMicros].map((value) => rounded(value, 1));
    progress(
      `round ${all.length}: node:http ${rounded(round.bare)} requests/s, rosfleet ${rounded(round.app)}, ratio ${rounded(round.app / round.bare, 3)}; ` +
        `µs of processor each ${micros.join(', ')} (database); ${ours.withScript} jobs; ${rounded(round.takenPercent, 1)} % of the machine taken by neighbours`,
    );
  }
  const rounds = calm().length ? calm() : all;
  const medianOf = (pick: (round: Round) => number): number => median(rounds.map(pick));
  const rate = Math.floor(medianOf((round) => round.app) / 2);
  const latencyWish = { rate, seconds: Number(values['latency-seconds']), warmUpSeconds: 3 };
  neighbours.watchStandstills();
  const halves: LoadResult[] = [];
  const undisturbed = (): Float64Array =>
    Float64Array.from(halves.flatMap(({ begun, latencies }) => [...neighbours.undisturbed(begun, latencies)]));
  while (halves.length < MOST_HALVES && undisturbed().length < CALM_SECONDS * rate) halves.push(count(await onApp(latencyWish)));
  const every = Float64Array.from(halves.flatMap(({ latencies }) => [...latencies]));
  const calmPercent = rounded((100 * undisturbed().length) / every.length);
  const latency = latencyOf(calmPercent ? undisturbed() : every);
  const plainLatency = latencyOf((await generator.load({ ...wish, ...latencyWish, port: barePort })).latencies);
  progress(
    `rosfleet at ${rate} requests/s: p50 ${latency.p50} ms, p99 ${latency.p99} ms, max ${latency.max} ms in the ${calmPercent} % that neighbours left alone`,
  );
  progress(`node:http at ${rate} requests/s: p50 ${plainLatency.p50} ms, p99 ${plainLatency.p99} ms, max ${plainLatency.max} ms`);

  const unread = await answeredUnread(app.port);
  const read = totals.answered - unread;
  await until(async () => (await beatsStored(db)) >= read, SETTLE_MS);
  const persisted = await beatsStored(db);
  const jobs = await db.query<{ state: string; count: number }>('SELECT state, count(*)::int FROM job GROUP BY state');
  progress(
    `heartbeats: ${read} answered, ${unread} more unread under overload, ${persisted} in the database; jobs delivered: ${totals.withScript}`,
  );

  const kill = await killDuringLoad(generator, app, { ...wish, port: app.port, rate, seconds: 30, warmUpSeconds: 0 });
  await db.end();
  app = await installation.start();
  db = await installation.connect();
  const loss = await lossOf(db, kill.log, kill.at);
  progress(
    `kill -9: ${loss.lostHeartbeats} heartbeats lost, the oldest ${loss.oldestLostMs} ms before it; ready again after ${rounded(app.readyMs)} ms`,
  );
  await db.end();
  await app.stop();

  return {
    targets: {
      ratio: atLeast(
        0.5,
        rounded(
          medianOf(({ app, bare }) => app / bare),
          3,
        ),
      ),
      p99AtHalfLoadMs: atMost(25, latency.p99),
      shareWithJob: atLeast(0.9 * JOB_SHARE, rounded(totals.withScript / totals.answered, 4)), // else the ratio says nothing
      refusedOrFailed: exactly(0, totals.refused + totals.errors),
      heartbeatsPersisted: exactly(read, persisted),
      oldestLostByKillMs: atMost(1000, loss.oldestLostMs),
    },
    // Processor time tells what a request costs also on a machine that others use at the same time.
    cpuMicrosPerRequest: {
      nodeHttp: rounded(
        medianOf((round) => round.bareMicros),
        1,
      ),
      rosfleet: rounded(
        medianOf((round) => round.appMicros),
        1,
      ),
      database: rounded(
        medianOf((round) => round.databaseMicros),
        1,
      ),
      ratio: rounded(
        medianOf(({ bareMicros, appMicros }) => bareMicros / appMicros),
        3,
      ),
    },
    nodeHttp: { requestsPerSecond: rounded(medianOf((round) => round.bare)), latencyMsAtSameRate: plainLatency },
    rosfleet: {
      requestsPerSecond: rounded(medianOf((round) => round.app)),
      sites,
      halfLoad: rate,
      latencyMsAtHalfLoad: latency,
      undisturbedPercent: calmPercent,
    },
    rounds: { counted: rounds.length, all: all.map((round) => ({ ...round, ratio: rounded(round.app / round.bare, 3) })) },
    jobs: {
      delivered: totals.withScript,
      share: rounded(totals.withScript / totals.answered, 4),
      states: Object.fromEntries(jobs.rows.map((r) => [r.state, r.count])),
    },
    heartbeats: { read, persisted, answeredUnread: unread },
    kill: { ...loss, readyAgainMs: rounded(app.readyMs) },
  };
});

interface Round {
  /** Requests a second. */
  readonly bare: number;
  readonly app: number;
  /** Processor time of one request. */
  readonly bareMicros: number;
  readonly appMicros: number;
  readonly databaseMicros: number;
  /** Of the machine, by neighbours on the same hardware. */
  readonly takenPercent: number;
}

/** Processor time of the server for each request of a load, its flushes and jobs included. */
async function costOf(pid: number, work: () => Promise<LoadResult>): Promise<LoadResult & { cpuMicros: number }> {
  const before = cpuSeconds(pid);
  const result = await work();
  return { ...result, cpuMicros: ((cpuSeconds(pid) - before) * 1e6) / result.answered };
}

/** Load with jobs queued meanwhile, by what looks like another process, for so many of the polls as get one. */
async function withJobs(generator: Generator, wish: Omit<LoadWish, 'kind'>, db: pg.Client, teamId: TeamId): Promise<LoadResult> {
  let queued = 0;
  let work = Promise.resolve();
  const result = await generator.load(wish, ({ answered }) => {
    work = work.then(async () => {
      const due = Math.min(Math.floor(answered * JOB_SHARE) - queued, wish.routers);
      if (due <= 0) return;
      queued += due;
      await queueJobs(
        db,
        teamId,
        Array.from({ length: due }, () => Math.floor(Math.random() * wish.routers)),
      );
    });
  });
  await work;
  return result;
}

async function killDuringLoad(generator: Generator, app: RunningApp, wish: Omit<LoadWish, 'kind'>): Promise<{ at: number; log: KillLog }> {
  const loading = generator.load({ ...wish, logged: true });
  await pause(5000 + Math.random() * 1000);
  const at = Date.now();
  await (process.env['BENCH_CPU_PROF'] ? app.stop() : app.kill()); // a profile is written at the end of a process only
  generator.stop();
  await loading;
  return { at, log: await generator.log() };
}

/** Heartbeats that the server answered before it read them, because it was behind by a quarter of a second. */
async function answeredUnread(port: number): Promise<number> {
  const { checks } = (await (await fetch(`http://127.0.0.1:${port}/health`)).json()) as { checks: { heartbeats: { shed: number } } };
  return checks.heartbeats.shed;
}

/** Answered heartbeats that the database does not know, directly or by a later one of the same router. */
async function lossOf(
  db: pg.Client,
  log: KillLog,
  killedAt: number,
): Promise<{ answeredBeforeKill: number; lostHeartbeats: number; oldestLostMs: number }> {
  const { rows } = await db.query<{ id: string; seen: number }>(
    'SELECT site_id AS id, extract(epoch FROM last_seen_at)::float8 * 1000 AS seen FROM site_pulse',
  );
  const seen = new Map(rows.map((r) => [r.id, r.seen]));
  let lostHeartbeats = 0;
  let oldest = killedAt;
  for (let i = 0; i < log.router.length; i++) {
    if ((seen.get(siteId(log.router[i]!)) ?? 0) >= log.sent[i]!) continue;
    lostHeartbeats++;
    oldest = Math.min(oldest, log.answered[i]!);
  }
  return { answeredBeforeKill: log.router.length, lostHeartbeats, oldestLostMs: rounded(killedAt - oldest) };
}
