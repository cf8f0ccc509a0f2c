import { execFileSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'app.pid';

/** Another process works on this data folder. */
export class DataFolderInUse extends Error {
  constructor(
    dataDir: string,
    readonly pid: number,
  ) {
    super(
      `Another rosfleet (process ${pid}) is running on ${dataDir}. Stop that one first, or give this one a data folder of its own (--data DIR or DATA_DIR).`,
    );
    this.name = 'DataFolderInUse';
  }
}

/** The process that works on this data folder now, if it is another one than ours. */
export function ownerOf(dataDir: string): number | undefined {
  const seen = read(join(dataDir, FILE));
  return seen && isAlive(seen) && seen.pid !== process.pid ? seen.pid : undefined;
}

/**
 * Takes the data folder for this process, so that nobody else stops its database. The lock of a process that died is
 * taken over; the start time beside the process id tells a dead owner from a stranger that was given its number (in a
 * container, every start has the same one).
 * @returns gives the folder back; harmless when repeated
 * @throws DataFolderInUse
 */
export function lockDataFolder(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, FILE);
  const mine = `${process.pid} ${startTimeOf(process.pid) ?? ''}\n`;
  const draft = `${file}.${process.pid}`;
  for (;;) {
    writeFileSync(draft, mine, { mode: 0o600 });
    try {
      linkSync(draft, file); // fails when the file is there: one of several starters wins
      return () => release(file, mine);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const seen = read(file);
      if (seen?.text === mine) return () => release(file, mine);
      if (seen && isAlive(seen)) throw new DataFolderInUse(dataDir, seen.pid);
      if (seen) setAside(file, seen.text);
    } finally {
      rmSync(draft, { force: true });
    }
  }
}

interface Owner {
  readonly text: string;
  readonly pid: number;
  readonly startTime: string;
}

function read(file: string): Owner | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const text = readFileSync(file, 'utf8');
    const [pid = '', ...rest] = text.trim().split(' ');
    return { text, pid: Number(pid), startTime: rest.join(' ') };
  } catch {
    return undefined; // it went away meanwhile
  }
}

/** Removes a dead owner's lock, and no other: somebody may have replaced it since we looked. */
function setAside(file: string, stale: string): void {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
    if (readFileSync(aside, 'utf8') !== stale) linkSync(aside, file);
  } catch {
    // somebody else was quicker; the next round sees what is there now
  } finally {
    rmSync(aside, { force: true });
  }
}

function release(file: string, mine: string): void {
  if (read(file)?.text === mine) rmSync(file, { force: true });
}

function isAlive({ pid, startTime }: Owner): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false; // EPERM: alive, of another user
  }
  const now = startTimeOf(pid);
  return now === undefined || startTime === '' || now === startTime;
}

/** When a process started, in whatever form the system tells it; undefined when it does not. */
function startTimeOf(pid: number): string | undefined {
  try {
    // Field 22 of proc(5); the command name before it, in parentheses, may hold blanks.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    try {
      return (
        execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() ||
        undefined
      );
    } catch {
      return undefined;
    }
  }
}
