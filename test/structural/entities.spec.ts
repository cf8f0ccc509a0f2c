import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import '../../src/app.module.js';
import { readSettings } from '../../src/config/index.js';
import { allEntities, sharedEntities, tenantEntities } from '../../src/platform/database/index.js';
import { dataSourceOptions } from '../../src/platform/platform.module.js';
import { missingSql } from '../../tools/migrations/generate.js';
import { cloneDatabase } from '../support/postgres.js';

describe('every entity', () => {
  let database: Awaited<ReturnType<typeof cloneDatabase>>;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await cloneDatabase();
    dataSource = await new DataSource(
      dataSourceOptions({ databaseUrl: database.url, settings: readSettings({}), migrations }),
    ).initialize();
  }, 60_000);
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('is loaded by the application: no entity file is forgotten', async () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.entity.ts'));
    for (const file of files) {
      const exported = Object.values((await import(join('../../src', file).replace(/\.ts$/, '.js'))) as Record<string, unknown>).filter(
        (v) => typeof v === 'function',
      );
      for (const entity of exported) expect([file, allEntities().includes(entity as never)]).toEqual([file, true]);
    }
    expect(allEntities()).toHaveLength(files.length);
  });

  it('belongs to a team, guarded by row-level security, or says why not', async () => {
    const locked = new Set(
      (
        await dataSource.query<{ relname: string }[]>(
          `SELECT relname FROM pg_class c JOIN pg_policies p ON p.tablename = c.relname WHERE c.relrowsecurity AND c.relforcerowsecurity`,
        )
      ).map((r) => r.relname),
    );
    for (const entity of tenantEntities()) {
      const { tableName, columns } = dataSource.getMetadata(entity);
      const team = columns.find((c) => c.databaseName === 'team_id');
      expect([tableName, team?.isNullable]).toEqual([tableName, false]);
      expect([tableName, locked.has(tableName)]).toEqual([tableName, true]);
    }
    for (const [entity, reason] of sharedEntities())
      expect([dataSource.getMetadata(entity).tableName, reason.length > 20]).toEqual([expect.any(String), true]);
  });

  it('is as the migrations make it', async () => {
    expect(await missingSql(database.url)).toEqual([]);
  });

  it('hides the rows of other teams also from a query that forgot its filter', async () => {
    const runner = dataSource.createQueryRunner();
    const team = (n: number): string => `00000000-0000-7000-8000-00000000000${n}`;
    await runner.query(`SELECT set_config('rosfleet.team', '*', false)`);
    for (const n of [1, 2])
      await runner.query(`INSERT INTO runbook (id, team_id, name, created_at) VALUES ($1, $1, 'r', now())`, [team(n)]);
    await runner.query(`SELECT set_config('rosfleet.team', $1, false)`, [team(1)]);
    expect(await runner.query('SELECT team_id FROM runbook')).toEqual([{ team_id: team(1) }]);
    await expect(
      runner.query(`INSERT INTO runbook (id, team_id, name, created_at) VALUES ($1, $2, 'r', now())`, [team(3), team(2)]),
    ).rejects.toThrow(/row-level security/);
    await runner.query(`SELECT set_config('rosfleet.team', '', false)`);
    expect(await runner.query('SELECT team_id FROM runbook')).toEqual([]);
    await runner.release();
  });
});
