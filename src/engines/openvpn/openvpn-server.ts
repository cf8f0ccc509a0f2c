import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Random } from '../../platform/crypto/index.js';
import type { Logger } from '../../platform/telemetry/logger.js';
import type { CertifiedKey } from './certificates.js';
import { isolationRules, type TunnelPort, withoutIsolation } from './isolation.js';
import { ManagementConnection } from './management-connection.js';
import type { ManagementMessage } from './management-messages.js';
import { environment, run } from './programs.js';
import { RunFolder } from './run-folder.js';
import { FILES, type ServerAddresses, serverConfig } from './server-config.js';
import type { TunnelGate } from './tunnel-gate.js';
import { TunnelSessions } from './tunnel-sessions.js';

/** From its start until it listens. */
const READY_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 5000;
/** It is asked so often whether it still answers. */
const PULSE_MS = 10_000;
/** Each connected client's bytes are told so often. */
const BYTES_SECONDS = 15;
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [250, 30_000];
/** One that ran for so long starts its row of failures anew. */
const STEADY_MS = 60_000;

export interface TunnelServerOptions extends ServerAddresses {
  /** Folder of its own; made when it is not there. */
  readonly folder: string;
  /** PEM of the authority. */
  readonly authority: string;
  /** The server's own certificate under it. */
  readonly certificate: CertifiedKey;
  /** What clients may open on this machine besides answering. */
  readonly ports?: readonly TunnelPort[];
}

export interface TunnelServerStatus {
  readonly state: 'starting' | 'running' | 'failed' | 'stopped';
  readonly clients: number;
  /** Starts after the first one, planned ones too. */
  readonly restarts: number;
  /** What the daemon last said before it failed. */
  readonly lastFailure: string | undefined;
}

/**
 * An OpenVPN server beside the application: started again when it ends or answers no more. It connects to us and not
 * we to it (`management-client`), and ends when that connection does: kill -9 of the application leaves no daemon behind.
 */
export class OpenVpnServer {
  private folder: RunFolder | undefined;
  private listener: Server | undefined;
  private daemon: ChildProcess | undefined;
  private management: ManagementConnection | undefined;
  private sessions: TunnelSessions | undefined;
  private state: TunnelServerStatus['state'] = 'stopped';
  private restarts = 0;
  private failures = 0;
  private startedAt = 0;
  private lastFailure: string | undefined;
  private lastWords: string[] = [];
  private isPlanned = false;
  private timers: NodeJS.Timeout[] = [];
  private pause: NodeJS.Timeout | undefined;

  /** @param ready is called each time the server begins to listen, before its first client */
  constructor(
    private readonly options: TunnelServerOptions,
    private readonly gate: TunnelGate,
    private readonly ready: () => void,
    private readonly logger: Logger,
    private readonly random: Random,
  ) {}

  get status(): TunnelServerStatus {
    return { state: this.state, clients: this.sessions?.size ?? 0, restarts: this.restarts, lastFailure: this.lastFailure };
  }

  /** The daemon's process id; undefined while there is none. */
  get pid(): number | undefined {
    return this.daemon?.pid;
  }

  /**
   * Makes everything ready and starts the daemon; from then on it is kept running. Does not wait for it to listen.
   * @throws DataFolderInUse, ProgramFailed when clients cannot be kept apart
   */
  async start(): Promise<void> {
    const { options } = this;
    const folder = await RunFolder.take(options.folder);
    this.folder = folder;
    try {
      await run('nft', ['-f', '-'], isolationRules(options.device, options.pool, options.address, options.ports ?? []));
      folder.writeConfig(serverConfig(options, folder.socket, { dropPrivileges: process.getuid?.() === 0 }));
      folder.writeCertificate(options.authority, options.certificate);
      this.listener = createServer((socket) => this.connected(socket));
      await new Promise<void>((done, fail) => this.listener!.once('error', fail).listen(folder.socket, done));
    } catch (error) {
      await this.clear();
      throw error;
    }
    this.launch();
  }

  /** Ends a connection. */
  end(connection: string): void {
    this.sessions?.end(connection);
  }

  /** Another certificate: the daemon starts anew with it, and clients come back by themselves. */
  async renew(certificate: CertifiedKey): Promise<void> {
    this.folder?.writeCertificate(this.options.authority, certificate);
    if (!this.daemon) return;
    this.isPlanned = true;
    await this.endDaemon();
  }

  async stop(): Promise<void> {
    this.state = 'stopped';
    clearTimeout(this.pause);
    await this.endDaemon();
    await this.clear();
  }

  private launch(): void {
    this.state = 'starting';
    this.startedAt = performance.now();
    this.lastWords = [];
    // Detached: Ctrl-C in the terminal reaches us alone.
    const daemon = spawn('openvpn', ['--config', FILES.config], {
      ...{ cwd: this.folder!.path, env: environment(), detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
    });
    this.daemon = daemon;
    for (const stream of [daemon.stdout, daemon.stderr]) createInterface({ input: stream }).on('line', (line) => this.said(line));
    daemon.once('error', (error) => this.said(error.message));
    daemon.once('close', () => this.ended(daemon));
    this.timers.push(
      setTimeout(() => {
        if (this.daemon === daemon && this.state === 'starting') this.giveUp(`it did not listen within ${READY_LIMIT_MS / 1000} s`);
      }, READY_LIMIT_MS).unref(),
    );
  }

  private connected(socket: Socket): void {
    if (this.management || !this.daemon) return void socket.destroy();
    const management = new ManagementConnection(socket, (message) => this.heard(message));
    this.management = management;
    this.sessions = new TunnelSessions(this.random.alphanumeric(12), management, this.gate, this.options, this.logger);
    this.greet(management).catch((error: Error) => this.giveUp(error.message));
  }

  /** It holds until it is released: no client comes before we listen. */
  private async greet(management: ManagementConnection): Promise<void> {
    await management.command('state on');
    await management.command(`bytecount ${BYTES_SECONDS}`);
    await management.command('hold release');
    this.timers.push(
      setInterval(() => void management.command('pid').catch((error: Error) => this.giveUp(error.message)), PULSE_MS).unref(),
    );
  }

  private heard(message: Exclude<ManagementMessage, { type: 'reply' }>): void {
    switch (message.type) {
      case 'client':
        return this.sessions!.heard(message);
      case 'bytes':
        return this.sessions!.carried(message.cid, message.received, message.sent);
      case 'state':
        return message.name === 'CONNECTED' ? this.listening() : undefined;
      case 'fatal':
        return this.said(message.text);
      default:
        return undefined;
    }
  }

  private listening(): void {
    if (this.state === 'stopped') return;
    this.state = 'running';
    this.lastFailure = undefined;
    this.logger.info({ host: this.options.host, port: this.options.port, device: this.options.device }, 'the management tunnel listens');
    this.ready();
  }

  private said(line: string): void {
    this.lastWords = [...this.lastWords.slice(-9), line];
    this.logger.debug({ line }, 'openvpn');
  }

  /** It runs and does not do its work: it is ended, and started again like one that ended by itself. */
  private giveUp(reason: string): void {
    if (this.state === 'stopped' || !this.daemon) return;
    this.said(reason);
    this.daemon.kill('SIGKILL');
  }

  private ended(daemon: ChildProcess): void {
    if (this.daemon !== daemon) return;
    for (const timer of this.timers.splice(0)) clearTimeout(timer);
    this.daemon = undefined;
    this.management?.close();
    this.management = undefined;
    this.sessions?.ended();
    this.sessions = undefined;
    if (this.state === 'stopped') return;
    this.restarts++;
    if (this.isPlanned) {
      this.isPlanned = false;
      return this.launch();
    }
    this.failures = performance.now() - this.startedAt > STEADY_MS ? 0 : this.failures + 1;
    this.state = 'failed';
    this.lastFailure = whyOf(this.lastWords, daemon);
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.failures);
    this.logger.warn({ reason: this.lastFailure, pauseMs }, 'the management tunnel ended and will be started again');
    this.pause = setTimeout(() => this.launch(), pauseMs);
    this.pause.unref();
  }

  private async endDaemon(): Promise<void> {
    const { daemon } = this;
    if (!daemon) return;
    const gone = new Promise((done) => daemon.once('close', done));
    daemon.kill('SIGTERM');
    const hard = setTimeout(() => daemon.kill('SIGKILL'), STOP_LIMIT_MS);
    await gone;
    clearTimeout(hard);
  }

  private async clear(): Promise<void> {
    const { listener, folder } = this;
    [this.listener, this.folder] = [undefined, undefined];
    if (listener?.listening) await new Promise((done) => listener.close(done));
    await run('nft', ['-f', '-'], withoutIsolation(this.options.device)).catch(() => undefined); // there are none
    folder?.leave();
  }
}

/** The line that explains it best: the last one that speaks of a failure. */
function whyOf(words: readonly string[], { exitCode, signalCode }: ChildProcess): string {
  const telling = words.filter(
    (line) => /error|cannot|can't|fail|did not|refused|in use/i.test(line) && !/^Exiting due to fatal error/.test(line),
  );
  return telling.at(-1) ?? (signalCode ? `ended by ${signalCode}` : (words.at(-1) ?? `exit code ${exitCode}`));
}
