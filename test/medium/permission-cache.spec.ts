import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PermissionCache } from '../../src/modules/identity/access/permission-cache.js';
import { eventually } from '../support/eventually.js';
import { execute, type OpenDatabase, openDatabase } from '../support/postgres.js';
import { RecordingLogger } from '../support/recording-logger.js';

/** Triggers are of statements, whether they find rows or not. */
const CHANGE_ROLES = 'UPDATE role SET scopes = scopes WHERE false';
const CHANGE_KEYS = 'UPDATE signing_key SET retired_at = NULL WHERE false';
const BREAK_LINE = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'rosfleet-access' AND datname = current_database()`;

describe('what a process hears of access that changed in the database', () => {
  let database: OpenDatabase;
  let cache: PermissionCache<string>;
  let heard: number;

  beforeEach(async () => {
    database = await openDatabase();
    cache = new PermissionCache<string>(database.db, new RecordingLogger());
    heard = 0;
    await cache.onApplicationBootstrap();
    cache.watch('signing_key', () => heard++);
  }, 60_000);
  afterEach(async () => {
    await cache.onApplicationShutdown();
    await database.close();
  });

  const change = (sql: string): Promise<void> => execute(database.superuserUrl, sql);

  it('leads who watches a table to its changes and to no others', async () => {
    await change(CHANGE_ROLES);
    await change(CHANGE_ROLES);
    await change(CHANGE_KEYS);
    await eventually(() => heard); // notices come in the order of the commits
    expect(heard).toBe(1);
  });

  it.each([CHANGE_ROLES, CHANGE_KEYS])('makes it forget everything: %s', async (sql) => {
    await cache.get('who', async () => 'before');
    expect(await cache.get('who', async () => 'after')).toBe('before');
    await change(sql);
    await eventually(async () => (await cache.get('who', async () => 'after')) === 'after');
  });

  it('leads who watches to changes that came while the line was broken', async () => {
    await change(BREAK_LINE);
    await change(CHANGE_KEYS);
    await eventually(() => heard);
  });
});
