import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createServer } from 'node:net';
import { createApp } from './app.js';
import { type Settings } from './config/index.js';
import { TunnelState } from './modules/control-plane/index.js';
import { type FirstAdministrator, FirstStart } from './modules/identity/index.js';
import { EmbeddedPostgres, keptSecret } from './platform/embedded/index.js';
import { outboxFolder } from './platform/mail/index.js';
import { Logger } from './platform/telemetry/logger.js';

export interface RunningServer {
  readonly app: NestFastifyApplication;
  /** What routers and browsers are told (PUBLIC_URL). */
  readonly url: string;
  /** Where this machine reaches it. */
  readonly localUrl: string;
  /** Folder that mails are written to; undefined when a mail server is configured. */
  readonly outbox: string | undefined;
  /** Where routers reach the management tunnel, and why there is none here, if so. */
  readonly tunnel: { readonly endpoint: string; readonly off: string | undefined };
  /** Set when this start made the first administrator. */
  readonly administrator: FirstAdministrator | undefined;
  stop(): Promise<void>;
}

/** The address cannot be listened on; the message says what would help. */
export class AddressUnavailable extends Error {
  constructor({ PORT, HOST }: Settings, cause: NodeJS.ErrnoException) {
    const why: Record<string, string> = {
      EADDRINUSE: `Port ${PORT} on ${HOST} is taken by another program. Stop it, or choose another one: --port ${PORT + 1} (or PORT=${PORT + 1}); 0 picks a free one.`,
      EACCES: `Port ${PORT} needs more rights than this user has. Choose one from 1024 on, for example --port 8080.`,
      EADDRNOTAVAIL: `${HOST} is no address of this machine. 127.0.0.1 serves this machine alone, 0.0.0.0 the network.`,
    };
    super(why[cause.code ?? ''] ?? `Cannot listen on ${HOST}, port ${PORT}: ${cause.message}`, { cause });
    this.name = 'AddressUnavailable';
  }
}

/** Where the database is: an external one, or ours, started now. */
export async function openDatabase(settings: Settings, say: (line: string) => void): Promise<{ url: string; stop(): Promise<void> }> {
  if (settings.DATABASE_URL) return { url: settings.DATABASE_URL, stop: () => Promise.resolve() };
  const embedded = await EmbeddedPostgres.start({ dataDir: settings.DATA_DIR, say });
  return { url: embedded.url, stop: () => embedded.stop() };
}

/**
 * Starts everything and listens.
 * @param say hears of long steps
 * @throws AddressUnavailable before anything is started, DataFolderInUse
 */
export async function startServer(wanted: Settings, say: (line: string) => void): Promise<RunningServer> {
  const settings = await withFreePort(wanted);
  const logger = new Logger(settings.LOG_LEVEL);
  const database = await openDatabase(settings, say);
  let app: NestFastifyApplication | undefined;
  try {
    app = await createApp({
      ...{ settings, logger, databaseUrl: database.url },
      appKey: settings.APP_KEY ?? keptSecret(settings.DATA_DIR, 'app.key', 32),
      internalToken: settings.INTERNAL_TOKEN ?? keptSecret(settings.DATA_DIR, 'internal.token', 32),
      siteInternalToken: settings.SITE_INTERNAL_TOKEN ?? keptSecret(settings.DATA_DIR, 'site-internal.token', 32),
    });
    await app.listen(settings.PORT, settings.HOST);
  } catch (error) {
    await app?.close().catch(() => undefined);
    await database.stop();
    throw (error as NodeJS.ErrnoException).syscall === 'listen' ? new AddressUnavailable(settings, error as Error) : error;
  }
  const running = app;
  return {
    app,
    url: settings.PUBLIC_URL,
    localUrl: localUrl(settings),
    outbox: settings.SMTP_URL ? undefined : outboxFolder(settings.DATA_DIR),
    tunnel: { endpoint: `${settings.MGMT_TUNNEL_PUBLIC_HOST}:${settings.MGMT_TUNNEL_PUBLIC_PORT}`, off: app.get(TunnelState).off },
    administrator: app.get(FirstStart).administrator,
    stop: async () => {
      await running.close();
      await database.stop();
    },
  };
}

/** Looks whether the address is free before the database is started, and puts a real port in place of 0. */
async function withFreePort(settings: Settings): Promise<Settings> {
  const port = await new Promise<number>((done, fail) => {
    const probe = createServer().once('error', (error) => fail(new AddressUnavailable(settings, error)));
    probe.listen(settings.PORT, settings.HOST, () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => done(port));
    });
  });
  if (port === settings.PORT) return settings;
  const real = (url: string): string => url.replace(/^http:\/\/127\.0\.0\.1:0$/, `http://127.0.0.1:${port}`); // the default of PUBLIC_URL
  return { ...settings, PORT: port, PUBLIC_URL: real(settings.PUBLIC_URL), PORTAL_URL: real(settings.PORTAL_URL) };
}

function localUrl({ HOST, PORT }: Settings): string {
  const anywhere = HOST === '0.0.0.0' || HOST === '::' || HOST === '' || HOST === 'localhost';
  const host = anywhere ? '127.0.0.1' : HOST.includes(':') ? `[${HOST}]` : HOST;
  return `http://${host}:${PORT}`;
}
