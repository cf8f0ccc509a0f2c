import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { Random } from '../../src/platform/crypto/index.js';
import { allEntities, Database } from '../../src/platform/database/index.js';
import { SnakeNaming } from '../../src/platform/database/naming.js';
import { EmbeddedPostgres } from '../../src/platform/embedded/index.js';
import { noteServer, onceARun, runFolder } from './test-run.js';

const TEMPLATE = 'rosfleet_template';
const HERE = dirname(fileURLToPath(import.meta.url));
const SOURCES = join(HERE, '../../src');

export interface TestDatabase {
  /** For the application's role, which row-level security binds. */
  readonly url: string;
  /** For what only a superuser may do: ending connections, looking past row-level security. */
  readonly superuserUrl: string;
  drop(): Promise<void>;
}

export interface OpenDatabase extends TestDatabase {
  readonly dataSource: DataSource;
  readonly db: Database;
  /** Closes the connections and drops the database. */
  close(): Promise<void>;
}

interface Server {
  readonly url: string;
  readonly superuserUrl: string;
}

/** A migrated database of one's own, copied from the run's template in some 50 ms. The first caller of a run starts the server. */
export async function cloneDatabase(): Promise<TestDatabase> {
  const server = await onceARun('postgres', startServer);
  const name = `t_${randomUUID().replaceAll('-', '')}`;
  await execute(server.superuserUrl, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} OWNER rosfleet`);
  return {
    url: at(server.url, name),
    superuserUrl: at(server.superuserUrl, name),
    drop: () => execute(server.superuserUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** `cloneDatabase` with the way to it that services take. Entities are those whose files the test has loaded. */
export async function openDatabase(options: { poolSize?: number } = {}): Promise<OpenDatabase> {
  const database = await cloneDatabase();
  const dataSource = await connect(database.url, options);
  const close = async (): Promise<void> => {
    await dataSource.destroy();
    await database.drop();
  };
  return { ...database, dataSource, db: new Database(dataSource, new Random()), close };
}

/** One more pool to a database, as one more process has it. */
export const connect = (url: string, { poolSize = 10 }: { poolSize?: number } = {}): Promise<DataSource> =>
  new DataSource({ ...common(url), entities: allEntities(), poolSize }).initialize();

async function startServer(): Promise<Server> {
  const server = await EmbeddedPostgres.start({ dataDir: runFolder(), disposable: true, maxConnections: 300 });
  noteServer(server.pid!, 'postgres');
  await execute(server.superuserUrl, `CREATE DATABASE ${TEMPLATE} OWNER rosfleet`);
  await prepareTemplate(at(server.url, TEMPLATE));
  return { url: server.url, superuserUrl: server.superuserUrl };
}

/**
 * The schema that tests find: that of the migrations. ROSFLEET_TEST_SCHEMA=entities takes the entities' own instead,
 * while one is being changed and its migration not yet generated (row-level security is missing then).
 */
async function prepareTemplate(url: string): Promise<void> {
  if (process.env['ROSFLEET_TEST_SCHEMA'] === 'entities') {
    for (const file of entityFiles()) await import(file);
    const dataSource = await new DataSource({ ...common(url), entities: allEntities(), synchronize: true }).initialize();
    return dataSource.destroy();
  }
  const { migrations } = await import('../../migrations/index.js');
  const dataSource = await new DataSource({ ...common(url), migrations, migrationsTransactionMode: 'each' }).initialize();
  await dataSource.runMigrations();
  await dataSource.destroy();
}

const common = (url: string): Extract<DataSourceOptions, { type: 'postgres' }> => ({
  type: 'postgres',
  url,
  namingStrategy: new SnakeNaming(),
  applicationName: 'rosfleet-test',
  poolErrorHandler: () => undefined, // tests end connections on purpose
});

const entityFiles = (): string[] =>
  readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.entity.ts'))
    .map((file) => relative(HERE, join(SOURCES, file)).replace(/\.ts$/, '.js'));

function at(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}

/** One statement as the superuser, on a connection of its own. */
export async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
