import { afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { requireEngine } from './engines.js';
import { cloneDatabase } from './postgres.js';
import { onceARun } from './test-run.js';

const ask = async <R extends object>(url: string, sql: string): Promise<R[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<R>(sql)).rows;
  } finally {
    await client.end();
  }
};

describe('databases for tests', () => {
  it('are migrated, apart from each other, and bound by row-level security', async () => {
    const [mine, yours] = await Promise.all([cloneDatabase(), cloneDatabase()]);
    await ask(
      mine.url,
      `INSERT INTO task (id, name, lane, payload, run_at, max_attempts) VALUES (gen_random_uuid(), 'n', 'slow', '1', now(), 1)`,
    );
    expect(await ask(mine.url, 'SELECT name FROM task')).toEqual([{ name: 'n' }]);
    expect(await ask(yours.url, 'SELECT name FROM task')).toEqual([]);
    expect(await ask(mine.url, 'SELECT rolsuper OR rolbypassrls AS free FROM pg_roles WHERE rolname = current_user')).toEqual([
      { free: false },
    ]);
    await Promise.all([mine.drop(), yours.drop()]);
    await expect(ask(mine.url, 'SELECT 1')).rejects.toThrow('does not exist');
  });

  it('share what is made once a run, and try again what could not be made', async () => {
    let made = 0;
    const name = `support-${process.pid}-${Date.now()}`;
    await expect(onceARun(name, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const answers = await Promise.all([1, 2, 3].map(() => onceARun(name, async () => ({ number: ++made }))));
    expect(answers).toEqual([{ number: 1 }, { number: 1 }, { number: 1 }]);
  });
});

describe('a daemon that is not installed', () => {
  const { PATH, CI } = process.env;
  afterEach(() => {
    process.env['PATH'] = PATH;
    if (CI === undefined) delete process.env['CI'];
    else process.env['CI'] = CI;
  });

  it('fails CI', () => {
    process.env['PATH'] = '/nowhere';
    process.env['CI'] = 'true';
    expect(() => requireEngine('redis-server')).toThrow(
      'redis-server is not installed (apt-get install redis-server); in CI every engine is tested.',
    );
  });

  it('skips its tests on a laptop', () => {
    process.env['PATH'] = '/nowhere';
    delete process.env['CI'];
    expect(requireEngine('redis-server')).toEqual({ path: undefined, describe: describe.skip });
  });
});
