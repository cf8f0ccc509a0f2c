import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { Ipv4Range } from '../../platform/net/index.js';
import type { ServerAddresses } from './server-config.js';

const RUN_LIMIT_MS = 10_000;
const TUN = '/dev/net/tun';

/** Where daemons lie besides the usual folders: not on every PATH. */
export const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`,
  LC_ALL: 'C',
});

/** A program could not be started, failed, or took longer than ten seconds. The message says what it said. */
export class ProgramFailed extends Error {}

const NOT_STARTED: Readonly<Record<string, string>> = {
  ENOENT: 'it is not installed',
  EACCES: 'this user may not run it',
  EPERM: 'this process lacks the right to configure networks (CAP_NET_ADMIN)',
};

/** Runs a program to its end and answers what it wrote. @throws ProgramFailed */
export async function run(program: string, args: readonly string[], input = ''): Promise<string> {
  const child = spawn(program, args, { env: environment(), stdio: ['pipe', 'pipe', 'pipe'], timeout: RUN_LIMIT_MS });
  let [output, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  child.stdin.on('error', () => undefined); // it ended without reading
  child.stdin.end(input);
  const code = await new Promise<number | string>((done) => {
    child.once('error', (error: NodeJS.ErrnoException) => done(NOT_STARTED[error.code ?? ''] ?? error.message));
    child.once('close', (code, signal) => done(code ?? `ended by ${signal}`));
  });
  if (code !== 0)
    throw new ProgramFailed(`${program}: ${errors.trim().split('\n')[0] || (typeof code === 'number' ? `exit code ${code}` : code)}`);
  return output;
}

/** What keeps a tunnel server from running on this machine: empty when nothing does. */
export async function obstacles({ device, pool }: Pick<ServerAddresses, 'device' | 'pool'>): Promise<string[]> {
  if (process.platform !== 'linux') return ['it runs on Linux only'];
  const found: string[] = [];
  const look = (check: Promise<unknown>, explain: (error: Error) => string): Promise<void> =>
    check.then(
      () => undefined,
      (error: Error) => void found.push(explain(error)),
    );
  await look(run('openvpn', ['--version']), (error) => error.message);
  await look(run('nft', ['list', 'tables']), (error) => error.message);
  await look(access(TUN, constants.R_OK | constants.W_OK), () => `${TUN} cannot be opened by this user, or is not there`);
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    const other = addresses?.find((a) => a.family === 'IPv4' && name !== device && pool.overlaps(networkOf(a.cidr)));
    if (other)
      found.push(`the tunnel network ${pool.toString()} overlaps that of ${name} (${other.cidr}); choose another MGMT_TUNNEL_POOL`);
  }
  return found;
}

/** An interface's own address stands for itself: a wide mask alone shares no address with the tunnel. */
const networkOf = (cidr: string | null): Ipv4Range => Ipv4Range.parse(`${cidr?.split('/')[0] ?? '0.0.0.0'}/32`);
