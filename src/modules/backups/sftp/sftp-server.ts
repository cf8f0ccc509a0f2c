import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import ssh2, { type AuthContext, type Connection, type Server } from 'ssh2';
import { Settings } from '../../../config/index.js';
import { RequestContext } from '../../../platform/context/index.js';
import { DomainError } from '../../../platform/errors/index.js';
import { HealthChecks } from '../../../platform/http/index.js';
import { Logger } from '../../../platform/telemetry/logger.js';
import { Intake } from '../intake.js';
import { fileNameOf } from '../file-name.js';
import { type Ticket, Tickets } from '../tickets.js';
import { fingerprintOf, HostKeys } from './host-keys.js';
import { serveUpload } from './sftp-session.js';
import { Upload, UploadBudget } from './upload.js';

const CONNECTIONS = 500;
/** To sign in from the first byte on. */
const SIGN_IN_MS = 30_000;
/** Without a word from a client that has signed in. A slow board writes its export before it connects. */
const IDLE_MS = 60_000;
const WRONG_PASSWORDS = 2;
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
  private readonly system = RequestContext.system('sftp');
  private readonly budget: UploadBudget;
  private readonly connections = new Set<Connection>();
  private server: Server | undefined;
  private fingerprints: string[] = [];
  private problem: string | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly hostKeys: HostKeys,
    private readonly tickets: Tickets,
    private readonly intake: Intake,
    private readonly logger: Logger,
    health: HealthChecks,
  ) {
    this.budget = new UploadBudget(LARGEST_AT_ONCE * settings.BACKUP_MAX_MB * MEGABYTE);
    if (settings.SFTP === 'off') return;
    health.register('sftp', () =>
      Promise.resolve(
        this.problem === undefined
          ? { ...this.publicAddress, hostKeys: this.fingerprints, connections: this.connections.size }
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
    const hostKeys = await this.hostKeys.all();
    this.fingerprints = hostKeys.map(fingerprintOf);
    const server = new ssh2.Server({ hostKeys, ident: 'rosfleet' }, (client) => this.serve(client));
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
    for (const client of this.connections) client.end();
    const { server } = this;
    this.server = undefined;
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  private serve(client: Connection): void {
    this.connections.add(client);
    let ticket: Ticket | undefined;
    let wrong = 0;
    const upload = new Upload(this.budget, this.settings.BACKUP_MAX_MB * MEGABYTE);
    const timer = setTimeout(() => client.end(), SIGN_IN_MS);
    client.on('error', (err: unknown) => this.logger.debug({ err, siteId: ticket?.siteId }, 'an SFTP connection broke'));
    client.on('close', () => {
      clearTimeout(timer);
      upload.drop();
      this.connections.delete(client);
    });
    client.on('authentication', (attempt) => {
      if (attempt.method !== 'password') return attempt.reject(['password']);
      this.logIn(attempt).then(
        (found) => {
          if (found && !ticket) {
            ticket = found;
            return attempt.accept();
          }
          attempt.reject(['password']);
          if (++wrong >= WRONG_PASSWORDS) client.end();
        },
        (err: unknown) => {
          this.logger.error({ err }, 'an SFTP login could not be checked');
          client.end();
        },
      );
    });
    client.on('ready', () => {
      const mine = ticket!;
      const idle = setTimeout(() => client.end(), IDLE_MS);
      clearTimeout(timer);
      client.on('close', () => clearTimeout(idle));
      client.on('session', (accept) => {
        accept().on('sftp', (accept) =>
          serveUpload(accept(), {
            ...{ fileName: fileNameOf(mine.takenAt), folder: mine.siteId, upload },
            alive: () => void idle.refresh(),
            complete: (content) => this.complete(mine, content),
            refused: (why) => this.logger.info({ siteId: mine.siteId, why }, 'SFTP refused something'),
          }),
        );
      });
    });
  }

  private async logIn(attempt: AuthContext & { readonly method: 'password'; readonly password: string }): Promise<Ticket | undefined> {
    const ticket = await this.tickets.logIn(this.system, attempt.username, attempt.password);
    if (!ticket) this.logger.info({ user: attempt.username.slice(0, 64) }, 'an SFTP login was refused');
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
