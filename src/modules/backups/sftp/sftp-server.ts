import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { createServer, type Server, type Socket } from 'node:net';
import { Settings } from '../../../config/index.js';
import { RequestContext } from '../../../platform/context/index.js';
import { DomainError } from '../../../platform/errors/index.js';
import { HealthChecks } from '../../../platform/http/index.js';
import { Logger } from '../../../platform/telemetry/logger.js';
import { Intake } from '../intake.js';
import { type Ticket, Tickets } from '../tickets.js';
import { fingerprintOf, HostKeys } from './host-keys.js';
import { type Patience, serveConnection } from './sftp-connection.js';
import { UploadBudget } from './upload.js';

const CONNECTIONS = 500;
/** Uploads in memory: so many of the largest size, or thousands of usual ones. */
const LARGEST_AT_ONCE = 8;
const MEGABYTE = 1_048_576;

/** Where routers find the server. */
export interface SftpAddress {
  readonly host: string;
  readonly port: number;
}

/** The SFTP server that routers upload to, inside this process. It takes one file a login and has nothing to give. */
@Injectable()
export class SftpServer implements OnApplicationBootstrap, OnApplicationShutdown {
  /** For connections that begin from now on. */
  patience: Patience;
  private readonly system = RequestContext.system('sftp');
  private readonly budget: UploadBudget;
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  private hostKeys: readonly string[] = [];
  private problem: string | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly keys: HostKeys,
    private readonly tickets: Tickets,
    private readonly intake: Intake,
    private readonly logger: Logger,
    health: HealthChecks,
  ) {
    this.budget = new UploadBudget(LARGEST_AT_ONCE * settings.BACKUP_MAX_MB * MEGABYTE);
    this.patience = { signIn: 30_000, idle: 60_000, whole: settings.JOB_TIMEOUT_SECONDS * 1000 };
    if (settings.SFTP === 'off') return;
    health.register('sftp', () =>
      Promise.resolve(
        this.problem === undefined
          ? {
              ...this.publicAddress,
              ...{ hostKeys: this.hostKeys.map(fingerprintOf), connections: this.sockets.size, uploadBytes: this.budget.used },
            }
          : { warning: `${this.problem}; routers upload over HTTPS` },
      ),
    );
  }

  /** Null where this process takes no uploads by SFTP. */
  get publicAddress(): SftpAddress | null {
    const address = this.server?.address();
    if (!address || typeof address === 'string') return null;
    return { host: this.settings.SFTP_PUBLIC_HOST, port: this.settings.SFTP_PUBLIC_PORT || address.port };
  }

  async onApplicationBootstrap(): Promise<void> {
    const { SFTP: mode, SFTP_HOST: host, SFTP_PORT: port } = this.settings;
    if (mode === 'off') return;
    this.hostKeys = await this.keys.all();
    const server = createServer((socket) => this.welcome(socket));
    server.maxConnections = CONNECTIONS;
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => resolve());
      });
      server.on('error', (err: unknown) => this.logger.warn({ err }, 'the SFTP server stumbled'));
      this.server = server;
    } catch (error) {
      this.problem = `SFTP cannot listen on ${host}:${port} (${(error as Error).message})`;
      if (mode === 'on') throw new Error(`${this.problem}. Choose another SFTP_PORT, or SFTP=auto to do without.`);
      this.logger.warn({ err: error }, this.problem);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    for (const socket of this.sockets) socket.destroy(); // routers go on over HTTPS, or try again
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  private welcome(socket: Socket): void {
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    serveConnection(socket, {
      ...{ hostKeys: this.hostKeys, budget: this.budget, limit: this.settings.BACKUP_MAX_MB * MEGABYTE },
      ...{ patience: this.patience, logger: this.logger },
      logIn: (user, password) => this.logIn(user, password),
      complete: (ticket, content) => this.complete(ticket, content),
    });
  }

  private async logIn(user: string, password: string): Promise<Ticket | undefined> {
    const ticket = await this.tickets.logIn(this.system, user, password);
    if (!ticket) this.logger.info({ user: user.slice(0, 64) }, 'an SFTP login was refused');
    return ticket;
  }

  /** @throws Error with words for the client */
  private async complete(ticket: Ticket, content: Buffer): Promise<void> {
    try {
      await this.intake.take(ticket, content);
    } catch (error) {
      if (error instanceof DomainError) throw error;
      this.logger.error({ err: error, siteId: ticket.siteId }, 'an export could not be kept');
      throw new Error('the export could not be kept; the log has the reason', { cause: error });
    }
  }
}
