import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who is unlinked, or whose identity moves, loses what a token of that issuer could do with the next request. */
export class Federation1795345000000 implements MigrationInterface {
  readonly name = 'Federation1795345000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TRIGGER access_changed AFTER UPDATE OR DELETE ON linked_identity FOR EACH STATEMENT EXECUTE FUNCTION rosfleet_access_changed()`,
    );
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only.'));
  }
}
