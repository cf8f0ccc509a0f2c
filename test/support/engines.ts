import { describe } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { findProgram } from './programs.js';

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
  sftp: 'openssh-client',
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
  const path = findProgram(name);
  if (path) return { path, describe };
  const reason = `${name} is not installed (apt-get install ${PACKAGES[name]})`;
  if (process.env['CI']) throw new Error(`${reason}; in CI every engine is tested.`);
  process.stderr.write(`SKIPPED: ${reason}; its tests do not run.\n`);
  return { path: undefined, describe: describe.skip };
}

/** Engines of tests that need networks of their own: Linux, the right to make namespaces, and these programs. Like `requireEngine` of each. */
export function requireNetwork(...programs: EngineName[]): Pick<RequiredEngine, 'describe'> {
  const engines = (['ip', ...programs] as EngineName[]).map(requireEngine);
  const missing = engines.find((engine) => engine.path === undefined);
  if (missing) return missing;
  if (spawnSync('unshare', ['-n', 'true']).status === 0) return { describe };
  const reason = 'this user may not make network namespaces (root may)';
  if (process.env['CI']) throw new Error(`${reason}; in CI every engine is tested.`);
  process.stderr.write(`SKIPPED: ${reason}; tests of networks do not run.\n`);
  return { describe: describe.skip };
}
