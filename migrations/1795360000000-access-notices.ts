import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A change of access says in which table it was, so that who watches one table hears of no other (see PermissionCache). */
export class AccessNotices1795360000000 implements MigrationInterface {
  readonly name = 'AccessNotices1795360000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE OR REPLACE FUNCTION rosfleet_access_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('rosfleet_access', TG_TABLE_NAME); RETURN NULL; END $$`,
    );
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only.'));
  }
}
