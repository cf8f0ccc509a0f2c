import '../app.module.js'; // registers the entities
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import { readSettings, type Settings } from '../config/index.js';
import { Random } from '../platform/crypto/index.js';
import { Database } from '../platform/database/index.js';
import { EmbeddedPostgres, ownerOf } from '../platform/embedded/index.js';
import { dataSourceOptions } from '../platform/platform.module.js';
import { openDatabase } from '../server.js';
import { CommandFailed } from './command.js';
import { say } from './project.js';

export interface OpenDatabase {
  readonly db: Database;
  readonly settings: Settings;
  /** Whether a server works on this data folder; undefined when the database is an external one and nobody can tell. */
  readonly serverRuns: boolean | undefined;
}

/**
 * Works on the database of an installation: the one that its running server uses, or, when none runs, the embedded one,
 * started for as long as this takes. Nothing of the application is started: no tasks, no sweeps.
 * @throws CommandFailed when the installation was never started
 */
export async function withDatabase<T>(env: NodeJS.ProcessEnv, work: (open: OpenDatabase) => Promise<T>): Promise<T> {
  const settings = readSettings({ ...env, DATABASE_POOL: '2' });
  const server = await reach(settings);
  const options = dataSourceOptions({ databaseUrl: server.url, settings, migrations });
  const dataSource = new DataSource(options);
  try {
    await dataSource.initialize();
    if (server.ours) await dataSource.runMigrations(); // as the next start would
    return await work({
      db: new Database(dataSource, new Random()),
      settings,
      serverRuns: settings.DATABASE_URL ? undefined : !server.ours,
    });
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
    await server.stop();
  }
}

async function reach(settings: Settings): Promise<{ url: string; ours: boolean; stop(): Promise<void> }> {
  const nothing = (): Promise<void> => Promise.resolve();
  if (settings.DATABASE_URL) return { url: settings.DATABASE_URL, ours: false, stop: nothing };
  if (!existsSync(join(settings.DATA_DIR, 'postgres', 'PG_VERSION'))) {
    throw new CommandFailed(
      `There is no installation in ${settings.DATA_DIR}. Start the server on it once, or name the right folder with --data.`,
    );
  }
  if (ownerOf(settings.DATA_DIR) !== undefined) {
    const url = EmbeddedPostgres.runningUrl(settings.DATA_DIR);
    if (!url) throw new CommandFailed(`The server on ${settings.DATA_DIR} is just starting or stopping. Try again in a moment.`);
    return { url, ours: false, stop: nothing };
  }
  say('No server runs on this data folder: starting its database for a moment');
  return { ...(await openDatabase(settings, say)), ours: true };
}

/** The key of everything signed, as the server has it. @throws CommandFailed when there is none yet: making one here would make a wrong one */
export function appKeyOf(settings: Settings): string {
  if (settings.APP_KEY) return settings.APP_KEY;
  const file = join(settings.DATA_DIR, 'app.key');
  if (!existsSync(file)) throw new CommandFailed(`There is no ${file}. Set DATA_DIR (or --data) and APP_KEY as the server has them.`);
  return readFileSync(file, 'utf8').trim();
}
