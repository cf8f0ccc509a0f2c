import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lockDataFolder } from '../../platform/embedded/index.js';
import type { CertifiedKey } from './certificates.js';
import { DH_PARAMETERS, FILES } from './server-config.js';

/** A path of a unix socket holds 107 bytes (unix(7)). */
const SOCKET_PATH_LIMIT = 107;
const LEAVE_LIMIT_MS = 5000;

/** The folder that a daemon runs in: its configuration, keys and socket, for our user alone. */
export class RunFolder {
  private constructor(
    readonly path: string,
    /** Of the management interface. */
    readonly socket: string,
    private readonly unlock: () => void,
  ) {}

  /**
   * Takes the folder for this process, and ends a daemon that an earlier one left in it.
   * @throws DataFolderInUse while another process runs a tunnel there
   */
  static async take(path: string): Promise<RunFolder> {
    const whole = resolve(path);
    mkdirSync(whole, { recursive: true, mode: 0o700 });
    const unlock = lockDataFolder(whole);
    try {
      await endLeftOver(join(whole, FILES.pid));
      const socket = socketOf(whole);
      rmSync(socket, { force: true });
      return new RunFolder(whole, socket, unlock);
    } catch (error) {
      unlock();
      throw error;
    }
  }

  writeConfig(text: string): void {
    this.write(FILES.config, text);
    this.write(FILES.parameters, DH_PARAMETERS);
  }

  writeCertificate(authority: string, { certificate, key }: CertifiedKey): void {
    this.write(FILES.authority, authority);
    this.write(FILES.certificate, certificate);
    this.write(FILES.key, key);
  }

  /** Removes what is secret or stale, and gives the folder back. */
  leave(): void {
    for (const name of Object.values(FILES)) rmSync(join(this.path, name), { force: true });
    rmSync(this.socket, { force: true });
    if (dirname(this.socket) !== this.path) rmSync(dirname(this.socket), { recursive: true, force: true });
    this.unlock();
  }

  private write(name: string, text: string): void {
    const file = join(this.path, name);
    rmSync(file, { force: true }); // the mode is that of a new file
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  }
}

/** In the folder, or where the path is short enough. */
function socketOf(folder: string): string {
  const usual = join(folder, 'management.sock');
  if (Buffer.byteLength(usual) <= SOCKET_PATH_LIMIT) return usual;
  const short = join(tmpdir(), `rosfleet-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`);
  mkdirSync(short, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(short);
  if (uid !== process.getuid?.() || (mode & 0o077) !== 0) throw new Error(`${short} belongs to somebody else, or others may enter it.`);
  return join(short, 'management.sock');
}

/** A daemon whose application was killed ends by itself, as its management client is gone; one that does not is ended here. */
async function endLeftOver(pidFile: string): Promise<void> {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').trim());
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    for (let waited = 0; isOpenVpn(pid); waited += 50) {
      if (waited === 0) process.kill(pid, signal);
      if (waited >= LEAVE_LIMIT_MS) break;
      await sleep(50);
    }
  }
  rmSync(pidFile, { force: true });
}

/** Whether this process is a daemon of ours: its number may be a stranger's by now. */
function isOpenVpn(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 1) return false;
  try {
    const [program = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return /(^|\/)openvpn$/.test(program) && args.includes(FILES.config);
  } catch {
    return false;
  }
}
