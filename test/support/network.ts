import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from './programs.js';
import { runFolder } from './test-run.js';

const PREFIX = 'rft';
const NAMESPACES = '/run/netns';

/** Namespaces of runs that were killed. */
function cleanUpAfterKilledRuns(): void {
  for (const name of existsSync(NAMESPACES) ? readdirSync(NAMESPACES) : []) {
    const [, pid] = /^rft(\d+)-/.exec(name) ?? [];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) spawnSync('ip', ['netns', 'delete', name]);
  }
}

/** Programs of hosts are the real ones, also while `wrappers` come first in PATH. */
const REAL_PATH = process.env['PATH'];
const realEnvironment = (): NodeJS.ProcessEnv => ({ ...process.env, PATH: REAL_PATH });

let networks = 0;

/**
 * A network of namespaces that touches no other: a server at 198.18.0.1 and hosts around it, on one bridge. The machine's own
 * network and its settings stay as they are.
 */
export class TestNetwork {
  static readonly SERVER = '198.18.0.1';
  readonly namespace = `${PREFIX}${process.pid}-${++networks}`;
  private readonly children = new Set<ChildProcess>();
  private hosts = 0;

  constructor() {
    if (networks === 1) cleanUpAfterKilledRuns();
    ip('netns', 'add', this.namespace);
    this.run('ip', 'link', 'set', 'lo', 'up');
    this.run('ip', 'link', 'add', 'br0', 'type', 'bridge');
    this.run('ip', 'address', 'add', `${TestNetwork.SERVER}/16`, 'dev', 'br0');
    this.run('ip', 'link', 'set', 'br0', 'up');
  }

  /** Runs a program in the server's namespace and answers what it wrote. @throws Error when it fails */
  run(program: string, ...args: string[]): string {
    return within(this.namespace, program, ...args);
  }

  setting(name: string, value: number): void {
    this.run('sh', '-c', `echo ${value} > /proc/sys/net/${name}`);
  }

  /** One more host on the bridge. */
  host(): TestHost {
    const n = ++this.hosts;
    const name = `${this.namespace}-${n}`;
    const [here, there] = [`h${n}`, 'eth0'];
    ip('netns', 'add', name);
    ip('-n', this.namespace, 'link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', name);
    ip('-n', this.namespace, 'link', 'set', here, 'master', 'br0', 'up');
    const address = `198.18.${Math.floor((n + 1) / 250)}.${((n + 1) % 250) + 2}`;
    ip('-n', name, 'address', 'add', `${address}/16`, 'dev', there);
    for (const device of ['lo', there]) ip('-n', name, 'link', 'set', device, 'up');
    return new TestHost(name, address, this.children);
  }

  /**
   * A folder to put first in PATH: whoever calls one of these programs runs it in the server's namespace, under the same
   * process id.
   */
  wrappers(...programs: string[]): string {
    const folder = mkdtempSync(join(runFolder(), 'wrappers-'));
    for (const program of programs) {
      const real = findProgram(program)!;
      writeFileSync(join(folder, program), `#!/bin/sh\nexec ip netns exec ${this.namespace} ${real} "$@"\n`);
      chmodSync(join(folder, program), 0o755);
    }
    return folder;
  }

  /** How many of these addresses answer one of two pings from the server. Asks all at once, and lets others work meanwhile. */
  async ping(addresses: readonly string[]): Promise<number> {
    const codes = addresses.map((address) => {
      const child = this.start('ping', ['-c', '2', '-W', '5', address]);
      return new Promise<number | null>((done) => child.once('exit', done));
    });
    return (await Promise.all(codes)).filter((code) => code === 0).length;
  }

  /** Starts a program in the server's namespace. It is ended with the network, if not before. */
  start(program: string, args: string[], options: { cwd?: string } = {}): ChildProcess {
    return startIn(this.namespace, this.children, program, args, options);
  }

  async remove(): Promise<void> {
    const running = [...this.children].filter((child) => child.exitCode === null && child.signalCode === null);
    const gone = running.map((child) => new Promise((done) => child.once('exit', done)));
    for (const child of running) child.kill('SIGKILL');
    await Promise.all(gone);
    for (let n = 1; n <= this.hosts; n++) ip('netns', 'delete', `${this.namespace}-${n}`);
    ip('netns', 'delete', this.namespace);
  }
}

export class TestHost {
  constructor(
    readonly namespace: string,
    /** On the bridge. */
    readonly address: string,
    private readonly children: Set<ChildProcess>,
  ) {}

  run(program: string, ...args: string[]): string {
    return within(this.namespace, program, ...args);
  }

  start(program: string, args: string[]): ChildProcess {
    return startIn(this.namespace, this.children, program, args);
  }

  /** Whether one of two pings comes back. */
  reaches(address: string, options: string[] = []): boolean {
    return (
      spawnSync('ip', ['netns', 'exec', this.namespace, 'ping', '-c', '2', '-i', '0.2', '-W', '1', ...options, address], {
        env: realEnvironment(),
      }).status === 0
    );
  }

  /** A file that only programs of this host are given. */
  file(name: string, text: string): string {
    const folder = join(runFolder(), this.namespace);
    mkdirSync(folder, { recursive: true });
    const file = join(folder, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  }
}

function startIn(
  namespace: string,
  children: Set<ChildProcess>,
  program: string,
  args: string[],
  options: { cwd?: string } = {},
): ChildProcess {
  const child = spawn('ip', ['netns', 'exec', namespace, program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: realEnvironment(),
    ...options,
  });
  children.add(child);
  return child;
}

const ip = (...args: string[]): string =>
  execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: realEnvironment() });
const within = (namespace: string, program: string, ...args: string[]): string => ip('netns', 'exec', namespace, program, ...args);
