import type { ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import pg from 'pg';
import { EmbeddedPostgres } from '../../../src/platform/embedded/index.js';
import { ended, SERVER_OPTIONS, startChild } from './children.js';
import { progress } from './report.js';

/** The key under which the benchmarked server issues device tokens; the generator makes the same ones. */
export const APP_KEY = '5e'.repeat(32);

/** The server process as it runs for users: src/main.ts on an embedded PostgreSQL. */
export interface RunningApp {
  readonly port: number;
  readonly pid: number;
  /** From the start of the process to its line `ready`. */
  readonly readyMs: number;
  /** Resident memory in bytes. */
  rss(): number;
  /** Ctrl-C. */
  stop(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
}

/** A data folder of its own under the system's folder for temporary files. */
export class Installation {
  /** Its data folder. */
  readonly folder: string;
  private app: ChildProcess | undefined;

  private constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'rosfleet-bench-'));
    chmodSync(this.folder, 0o755); // PostgreSQL runs as another user when we are root
  }

  /** An initialised data folder: migrated, the first administrator made, nothing running. */
  static async make(undo: (() => Promise<unknown>)[]): Promise<Installation> {
    const installation = new Installation();
    undo.push(() => installation.remove());
    progress('preparing a data folder');
    await (await installation.start()).stop();
    return installation;
  }

  /** @param env settings besides the usual ones */
  async start(env: Record<string, string> = {}): Promise<RunningApp> {
    const port = await freePort();
    const profile = process.env['BENCH_CPU_PROF'];
    const child = startChild('src/main.js', {
      env: {
        ...process.env,
        PORT: String(port),
        DATA_DIR: this.folder,
        APP_KEY,
        LOG_LEVEL: 'warn',
        MGMT_TUNNEL: 'off',
        ROSFLEET_ADMIN_PASSWORD: 'Correct-Horse-7',
        NODE_ENV: 'production',
        ...env,
      },
      execArgv: [...SERVER_OPTIONS, ...(profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [])],
      stdio: ['ignore', 'pipe', 2, 'ipc'],
    });
    this.app = child;
    const began = performance.now();
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.stdout!.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (/^ready /m.test(said)) resolve();
      });
      child.once('exit', (code) => reject(new Error(`The server ended (${code}): ${said}`)));
    });
    const readyMs = performance.now() - began;
    const end = async (signal: NodeJS.Signals): Promise<void> => {
      child.kill(signal);
      await ended(child);
    };
    return { port, pid: child.pid!, readyMs, rss: () => residentBytes(child.pid!), stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
  }

  /** A connection to the database while the server runs. It sees all teams. */
  async connect(): Promise<pg.Client> {
    const url = EmbeddedPostgres.runningUrl(this.folder);
    if (url === undefined) throw new Error('No database runs on this data folder.');
    return connectTo(url);
  }

  /** An API credential of the first administrator, in the first team. */
  async credential(db: pg.Client): Promise<string> {
    const { rows } = await db.query<{ email: string }>(`SELECT email FROM app_user ORDER BY created_at LIMIT 1`);
    const child = startChild('src/cli/main.js', { env: { ...process.env, APP_KEY }, stdio: ['ignore', 'pipe', 'ignore', 'ipc'] }, [
      'token',
      'create',
      '--email',
      rows[0]!.email,
      '--data',
      this.folder,
    ]);
    let said = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (said += text));
    await ended(child);
    if (!said.trim()) throw new Error('No credential could be made.');
    return said.trim();
  }

  /** Work on the database while the server is stopped. */
  async offline<T>(work: (db: pg.Client) => Promise<T>): Promise<T> {
    const server = await EmbeddedPostgres.start({ dataDir: this.folder });
    try {
      const db = await connectTo(server.url);
      try {
        return await work(db);
      } finally {
        await db.end();
      }
    } finally {
      await server.stop();
    }
  }

  private async remove(): Promise<void> {
    if (this.app) {
      this.app.kill('SIGTERM');
      await ended(this.app);
    }
    await this.stopLeftOver();
    const cluster = join(this.folder, 'postgres');
    if (existsSync(cluster)) rmSync(realpathSync(cluster), { recursive: true, force: true }); // may be a link to where that user can go
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** After a kill -9 nobody came back for the database server: start and stop it as the next run would. */
  private async stopLeftOver(): Promise<void> {
    if (EmbeddedPostgres.runningUrl(this.folder) !== undefined) await (await EmbeddedPostgres.start({ dataDir: this.folder })).stop();
  }
}

async function connectTo(url: string): Promise<pg.Client> {
  const db = new pg.Client({ connectionString: url });
  db.on('error', () => undefined); // it goes away with a server that is killed
  await db.connect();
  await db.query(`SELECT set_config('rosfleet.team', '*', false)`);
  return db;
}

function residentBytes(pid: number): number {
  const status = `/proc/${pid}/status`;
  if (existsSync(status)) return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1]) * 1024;
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024;
}

/** Processor time that a process has used so far, in seconds; NaN where the system does not tell. */
export function cpuSeconds(pid: number): number {
  return existsSync(`/proc/${pid}/stat`) ? timesOf(pid).own : NaN;
}

/** Of a process, and of all that it started and that have ended. */
function timesOf(pid: number): { own: number; ended: number } {
  const [user, system, endedUser, endedSystem] = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .split(') ')[1]!
    .split(' ')
    .slice(11, 15)
    .map(Number);
  return { own: (user! + system!) / 100, ended: (endedUser! + endedSystem!) / 100 }; // in the 100 Hz that Linux shows everywhere
}

/** Processor time that the database of an installation has used so far, in seconds: its server and all that this one started. */
export function databaseCpuSeconds(installation: Installation): number {
  const postmaster = Number(readFileSync(join(installation.folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
  const children = existsSync(`/proc/${postmaster}/task`)
    ? readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
    : [];
  if (!children.length) return NaN;
  return [postmaster, ...children].reduce((sum, pid) => sum + cpuSeconds(pid), timesOf(postmaster).ended);
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
