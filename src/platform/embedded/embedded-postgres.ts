import { type ChildProcess, spawn } from 'node:child_process';
import {
  chownSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { platform } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import pg from 'pg';
import { lockDataFolder } from './data-folder-lock.js';
import { type Account, canReach, nativeFolder, reachableFolder, serverAccount } from './postgres-binaries.js';

/** The role the application logs in as: no superuser, so that row-level security holds for it. */
const APP_ROLE = 'rosfleet';
const DATABASE = 'rosfleet';
const SUPERUSER = 'postgres';
const START_LIMIT_MS = 60_000;
const LEAVE_LIMIT_MS = 5000;

export interface EmbeddedOptions {
  /** Loopback port to listen on; a free one by default. */
  readonly port?: number;
  /** Data folder; the cluster lies in `postgres/` below it. */
  readonly dataDir: string;
  /** Says what is going on; long steps only. */
  readonly say?: (line: string) => void;
  /** Trades durability for speed; for tests only. */
  readonly disposable?: boolean;
  /** More room for connections, where one server serves many test files. */
  readonly maxConnections?: number;
}

/**
 * A private PostgreSQL beside the application. It listens on a free loopback port with a password of its own and is
 * stopped with us, also when the process ends without a word. The data folder is locked for as long as it runs; a server
 * that a dead owner left behind (kill -9) is stopped first, and recovers as PostgreSQL does.
 */
export class EmbeddedPostgres {
  private constructor(
    private readonly process: ChildProcess,
    /** For the application: role `rosfleet`, database `rosfleet`. */
    readonly url: string,
    /** For tests that make databases. */
    readonly superuserUrl: string,
    private readonly unlock: () => void,
  ) {}

  /** @throws DataFolderInUse, Error with the server's own words when it does not come up */
  static async start(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
    const unlock = lockDataFolder(resolve(options.dataDir));
    try {
      return await EmbeddedPostgres.startLocked(options, unlock);
    } catch (error) {
      unlock();
      throw error;
    }
  }

  /** URL for the application of the server that runs on this data folder now, of whichever process; undefined when none does. */
  static runningUrl(dataDir: string): string | undefined {
    const [pidFile, secretFile] = [join(dataDir, 'postgres', 'postmaster.pid'), join(dataDir, 'postgres.secret')];
    if (!existsSync(pidFile) || !existsSync(secretFile)) return undefined;
    const [pid, , , port, sockets] = readFileSync(pidFile, 'utf8').split('\n'); // pid, folder, start time, port, folder of sockets
    return isPostgres(Number(pid)) ? urlOf(APP_ROLE, readFileSync(secretFile, 'utf8').trim(), Number(port), DATABASE, sockets) : undefined;
  }

  private static async startLocked(options: EmbeddedOptions, unlock: () => void): Promise<EmbeddedPostgres> {
    const say = options.say ?? ((): void => undefined);
    const account = serverAccount();
    const native = nativeFolder(account);
    const { folder, secret } = prepareFolder(resolve(options.dataDir), account, say);
    if (!existsSync(join(folder, 'PG_VERSION'))) {
      say('Preparing the embedded PostgreSQL (once, a few seconds)');
      await initialise(native, folder, secret, account);
    }
    await stopLeftOver(folder, say);
    const port = options.port ?? (await freePort());
    const sockets = socketFolder(folder);
    const superuserUrl = urlOf(SUPERUSER, secret, port, 'postgres', sockets);
    const server = await launch(native, { folder, sockets, port }, superuserUrl, account, options);
    await prepareDatabase(superuserUrl, secret);
    return new EmbeddedPostgres(server, urlOf(APP_ROLE, secret, port, DATABASE, sockets), superuserUrl, unlock);
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /** Fast shutdown: open transactions roll back, everything committed is on disk. */
  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.process.ref(); // wait for it, although a running server alone does not keep us alive
      const gone = new Promise((done) => this.process.once('exit', done));
      this.process.kill('SIGINT');
      await gone;
    }
    this.unlock();
  }
}

/** Over a socket of the file system where there is one, which costs both sides less than TCP; else, and for other programs, over loopback. */
const urlOf = (role: string, secret: string, port: number, database: string, sockets = ''): string =>
  `postgres://${role}:${secret}@127.0.0.1:${port}/${database}${sockets && `?host=${encodeURIComponent(sockets)}`}`;

/** The longest path that a socket may have on every system: 104 bytes with its end on macOS, 108 on Linux. */
const LONGEST_SOCKET_PATH = 103;

/** The cluster's own folder, which only its user may enter; empty where no socket can lie there. */
function socketFolder(folder: string): string {
  const real = realpathSync(folder);
  const fits = Buffer.byteLength(join(real, '.s.PGSQL.65535')) <= LONGEST_SOCKET_PATH;
  return platform() !== 'win32' && fits && /^[\w./-]+$/.test(real) ? real : ''; // PostgreSQL reads a list, with commas and quotes
}

/** Servers (and initdb) that run now. Whatever ends this process short of kill -9 ends them too: at once, and they recover at the next start. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const server of running) server.kill('SIGQUIT');
});

function prepareFolder(dataDir: string, account: Account, say: (line: string) => void): { folder: string; secret: string } {
  mkdirSync(dataDir, { recursive: true });
  const wanted = join(realpathSync(dataDir), 'postgres');
  if (!canReach(wanted, account) && !existsSync(wanted)) {
    const elsewhere = reachableFolder(`cluster-${createHash('sha256').update(wanted).digest('hex').slice(0, 16)}`);
    say(`The user that runs PostgreSQL cannot enter ${dataDir}; its files go to ${elsewhere}`);
    rmSync(elsewhere, { recursive: true, force: true }); // of a data folder that is gone: nothing links here
    mkdirSync(dirname(elsewhere), { recursive: true, mode: 0o755 });
    mkdirSync(elsewhere, { mode: 0o700 });
    symlinkSync(elsewhere, wanted);
  }
  const folder = existsSync(wanted) ? realpathSync(wanted) : wanted;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (account.uid !== undefined && lstatSync(folder).uid !== account.uid) chownSync(folder, account.uid, account.gid!);
  const secretFile = join(dataDir, 'postgres.secret');
  if (!existsSync(secretFile)) writeFileSync(secretFile, randomBytes(24).toString('hex'), { mode: 0o600 });
  return { folder, secret: readFileSync(secretFile, 'utf8').trim() };
}

/** Makes the cluster beside its place and moves it there when it is whole: whoever interrupts this leaves nothing half done. */
async function initialise(native: string, folder: string, secret: string, account: Account): Promise<void> {
  const draft = `${folder}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  if (account.uid !== undefined) chownSync(draft, account.uid, account.gid!);
  await runInitdb(native, draft, secret, account);
  rmdirSync(folder);
  renameSync(draft, folder);
}

async function runInitdb(native: string, folder: string, secret: string, account: Account): Promise<void> {
  const passwordFile = join(dirname(folder), `.initdb-${process.pid}`);
  writeFileSync(passwordFile, `${secret}\n`, { mode: 0o600 });
  if (account.uid !== undefined) chownSync(passwordFile, account.uid, account.gid!);
  // The password goes through a descriptor: the account may not be able to walk to the file.
  try {
    const fd = openSync(passwordFile, 'r');
    const args = [
      `--pgdata=${folder}`,
      '--auth=scram-sha-256',
      `--username=${SUPERUSER}`,
      '--pwfile=/dev/fd/3',
      '--encoding=UTF8',
      '--locale=C',
      '--no-instructions',
    ];
    const child = spawn(join(native, 'bin', 'initdb'), args, {
      ...account,
      cwd: '/',
      detached: true, // as the server: a second Ctrl-C ends it with us
      stdio: ['ignore', 'pipe', 'pipe', fd],
      env: { ...process.env, LC_ALL: 'C' },
    });
    closeSync(fd);
    const output = collect(child);
    running.add(child);
    child.once('exit', () => running.delete(child));
    const code = await new Promise<number | null>((done, fail) => child.once('exit', done).once('error', fail));
    if (code !== 0) throw new Error(`PostgreSQL could not prepare ${folder}: ${output().slice(-2000)}`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** Ends a server that still holds the folder because its application was killed. */
async function stopLeftOver(folder: string, say: (line: string) => void): Promise<void> {
  const pidFile = join(folder, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  if (!pid) return;
  // A server that was just killed may still be leaving; while its process id exists, a new one refuses the folder.
  for (let waited = 0; isLeaving(pid) && waited < LEAVE_LIMIT_MS; waited += 20) await new Promise((r) => setTimeout(r, 20));
  if (!isPostgres(pid)) return;
  say('Stopping the database server that an earlier run left behind');
  process.kill(pid, 'SIGINT');
  for (let waited = 0; isPostgres(pid) || (isLeaving(pid) && waited < LEAVE_LIMIT_MS); waited += 50) {
    if (waited > START_LIMIT_MS)
      throw new Error(
        `A PostgreSQL server (pid ${pid}) holds ${folder} and does not stop. Is another rosfleet running on this data folder?`,
      );
    await new Promise((r) => setTimeout(r, 50));
  }
}

function isPostgres(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc/self/cmdline') || /postgres/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return false;
  }
}

/** A process that has ended and that its parent has not noticed yet: it has an id and no command line any more. */
function isLeaving(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return existsSync('/proc/self/cmdline') && readFileSync(`/proc/${pid}/cmdline`, 'utf8') === '';
  } catch {
    return false;
  }
}

interface Place {
  readonly folder: string;
  /** Folder of its socket; empty for none. */
  readonly sockets: string;
  readonly port: number;
}

async function launch(
  native: string,
  { folder, sockets, port }: Place,
  url: string,
  account: Account,
  options: EmbeddedOptions,
): Promise<ChildProcess> {
  const set = (name: string, value: string | number): string[] => ['-c', `${name}=${value}`];
  const args = [
    ...['-D', folder, '-p', String(port)],
    ...set('listen_addresses', '127.0.0.1'),
    ...set('unix_socket_directories', sockets),
    ...set('max_connections', options.maxConnections ?? 100),
    ...set('shared_buffers', '128MB'),
    ...set('random_page_cost', 1.1), // what is read often is in memory, and disks do not turn: indexes pay sooner than the default thinks
    ...set('log_min_messages', 'warning'),
    ...set('timezone', 'UTC'),
    ...(options.disposable ? [...set('fsync', 'off'), ...set('synchronous_commit', 'off'), ...set('full_page_writes', 'off')] : []),
  ];
  // Detached: Ctrl-C in the terminal reaches us alone, and we stop the server when our own work is done.
  const child = spawn(join(native, 'bin', 'postgres'), args, {
    ...account,
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  });
  const output = collect(child);
  running.add(child);
  child.once('exit', () => running.delete(child));
  for (const until = Date.now() + START_LIMIT_MS; Date.now() < until; await new Promise((r) => setTimeout(r, 40))) {
    if (child.exitCode !== null) break;
    if (await answers(url)) {
      child.unref();
      return child;
    }
  }
  child.kill('SIGQUIT');
  throw new Error(`PostgreSQL did not start in ${folder}: ${output().slice(-2000)}`);
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

async function prepareDatabase(superuserUrl: string, secret: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ there: boolean }>('SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1) AS there', [
      DATABASE,
    ]);
    if (rows[0]?.there) return;
    await client.query(`CREATE ROLE ${APP_ROLE} LOGIN PASSWORD '${secret}'`);
    await client.query(`CREATE DATABASE ${DATABASE} OWNER ${APP_ROLE}`);
  } finally {
    await client.end();
  }
}

function collect(child: ChildProcess): () => string {
  let text = '';
  const keep = (chunk: Buffer): void => void (text = (text + chunk.toString()).slice(-8000));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  (child.stdout as { unref?(): void } | null)?.unref?.();
  (child.stderr as { unref?(): void } | null)?.unref?.();
  return () => text;
}

const freePort = (): Promise<number> =>
  new Promise((done, fail) => {
    const probe = createServer().once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => done(port));
    });
  });
