import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of this Jest run, shared by its workers and removed after it. */
export function runFolder(): string {
  const folder = process.env['ROSFLEET_TEST_RUN'];
  if (!folder) throw new Error('Servers for tests need globalSetup and globalTeardown of jest.config.mjs (test/support/global-setup.ts).');
  return folder;
}

/** Notes a server that a test started: it is stopped at the end of the run, or by the next run when this one is killed. */
export function noteServer(pid: number, program: string): void {
  writeFileSync(join(runFolder(), 'servers', String(pid)), program);
}

/**
 * Makes a thing once a run, whichever worker comes first; the others wait for it and read what it is. When making it
 * fails, the next one who needs it tries again and hears the reason himself.
 */
export async function onceARun<T>(name: string, make: () => Promise<T>): Promise<T> {
  const file = join(runFolder(), `${name}.json`);
  const lock = join(runFolder(), `${name}.lock`);
  for (;;) {
    const made = read<T>(file);
    if (made !== undefined) return made;
    if (take(lock)) break;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  try {
    const made = read<T>(file) ?? (await make());
    writeFileSync(`${file}.draft`, JSON.stringify(made), { mode: 0o600 });
    renameSync(`${file}.draft`, file);
    return made;
  } finally {
    rmSync(lock, { force: true });
  }
}

function read<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function take(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (!holderLives(lock)) rmSync(lock, { force: true });
    return false;
  }
}

/** A worker that Jest killed for taking too long leaves its lock behind. */
function holderLives(lock: string): boolean {
  try {
    process.kill(Number(readFileSync(lock, 'utf8')) || process.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
