import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RouterAccess1795430000000 implements MigrationInterface {
  readonly name = 'RouterAccess1795430000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only.'));
  }
}

const STATEMENTS = [
    "CREATE TABLE \"site_note\" (\"site_id\" uuid NOT NULL, \"team_id\" uuid NOT NULL, \"note\" text, \"updated_at\" TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT \"PK_725c9af53ed79da71ac70317832\" PRIMARY KEY (\"site_id\"))",
    "CREATE TABLE \"router_credential\" (\"id\" uuid NOT NULL, \"team_id\" uuid NOT NULL, \"site_id\" uuid NOT NULL, \"username\" text NOT NULL, \"password_sealed\" text NOT NULL, \"created_at\" TIMESTAMP WITH TIME ZONE NOT NULL, \"updated_at\" TIMESTAMP WITH TIME ZONE NOT NULL, \"verified_at\" TIMESTAMP WITH TIME ZONE, CONSTRAINT \"PK_7cadb32917a23e30bec97ffe58b\" PRIMARY KEY (\"id\"))",
    "CREATE INDEX \"router_credential_site\" ON \"router_credential\"  (\"site_id\", \"created_at\") ",
    "ALTER TABLE \"site_note\" ADD CONSTRAINT \"FK_725c9af53ed79da71ac70317832\" FOREIGN KEY (\"site_id\") REFERENCES \"site\"(\"id\") ON DELETE CASCADE ON UPDATE NO ACTION",
    "ALTER TABLE \"router_credential\" ADD CONSTRAINT \"FK_3bcbf347f9ae1743c9f4add6103\" FOREIGN KEY (\"site_id\") REFERENCES \"site\"(\"id\") ON DELETE CASCADE ON UPDATE NO ACTION",
    "ALTER TABLE \"site_note\" ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE \"site_note\" FORCE ROW LEVEL SECURITY",
    "CREATE POLICY team_only ON \"site_note\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
    "ALTER TABLE \"router_credential\" ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE \"router_credential\" FORCE ROW LEVEL SECURITY",
    "CREATE POLICY team_only ON \"router_credential\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
];
