import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from './app.js';
import { type Settings } from './config/index.js';
import { type FirstAdministrator, FirstStart } from './modules/identity/index.js';
import { EmbeddedPostgres, keptSecret } from './platform/embedded/index.js';
import { Logger } from './platform/telemetry/logger.js';

export interface RunningServer {
  readonly app: NestFastifyApplication;
  readonly url: string;
  /** Set when this start made the first administrator. */
  readonly administrator: FirstAdministrator | undefined;
  stop(): Promise<void>;
}

/** Where the database is: an external one, or ours, started now. */
export async function openDatabase(settings: Settings, say: (line: string) => void): Promise<{ url: string; stop(): Promise<void> }> {
  if (settings.DATABASE_URL) return { url: settings.DATABASE_URL, stop: () => Promise.resolve() };
  const embedded = await EmbeddedPostgres.start({ dataDir: settings.DATA_DIR, say });
  return { url: embedded.url, stop: () => embedded.stop() };
}

/** Starts everything and listens. @param say hears of long steps */
export async function startServer(settings: Settings, say: (line: string) => void): Promise<RunningServer> {
  const logger = new Logger(settings.LOG_LEVEL);
  const database = await openDatabase(settings, say);
  let app: NestFastifyApplication | undefined;
  try {
    app = await createApp({
      ...{ settings, logger, databaseUrl: database.url },
      appKey: settings.APP_KEY ?? keptSecret(settings.DATA_DIR, 'app.key', 32),
      internalToken: settings.INTERNAL_TOKEN ?? keptSecret(settings.DATA_DIR, 'internal.token', 32),
    });
    await app.listen(settings.PORT, settings.HOST);
  } catch (error) {
    await app?.close().catch(() => undefined);
    await database.stop();
    throw error;
  }
  const running = app;
  return {
    app,
    url: settings.PUBLIC_URL,
    administrator: app.get(FirstStart).administrator,
    stop: async () => {
      await running.close();
      await database.stop();
    },
  };
}
