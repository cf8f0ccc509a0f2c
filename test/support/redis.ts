import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { requireEngine } from './engines.js';
import { freePort } from './free-port.js';
import { noteServer, runFolder } from './test-run.js';

const START_LIMIT_MS = 10_000;

/** A real Redis on a loopback port of its own, that forgets everything when it stops. */
export class TestRedis {
  private constructor(
    private readonly program: string,
    private readonly folder: string,
    private readonly port: number,
    private process: ChildProcess,
  ) {}

  static async start(): Promise<TestRedis> {
    const program = requireEngine('redis-server').path;
    if (!program) throw new Error('Tests with Redis belong into `requireEngine("redis-server").describe`.');
    const folder = mkdtempSync(join(runFolder(), 'redis-'));
    const port = await freePort();
    return new TestRedis(program, folder, port, await launch(program, folder, port));
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Sends one command without blanks in its arguments; answers the first line of the reply, empty when there is no such value. */
  command(line: string): Promise<string> {
    return ask(this.port, line);
  }

  /** Nothing answers until `comeBack`. */
  async goAway(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = new Promise((done) => this.process.once('exit', done));
    this.process.kill('SIGKILL');
    await gone;
  }

  /** On the same port, empty. */
  async comeBack(): Promise<void> {
    this.process = await launch(this.program, this.folder, this.port);
  }

  stop(): Promise<void> {
    return this.goAway();
  }
}

async function launch(program: string, folder: string, port: number): Promise<ChildProcess> {
  const options = { port, bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no' };
  const server = spawn(
    program,
    Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
    { stdio: 'ignore' },
  );
  const failed = new Promise<never>((_, fail) => {
    server.once('error', fail).once('exit', (code) => fail(new Error(`redis-server ended at once (${code})`)));
  });
  failed.catch(() => undefined);
  if (server.pid) noteServer(server.pid, 'redis-server');
  for (const until = Date.now() + START_LIMIT_MS; ;) {
    if ((await Promise.race([failed, ask(port, 'PING').catch(() => '')])) === '+PONG') return server;
    if (Date.now() > until) throw new Error(`redis-server does not answer on port ${port}.`);
    await sleep(10);
  }
}

/** Redis takes a command as a line of text: no client library is needed for tests. */
const ask = (port: number, line: string): Promise<string> =>
  new Promise((done, fail) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${line}\r\n`));
    let answer = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      answer += chunk;
      const lines = answer.split('\r\n');
      // A bulk reply announces its length first, -1 for none: its text is the second line.
      const bulk = answer.startsWith('$') && !answer.startsWith('$-1');
      if (lines.length <= (bulk ? 2 : 1)) return;
      socket.destroy();
      done(bulk ? lines[1]! : lines[0]!.replace('$-1', ''));
    });
    socket.once('error', fail).once('end', () => fail(new Error('Redis closed the connection')));
  });
