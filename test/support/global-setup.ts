/**
 * Before and after a whole Jest run. Nothing is started here: a run gets a folder, and whichever test first needs a
 * server starts it there and notes its process id (`test-run.ts`), so that unit specs pay for nothing. Afterwards, on
 * Ctrl-C, and for earlier runs that were killed, what was noted is stopped and the folder removed.
 *
 * Jest loads this file outside its module mapping: it imports nothing of ours.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'rosfleet-test-';
const STOP_LIMIT_MS = 10_000;

/** The program that runs under this id; empty when there is none, or only its remains that nobody collects. */
function programOf(pid: number): string {
  try {
    process.kill(pid, 0);
    if (existsSync('/proc/self/cmdline')) return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

interface Server {
  readonly pid: number;
  readonly program: string;
}

/** Noted servers of a run that still live. An id that another program got meanwhile is not touched. */
function serversOf(folder: string): Server[] {
  const notes = join(folder, 'servers');
  if (!existsSync(notes)) return [];
  return readdirSync(notes)
    .map((pid) => ({ pid: Number(pid), program: readFileSync(join(notes, pid), 'utf8').trim() }))
    .filter(({ pid, program }) => program && programOf(pid).includes(program));
}

function signal(servers: Server[], name: NodeJS.Signals): void {
  for (const { pid } of servers) {
    try {
      process.kill(pid, name);
    } catch {
      // ended just now
    }
  }
}

/** SIGINT: PostgreSQL's fast shutdown, which does not wait for clients. */
async function stopServers(folder: string): Promise<void> {
  signal(serversOf(folder), 'SIGINT');
  for (
    const until = Date.now() + STOP_LIMIT_MS;
    serversOf(folder).length && Date.now() < until;
    await new Promise((r) => setTimeout(r, 20))
  );
  signal(serversOf(folder), 'SIGKILL');
}

function remove(folder: string): void {
  const cluster = join(folder, 'postgres');
  // Beyond a link when the server's account cannot enter the temporary folder.
  if (existsSync(cluster)) rmSync(realpathSync(cluster), { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
}

async function cleanUpAfterKilledRuns(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const owner = Number(name.slice(PREFIX.length));
    if (owner !== process.pid && programOf(owner)) continue;
    const folder = join(tmpdir(), name);
    try {
      if (statSync(folder).uid !== process.getuid?.()) continue; // another user's, for that one to remove
      await stopServers(folder);
      remove(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error; // another run is cleaning up just now
    }
  }
}

export default async function setUp(): Promise<void> {
  await cleanUpAfterKilledRuns();
  const folder = join(tmpdir(), `${PREFIX}${process.pid}`);
  mkdirSync(folder); // not recursive: a folder that somebody else made under this name is no place for secrets
  mkdirSync(join(folder, 'servers'));
  chmodSync(folder, 0o755); // the account that runs PostgreSQL has to enter, whatever our umask
  process.env['ROSFLEET_TEST_RUN'] = folder;
  const onSignal = (name: NodeJS.Signals): void => {
    signal(serversOf(folder), 'SIGINT');
    process.kill(process.pid, name);
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  (globalThis as { tearDownRun?: () => Promise<void> }).tearDownRun = async (): Promise<void> => {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    await stopServers(folder);
    remove(folder);
  };
}
