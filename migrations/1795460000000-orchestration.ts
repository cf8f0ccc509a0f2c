import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Orchestration1795460000000 implements MigrationInterface {
  readonly name = 'Orchestration1795460000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only.'));
  }
}

const STATEMENTS = [
    "CREATE TABLE \"orchestration_event\" (\"id\" uuid NOT NULL, \"team_id\" uuid NOT NULL, \"site_id\" uuid NOT NULL, \"at\" TIMESTAMP WITH TIME ZONE NOT NULL, \"subject\" text NOT NULL, \"status\" text NOT NULL, \"message\" text NOT NULL, CONSTRAINT \"PK_9a0d74f3c14d112ed800dc4ef27\" PRIMARY KEY (\"id\"))",
    "CREATE INDEX \"orchestration_event_site\" ON \"orchestration_event\"  (\"site_id\", \"at\") ",
    "ALTER TABLE \"orchestration_event\" ADD CONSTRAINT \"FK_da4f4336ea2da9f28751dfb901e\" FOREIGN KEY (\"site_id\") REFERENCES \"site\"(\"id\") ON DELETE CASCADE ON UPDATE NO ACTION",
    "ALTER TABLE \"orchestration_event\" ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE \"orchestration_event\" FORCE ROW LEVEL SECURITY",
    "CREATE POLICY team_only ON \"orchestration_event\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
];
