import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { Initial1795300000000 } from '../../migrations/1795300000000-initial.js';
import { Workspaces1795310000000 } from '../../migrations/1795310000000-workspaces.js';
import { newId } from '../../src/platform/context/index.js';
import { cloneDatabase } from '../support/postgres.js';

describe('an installation from before workspaces', () => {
  let database: Awaited<ReturnType<typeof cloneDatabase>>;

  beforeAll(async () => {
    database = await cloneDatabase();
  }, 60_000);
  afterAll(() => database.drop());

  const migrate = (...migrations: (new () => object)[]): Promise<DataSource> =>
    new DataSource({ type: 'postgres', url: database.url, migrations, migrationsTransactionMode: 'each' }).initialize();

  it('keeps its organizations, seats and owners', async () => {
    const before = await migrate(Initial1795300000000);
    await before.query('DROP SCHEMA public CASCADE');
    await before.query('CREATE SCHEMA public');
    await before.runMigrations();
    const [limited, free, empty, owner, other] = Array.from({ length: 5 }, () => newId());
    await before.query(`INSERT INTO app_user (id, email, name) VALUES ($1, 'a@example.net', 'A'), ($2, 'b@example.net', 'B')`, [
      owner,
      other,
    ]);
    await before.query(`INSERT INTO organization (id, name, site_limit) VALUES ($1, 'Limited', 7), ($2, $4, 0), ($3, 'Empty', 0)`, [
      ...[limited, free, empty, 'x'.repeat(60)],
    ]);
    await before.query(
      `INSERT INTO team (id, organization_id, name, owner_id, created_at) VALUES
       (gen_random_uuid(), $1, 'new', $4, '2026-02-02'), (gen_random_uuid(), $1, 'old', $3, '2026-01-01'),
       (gen_random_uuid(), $2, 'nobody', NULL, '2026-01-01'), (gen_random_uuid(), $2, 'somebody', $4, '2026-01-02')`,
      [limited, free, owner, other],
    );
    await before.destroy();

    const after = await migrate(Initial1795300000000, Workspaces1795310000000);
    await after.runMigrations();
    const rows = await after.query<object[]>(
      `SELECT o.name, o.limits, o.depth, o.path, w.name AS workspace, w.billing_mode, m.user_id, m.role
       FROM organization o JOIN workspace w ON w.id = o.workspace_id LEFT JOIN workspace_member m ON m.workspace_id = w.id ORDER BY o.id`,
    );
    await after.destroy();
    const common = { depth: 0, path: null, billing_mode: 'single' };
    expect(rows).toEqual([
      { ...common, name: 'Limited', limits: { locations: 7 }, workspace: 'Limited', user_id: owner, role: 'owner' },
      { ...common, name: 'x'.repeat(60), limits: {}, workspace: 'x'.repeat(50), user_id: other, role: 'owner' },
      { ...common, name: 'Empty', limits: {}, workspace: 'Empty', user_id: null, role: null },
    ]);
  });
});
