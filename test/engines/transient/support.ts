import { type ChildProcess, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { eventually } from '../../support/eventually.js';
import { requireEngine } from '../../support/engines.js';
import type { TestHost, TestNetwork } from '../../support/network.js';
import { runFolder } from '../../support/test-run.js';
import type { Command } from './ports-process.js';

/** Compiles what the process needs into a folder of its own. Answers the program. */
export function buildPortsProcess(): { program: string; remove(): void } {
  const out = `node_modules/.cache/rosfleet-ports-${process.pid}`;
  const swc = createRequire(import.meta.url).resolve('@swc/cli/bin/swc.js');
  const ignored = '**/*.spec.ts,**/*.tsx,**/support.ts,**/pages/**';
  execFileSync(process.execPath, [swc, 'src', 'test/engines/transient', '-d', out, '--quiet', '--ignore', ignored]);
  writeFileSync(join(out, 'package.json'), '{"type":"module"}'); // below node_modules ours does not count
  return { program: join(out, 'test/engines/transient/ports-process.js'), remove: () => rmSync(out, { recursive: true, force: true }) };
}

/** The process of a management server in a network's server namespace. */
export class PortsProcess {
  private readonly waiting: ((answer: string) => void)[] = [];
  private lines!: Interface;
  private socket!: Socket;

  private constructor(readonly process: ChildProcess) {}

  static async start(network: TestNetwork, program: string, managementAddress: string, routerAddress: string): Promise<PortsProcess> {
    const path = join(runFolder(), 'ports.sock');
    const started = new PortsProcess(network.start(process.execPath, [program, path, managementAddress, routerAddress]));
    let complaint = '';
    started.process.stderr!.on('data', (chunk) => (complaint += String(chunk)));
    started.process.stdout!.resume();
    await eventually(() => {
      if (started.process.exitCode !== null) throw new Error(complaint);
      return existsSync(path);
    });
    started.socket = connect(path);
    started.lines = createInterface({ input: started.socket }).on('line', (line) => started.waiting.shift()!(line));
    return started;
  }

  async tell<T = null>(command: Command): Promise<T> {
    const answer = new Promise<string>((done) => this.waiting.push(done));
    this.socket.write(`${JSON.stringify(command)}\n`);
    return JSON.parse(await answer) as T;
  }

  stop(): void {
    this.lines.close();
    this.socket.destroy();
    this.process.kill('SIGKILL');
  }
}

const PRIVILEGES = '/run/sshd';

/** A real sshd on a host, for root with a key of this run. */
export class Sshd {
  private constructor(
    readonly process: ChildProcess,
    private readonly key: string,
    private readonly madeFolder: boolean,
  ) {}

  static async start(host: TestHost): Promise<Sshd> {
    const folder = join(runFolder(), host.namespace, 'sshd');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const [hostKey, key] = [join(folder, 'host'), join(folder, 'login')];
    for (const file of [hostKey, key]) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
    const madeFolder = !existsSync(PRIVILEGES);
    if (madeFolder) mkdirSync(PRIVILEGES, { mode: 0o755 });
    const options = [
      ...['Port=22', `HostKey=${hostKey}`, `AuthorizedKeysFile=${key}.pub`, 'StrictModes=no', 'PermitRootLogin=prohibit-password'],
      ...['UsePAM=no', 'PasswordAuthentication=no', 'PidFile=none', 'UseDNS=no'],
    ];
    const process = host.start(requireEngine('sshd').path!, ['-D', '-e', '-f', '/dev/null', ...options.flatMap((o) => ['-o', o])]);
    let said = '';
    process.stderr!.on('data', (chunk) => (said += String(chunk)));
    process.stdout!.resume();
    await eventually(() => {
      if (process.exitCode !== null) throw new Error(`sshd ended: ${said}`);
      return said.includes('Server listening');
    });
    return new Sshd(process, key, madeFolder);
  }

  /** Starts ssh on another host. */
  client(from: TestHost, address: string, port: number, command: string): SshClient {
    const quiet = ['BatchMode=yes', 'StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR', 'ConnectTimeout=15'];
    const args = ['-F', '/dev/null', '-i', this.key, '-p', String(port), ...quiet.flatMap((o) => ['-o', o]), `root@${address}`, command];
    return new SshClient(from.start(requireEngine('ssh').path!, args));
  }

  stop(): void {
    this.process.kill('SIGTERM');
    if (this.madeFolder) rmSync(PRIVILEGES, { recursive: true, force: true });
  }
}

export class SshClient {
  output = '';
  complaint = '';
  bytes = 0;
  /** The exit code; null when it was killed. */
  readonly ended: Promise<number | null>;

  constructor(process: ChildProcess) {
    process.stdout!.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length;
      if (this.output.length < 10_000) this.output += String(chunk);
    });
    process.stderr!.on('data', (chunk) => (this.complaint += String(chunk)));
    this.ended = new Promise((done) => process.once('close', done));
  }
}
