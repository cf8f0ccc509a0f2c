import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What services report and ask: charges and counts of sites; and what people write to the installation. */
export class Teams1795340000000 implements MigrationInterface {
  readonly name = 'Teams1795340000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only.'));
  }
}

const STATEMENTS = [
    "CREATE TABLE \"charge\" (\"id\" uuid NOT NULL, \"organization_id\" uuid NOT NULL, \"team_id\" uuid NOT NULL, \"kind\" text NOT NULL, \"report_id\" text NOT NULL, \"site_count\" integer NOT NULL, \"created_at\" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), CONSTRAINT \"PK_ac0381acde3bdffe41ad57cd942\" PRIMARY KEY (\"id\"))",
    "CREATE INDEX \"IDX_14aa73b4c1b5ba0dc92adcd021\" ON \"charge\"  (\"team_id\") ",
    "CREATE UNIQUE INDEX \"charge_once\" ON \"charge\"  (\"organization_id\", \"kind\", \"report_id\") ",
    "CREATE TABLE \"site_tally\" (\"organization_id\" uuid NOT NULL, \"site_count\" integer NOT NULL, \"seats_taken\" integer NOT NULL, \"counted_at\" TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT \"PK_95aeb4b492b5288eb8db41ca76f\" PRIMARY KEY (\"organization_id\"))",
    "CREATE TABLE \"feedback\" (\"id\" uuid NOT NULL, \"user_id\" uuid NOT NULL, \"team_id\" uuid, \"subject\" text NOT NULL, \"message\" text NOT NULL, \"created_at\" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), CONSTRAINT \"PK_8389f9e087a57689cd5be8b2b13\" PRIMARY KEY (\"id\"))",
    "CREATE INDEX \"IDX_121c67d42dd543cca0809f5990\" ON \"feedback\"  (\"user_id\") ",
    "ALTER TABLE \"charge\" ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE \"charge\" FORCE ROW LEVEL SECURITY",
    "CREATE POLICY team_only ON \"charge\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
];
