/**
 * The proxy of temporary ports against socat on the same path: both ends are socat with large blocks, and rounds come in
 * pairs, so that whatever else the machine does strikes both. Then many forwards at once, each with a connection.
 *
 *   npm run bench:proxy -- [--rounds 7] [--mib 1024] [--forwards 500]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { parseArgs } from 'node:util';
import { ended, message, startChild } from './support/children.js';
import { atLeast, benchmark, exactly, median, progress, rounded, until } from './support/report.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    mib: { type: 'string', default: '1024' },
    forwards: { type: 'string', default: '500' },
  },
});
const [rounds, mib, forwards] = [Number(values.rounds), Number(values.mib), Number(values.forwards)];
const BLOCK = 262_144;
const EACH_BYTES = 1 << 20;

type Ports = { kind: 'ports'; ports: number[] };
type Used = { kind: 'used'; cpuMs: number; rssMiB: number; open: number };

const free = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
};
const socat = (...args: string[]): ChildProcess => spawn('socat', args, { stdio: ['ignore', 'ignore', 'inherit'] });

/** Megabytes a second from a source through a proxy to a sink, until the sink has read the end. */
async function carry(proxy: (target: number) => Promise<{ port: number; stop(): Promise<unknown> }>): Promise<number> {
  const target = await free();
  const sink = socat('-u', '-b', String(BLOCK), `TCP-LISTEN:${target},bind=127.0.0.1,reuseaddr`, 'OPEN:/dev/null');
  const gone = once(sink, 'exit');
  const { port, stop } = await proxy(target);
  await new Promise((done) => setTimeout(done, 300)); // both listen
  const began = performance.now();
  socat('-u', '-b', String(BLOCK), `OPEN:/dev/zero,readbytes=${mib * 2 ** 20}`, `TCP:127.0.0.1:${port}`);
  await gone;
  const rate = (mib * 2 ** 20) / 1e6 / ((performance.now() - began) / 1000);
  await stop();
  return rate;
}

const throughSocat = async (target: number): Promise<{ port: number; stop(): Promise<unknown> }> => {
  const port = await free();
  const child = socat(`TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr`, `TCP:127.0.0.1:${target}`);
  return { port, stop: () => (child.kill(), ended(child)) };
};

const throughUs = async (target: number): Promise<{ port: number; stop(): Promise<unknown> }> => {
  const child = startChild('test/bench/support/proxy-child.js', {}, [String(target), '1']);
  const { ports } = await message<Ports>(child, 'ports');
  return { port: ports[0]!, stop: () => (child.kill(), ended(child)) };
};

/** Many forwards, each with a connection on which a megabyte goes to a target and comes back, all at the same time. */
async function manyAtOnce(): Promise<{
  whole: number;
  seconds: number;
  megabytesASecond: number;
  rssMiB: number;
  cpuMs: number;
  most: number;
}> {
  const echo = createServer({ allowHalfOpen: true }, (socket) => void socket.on('error', () => undefined).pipe(socket)).listen(
    0,
    '127.0.0.1',
    2048,
  );
  await once(echo, 'listening');
  const child = startChild('test/bench/support/proxy-child.js', {}, [String((echo.address() as { port: number }).port), String(forwards)]);
  const { ports } = await message<Ports>(child, 'ports');
  const used = (): Promise<Used> => (child.send('used'), message<Used>(child, 'used'));
  const clients = ports.map((port) => connect({ host: '127.0.0.1', port, allowHalfOpen: true }));
  await Promise.all(clients.map((client) => once(client, 'connect')));
  await until(async () => (await used()).open === forwards, 10_000);
  const before = await used();
  const began = performance.now();
  const whole = await Promise.all(clients.map((client) => exchange(client)));
  const seconds = (performance.now() - began) / 1000;
  const after = await used();
  child.kill();
  await ended(child);
  echo.close();
  return {
    ...{ whole: whole.filter(Boolean).length, most: before.open, seconds: rounded(seconds, 2) },
    megabytesASecond: rounded((2 * forwards * EACH_BYTES) / 1e6 / seconds),
    ...{ rssMiB: rounded(after.rssMiB), cpuMs: rounded(after.cpuMs - before.cpuMs) },
  };
}

const exchange = (client: Socket): Promise<boolean> =>
  new Promise((done) => {
    let read = 0;
    client.on('data', (chunk: Buffer) => (read += chunk.length));
    client.once('end', () => done(read === EACH_BYTES)).once('error', () => done(false));
    client.end(Buffer.alloc(EACH_BYTES, 7));
  });

await benchmark('proxy', async () => {
  const pairs: { socat: number; ours: number; ratio: number }[] = [];
  for (let round = 1; round <= rounds; round++) {
    const order = round % 2 ? [throughSocat, throughUs] : [throughUs, throughSocat];
    const rates = new Map<unknown, number>();
    for (const proxy of order) rates.set(proxy, await carry(proxy));
    const [them, ours] = [rates.get(throughSocat)!, rates.get(throughUs)!];
    pairs.push({ socat: rounded(them), ours: rounded(ours), ratio: rounded(ours / them, 2) });
    progress(`socat ${rounded(them)} MB/s, ours ${rounded(ours)} MB/s, ratio ${rounded(ours / them, 2)}`);
  }
  const many = await manyAtOnce();
  progress(`${forwards} at once: ${many.megabytesASecond} MB/s in all, ${many.rssMiB} MiB`);
  return {
    targets: {
      medianRatioToSocat: atLeast(0.6, median(pairs.map(({ ratio }) => ratio))),
      wholeConnections: exactly(forwards, many.whole),
      openAtOnce: exactly(forwards, many.most),
    },
    pairs,
    many,
  };
});
