/**
 * The load generator, a process of its own: routers that poll over raw sockets. It is told what to do by messages
 * (see generator-client.ts) and knows three ways to load:
 *  - `closed`: each connection sends its next poll when the last was answered: the most a server can do;
 *  - `open`: polls begin at fixed times whatever the server does, and latency counts from those times, so that a stall of
 *    the server is not hidden by polls that were never sent (coordinated omission);
 *  - `each`: every router polls once, on a connection of its own, spread over a time; like routers after an outage.
 */
import { PollConnection, pollRequests } from './poll-client.js';
import type { EachWish, GeneratorMessage, KillLog, LoadResult, LoadWish } from './generator-client.js';

const tell = (message: GeneratorMessage): void => void process.send?.(message);

/** The last polls that were answered: which router, when sent, when answered (Unix milliseconds). */
class AnswerLog {
  private static readonly SIZE = 1 << 19;
  private readonly router = new Uint32Array(AnswerLog.SIZE);
  private readonly sent = new Float64Array(AnswerLog.SIZE);
  private readonly answered = new Float64Array(AnswerLog.SIZE);
  private count = 0;

  note(router: number, sent: number): void {
    const at = this.count++ % AnswerLog.SIZE;
    this.router[at] = router;
    this.sent[at] = sent;
    this.answered[at] = Date.now();
  }

  read(): KillLog {
    const size = Math.min(this.count, AnswerLog.SIZE);
    return { router: this.router.slice(0, size), sent: this.sent.slice(0, size), answered: this.answered.slice(0, size) };
  }
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));
/**
 * Sleeps deaf for half a millisecond after each look at the sockets. Otherwise each answer wakes this process up, which on
 * one machine costs the server more than the answer itself; real routers are elsewhere, and network cards gather packets.
 */
function gather(): () => void {
  let on = true;
  const look = (): void => {
    Atomics.wait(sleeper, 0, 0, 0.5);
    if (on) setImmediate(look);
  };
  look();
  return () => (on = false);
}

let stopped = false;
let log = new AnswerLog();

async function load(wish: LoadWish): Promise<LoadResult> {
  stopped = false;
  log = new AnswerLog();
  const request = pollRequests(wish);
  const idle: PollConnection[] = [];
  const all: PollConnection[] = [];
  const result = { answered: 0, measured: 0, errors: 0, refused: 0, withScript: 0 };
  const latencies: number[] = [];
  const begun: number[] = [];
  const began = performance.now();
  const measureFrom = began + wish.warmUpSeconds * 1000;
  const end = measureFrom + wish.seconds * 1000;

  const poll = (connection: PollConnection, intended: number, after: () => void): void => {
    const router = Math.floor(Math.random() * wish.routers);
    const sent = wish.logged ? Date.now() : 0;
    connection.send(request(router), (status, length) => {
      if (status === 200) {
        result.answered++;
        if (length > 0) result.withScript++;
        if (wish.logged) log.note(router, sent);
        const now = performance.now();
        if (now >= measureFrom && now < end) {
          result.measured++;
          if (wish.rate) {
            latencies.push(now - intended);
            begun.push(performance.timeOrigin + intended);
          }
        }
      } else if (status > 0) result.refused++;
      else result.errors++;
      after();
    });
  };

  for (let i = 0; i < wish.connections; i++) {
    const connection = new PollConnection(wish.port);
    await connection.opened;
    idle.push(connection);
    all.push(connection);
  }
  const reporter = setInterval(() => tell({ kind: 'progress', answered: result.answered, withScript: result.withScript }), 100);

  const stopGathering = gather();
  if (wish.rate) {
    const waiting: number[] = [];
    let next = 0;
    const serve = (connection: PollConnection, intended: number): void =>
      poll(connection, intended, () => {
        if (connection.broken) return;
        const late = waiting.shift();
        if (late === undefined) idle.push(connection);
        else serve(connection, late);
      });
    while (performance.now() < end && !stopped) {
      for (const due = ((performance.now() - began) * wish.rate) / 1000; next < due; next++) {
        const intended = began + (next * 1000) / wish.rate;
        const connection = idle.pop();
        if (connection) serve(connection, intended);
        else waiting.push(intended);
      }
      await new Promise((r) => setTimeout(r, 1));
    }
    for (const limit = performance.now() + 5000; !stopped && idle.length < all.length && performance.now() < limit;)
      await new Promise((r) => setTimeout(r, 5));
  } else {
    await Promise.all(
      idle.map(
        (connection) =>
          new Promise<void>((resolve) => {
            const again = (): void => {
              if (stopped || connection.broken || performance.now() >= end) resolve();
              else poll(connection, 0, again);
            };
            again();
          }),
      ),
    );
  }
  stopGathering();
  clearInterval(reporter);
  for (const connection of all) connection.close();
  return {
    ...result,
    requestsPerSecond: result.measured / wish.seconds,
    latencies: Float64Array.from(latencies),
    begun: Float64Array.from(begun),
  };
}

/** Answers the status for each router: 200, or 0 when there was no answer. */
async function each(wish: EachWish): Promise<{ statuses: Uint16Array; latencies: Float64Array; mostOpen: number }> {
  const request = pollRequests(wish);
  const routers = wish.only ?? Uint32Array.from({ length: wish.routers }, (_, n) => n);
  const statuses = new Uint16Array(routers.length);
  const latencies = new Float64Array(routers.length);
  const began = performance.now();
  let [open, mostOpen, done] = [0, 0, 0];
  await new Promise<void>((resolve) => {
    const start = async (i: number): Promise<void> => {
      const intended = began + (i * wish.seconds * 1000) / routers.length;
      mostOpen = Math.max(mostOpen, ++open);
      // Linux answers on all of 127.0.0.0/8: more addresses, more ports to connect from.
      const connection = new PollConnection(wish.port, process.platform === 'linux' ? `127.0.0.${1 + (i % 16)}` : undefined);
      statuses[i] = await new Promise<number>((answered) => {
        connection.opened.then(
          () => connection.send(request(routers[i]!), (status) => answered(status)),
          () => answered(0),
        );
      });
      latencies[i] = performance.now() - intended;
      connection.close();
      open--;
      if (++done === routers.length) resolve();
    };
    let next = 0;
    const tick = (): void => {
      const due = Math.min(
        routers.length,
        wish.seconds === 0 ? Infinity : ((performance.now() - began) * routers.length) / (wish.seconds * 1000),
      );
      while (next < due && open < wish.mostOpen) void start(next++);
      if (next < routers.length) setTimeout(tick, 1);
    };
    if (routers.length) tick();
    else resolve();
  });
  return { statuses, latencies, mostOpen };
}

process.on('message', (wish: LoadWish | EachWish | { kind: 'stop' } | { kind: 'log' }) => {
  if (wish.kind === 'stop') stopped = true;
  else if (wish.kind === 'log') tell({ kind: 'log', log: log.read() });
  else if (wish.kind === 'load') void load(wish).then((result) => tell({ kind: 'loaded', result }));
  else void each(wish).then((result) => tell({ kind: 'polled', ...result }));
});
process.on('disconnect', () => process.exit());
tell({ kind: 'up' });
