import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PreparingClient } from '../../src/platform/database/index.js';
import { type OpenDatabase, openDatabase } from '../support/postgres.js';

describe('a connection that prepares', () => {
  let database: OpenDatabase;
  let client: PreparingClient;
  beforeAll(async () => {
    database = await openDatabase();
  });
  beforeEach(async () => {
    client = new PreparingClient({ connectionString: database.url });
    await client.connect();
  });
  afterEach(() => client.end());
  afterAll(() => database.close());

  const ask = async <T>(...query: [text: string, values?: unknown[]]): Promise<T[]> => {
    const answer: Promise<{ rows: T[] }> = client.query(...query);
    return (await answer).rows;
  };
  const prepared = async (): Promise<string[]> =>
    (await ask<{ statement: string }>('SELECT statement FROM pg_prepared_statements ORDER BY name')).map(({ statement }) => statement);

  it('prepares what it is asked for the fourth time, and answers the same', async () => {
    const text = 'SELECT $1::int + 1 AS n';
    for (let n = 1; n <= 3; n++) expect(await ask(text, [n])).toEqual([{ n: n + 1 }]);
    expect(await prepared()).toEqual([]);
    for (let n = 4; n <= 12; n++) expect(await ask(text, [n])).toEqual([{ n: n + 1 }]);
    expect(await prepared()).toEqual([text]);
  });

  it('leaves alone what has no values', async () => {
    for (let i = 0; i < 6; i++) await ask('SELECT 1 AS n');
    for (let i = 0; i < 6; i++) await ask('SELECT 1 AS n', []);
    expect(await prepared()).toEqual([]);
  });

  it('prepares two hundred statements at most', async () => {
    for (let round = 0; round < 5; round++)
      for (let i = 0; i < 230; i++) expect(await ask(`SELECT $1::int + ${i} AS n`, [1])).toEqual([{ n: 1 + i }]);
    expect(await prepared()).toHaveLength(200);
  });

  it('goes on after a failure of a prepared statement', async () => {
    const text = 'SELECT 6 / $1::int AS n';
    for (let i = 0; i < 5; i++) await ask(text, [2]);
    await expect(ask(text, [0])).rejects.toThrow('division by zero');
    expect(await ask(text, [3])).toEqual([{ n: 2 }]);
  });

  it('asks anew when the table has changed under it, alone at once and in a transaction when that is run again', async () => {
    await ask('CREATE TABLE IF NOT EXISTS changing (id int)');
    const text = 'SELECT * FROM changing WHERE id > $1::int';
    for (let i = 0; i < 8; i++) await ask(text, [0]);
    await ask('ALTER TABLE changing ADD name text');
    await ask(`INSERT INTO changing VALUES ($1::int, 'new')`, [1]);
    expect(await ask(text, [0])).toEqual([{ id: 1, name: 'new' }]);
    for (let i = 0; i < 8; i++) await ask(text, [0]);
    await ask('ALTER TABLE changing DROP name');
    await ask('BEGIN');
    await expect(ask(text, [0])).rejects.toThrow('cached plan');
    await ask('ROLLBACK');
    await ask('BEGIN');
    expect(await ask(text, [0])).toEqual([{ id: 1 }]);
    await ask('COMMIT');
  });
});
