import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { EmbeddedPostgres } from './embedded-postgres.js';

const ask = async <T extends object>(url: string, sql: string): Promise<T[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
};

describe('the embedded PostgreSQL', () => {
  // mkdtemp makes a folder that only we may enter: as root the server's own user cannot, which it must survive.
  const closed = mkdtempSync(join(tmpdir(), 'rosfleet-pg-'));
  const dataDir = join(closed, 'data');
  let server: EmbeddedPostgres;

  beforeAll(async () => {
    server = await EmbeddedPostgres.start({ dataDir });
  }, 60_000);

  afterAll(async () => {
    await server.stop();
    rmSync(realpathSync(join(dataDir, 'postgres')), { recursive: true, force: true });
    rmSync(closed, { recursive: true, force: true });
  });

  it('gives the application a role that row-level security binds', async () => {
    const [role] = await ask<{ name: string; super: boolean; bypass: boolean }>(
      server.url,
      `SELECT rolname AS name, rolsuper AS super, rolbypassrls AS bypass FROM pg_roles WHERE rolname = current_user`,
    );
    expect(role).toEqual({ name: 'rosfleet', super: false, bypass: false });
  });

  it('keeps what was committed over kill -9 of the server', async () => {
    await ask(server.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    process.kill(server.pid!, 'SIGKILL');
    server = await EmbeddedPostgres.start({ dataDir });
    expect(await ask(server.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('takes the folder back from a server that a killed application left running', async () => {
    const leftBehind = server.pid!;
    server = await EmbeddedPostgres.start({ dataDir });
    expect(server.pid).not.toBe(leftBehind);
    expect(await ask(server.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('stops cleanly and leaves no pid file', async () => {
    await server.stop();
    expect(existsSync(join(dataDir, 'postgres', 'postmaster.pid'))).toBe(false);
    mkdirSync(dataDir, { recursive: true });
    server = await EmbeddedPostgres.start({ dataDir });
  });
});
