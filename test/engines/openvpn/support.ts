import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { eventually } from '../../support/eventually.js';
import { type TestHost, TestNetwork } from '../../support/network.js';

export interface ClientOptions {
  readonly username: string;
  readonly password: string;
  /** PEM of the authority. */
  readonly ca: string;
  readonly port: number;
  /** What RouterOS calls cipher; AES-256-CBC by default. */
  readonly cipher?: string;
  /** Name that the server's certificate must have. */
  readonly name?: string;
  /** More options of openvpn(8), the later ones win. */
  readonly more?: readonly string[];
}

/** A router's OpenVPN client: the real program in a namespace, with the options that a RouterOS client amounts to. */
export class TunnelClient {
  readonly lines: string[] = [];
  private constructor(
    readonly host: TestHost,
    readonly process: ChildProcess,
  ) {}

  static start(host: TestHost, { username, password, ca, port, cipher = 'AES-256-CBC', name, more = [] }: ClientOptions): TunnelClient {
    const login = host.file('login', `${username}\n${password}\n`);
    const args = [
      ...['--client', '--dev', 'tun0', '--dev-type', 'tun', '--proto', 'tcp4-client', '--remote', TestNetwork.SERVER, String(port)],
      ...['--nobind', '--auth-user-pass', login, '--ca', host.file('ca.pem', ca), '--remote-cert-tls', 'server'],
      ...(name ? ['--verify-x509-name', name, 'name'] : []),
      // One cipher and no choice: RouterOS negotiates none.
      ...['--disable-dco', '--cipher', cipher, '--data-ciphers', cipher, '--auth', 'SHA256', '--tls-version-min', '1.2'],
      ...['--connect-retry', '1', '2', '--connect-retry-max', '200', '--suppress-timestamps', '--verb', '3', ...more],
    ];
    const client = new TunnelClient(host, host.start('openvpn', args));
    for (const stream of [client.process.stdout!, client.process.stderr!])
      createInterface({ input: stream }).on('line', (line) => void client.lines.push(line));
    return client;
  }

  get isUp(): boolean {
    return this.lines.some((line) => line.includes('Initialization Sequence Completed'));
  }

  get wasRefused(): boolean {
    return this.lines.some((line) => line.includes('AUTH_FAILED'));
  }

  get hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** @throws Error with the end of its log */
  async up(within = 20_000): Promise<this> {
    await eventually(() => this.isUp, { within }).catch(() => {
      throw new Error(`The client is not connected. It says:\n${this.lines.slice(-15).join('\n')}`);
    });
    return this;
  }

  async refused(): Promise<void> {
    await eventually(() => this.wasRefused || this.hasEnded, { within: 20_000 });
    if (!this.wasRefused || this.isUp) throw new Error(`The client was not refused. It says:\n${this.lines.slice(-15).join('\n')}`);
  }

  /** Its address in the tunnel; undefined while there is none. */
  get address(): string | undefined {
    const all = this.host.run('ip', '-4', '-o', 'address', 'show');
    return /tun0\s+inet ([\d.]+)/.exec(all)?.[1];
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.hasEnded) return;
    const gone = new Promise((done) => this.process.once('exit', done));
    this.process.kill(signal);
    await gone;
  }
}
