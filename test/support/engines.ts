import { describe } from '@jest/globals';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that tests run for real, with the Debian package that has each. */
const PACKAGES = {
  'redis-server': 'redis-server',
  chromium: 'chromium',
  openvpn: 'openvpn',
  nft: 'nftables',
  ip: 'iproute2',
  ping: 'iputils-ping',
  sshd: 'openssh-server',
  ssh: 'openssh-client',
  socat: 'socat',
} as const;
export type EngineName = keyof typeof PACKAGES;

export interface RequiredEngine {
  readonly path: string | undefined;
  /** `describe` when the program is here, `describe.skip` when it is not. */
  readonly describe: typeof describe | typeof describe.skip;
}

/**
 * What talks to a daemon is tested against the daemon. Where its program is missing, a laptop skips those tests and says
 * so; CI fails, because a suite that quietly tests less proves nothing.
 * @throws Error in CI (`CI` is set) when the program is not installed
 */
export function requireEngine(name: EngineName): RequiredEngine {
  const path = find(name);
  if (path) return { path, describe };
  const reason = `${name} is not installed (apt-get install ${PACKAGES[name]})`;
  if (process.env['CI']) throw new Error(`${reason}; in CI every engine is tested.`);
  process.stderr.write(`SKIPPED: ${reason}; its tests do not run.\n`);
  return { path: undefined, describe: describe.skip };
}

/** Daemons often lie in sbin, which is not on every PATH. */
function find(program: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin'];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
