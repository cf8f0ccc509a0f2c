/**
 * `npm run migration:generate -- <name>`: writes a migration with what the entities ask for beyond the migrations that
 * there are. Read it before you commit it.
 */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import '../../src/app.module.js';
import { readSettings } from '../../src/config/index.js';
import { protectTable, tenantEntities } from '../../src/platform/database/index.js';
import { EmbeddedPostgres } from '../../src/platform/embedded/index.js';
import { dataSourceOptions } from '../../src/platform/platform.module.js';

/** SQL that brings a migrated database to the entities; empty when nothing is missing. */
export async function missingSql(databaseUrl: string): Promise<string[]> {
  const dataSource = await new DataSource(dataSourceOptions({ databaseUrl, settings: readSettings({}), migrations })).initialize();
  try {
    await dataSource.runMigrations();
    const protectedTables = new Set(
      (await dataSource.query<{ relname: string }[]>(`SELECT relname FROM pg_class WHERE relrowsecurity`)).map((r) => r.relname),
    );
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    const unprotected = tenantEntities()
      .map((e) => dataSource.getMetadata(e).tableName)
      .filter((table) => !protectedTables.has(table));
    return [...upQueries.map((q) => q.query), ...unprotected.flatMap(protectTable)];
  } finally {
    await dataSource.destroy();
  }
}

async function main(name: string): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'rosfleet-migration-'));
  const server = await EmbeddedPostgres.start({ dataDir, disposable: true });
  try {
    const sql = await missingSql(server.url);
    if (!sql.length) return console.log('The migrations are complete.');
    const stamp = Date.now();
    const className = `${name.replace(/(^|-)(\w)/g, (_, __, c: string) => c.toUpperCase())}${stamp}`;
    const statements = sql.map((q) => `    ${JSON.stringify(q)},`).join('\n');
    const text = `import type { MigrationInterface, QueryRunner } from 'typeorm';\n\nexport class ${className} implements MigrationInterface {\n  readonly name = '${className}';\n\n  async up(runner: QueryRunner): Promise<void> {\n    for (const statement of STATEMENTS) await runner.query(statement);\n  }\n\n  down(): Promise<void> {\n    return Promise.reject(new Error('Migrations go forward only.'));\n  }\n}\n\nconst STATEMENTS = [\n${statements}\n];\n`;
    writeFileSync(join('migrations', `${stamp}-${name}.ts`), text);
    console.log(`migrations/${stamp}-${name}.ts: read it, then add it to migrations/index.ts`);
  } finally {
    await server.stop();
    rmSync(realpathSync(join(dataDir, 'postgres')), { recursive: true, force: true });
    rmSync(dataDir, { recursive: true, force: true });
  }
}

if (process.argv[1]?.endsWith('migrations/generate.js')) await main(process.argv[2] ?? 'change');
