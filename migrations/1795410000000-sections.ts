import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Sections1795410000000 implements MigrationInterface {
  readonly name = 'Sections1795410000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only.'));
  }
}

const STATEMENTS = [
    "CREATE TABLE \"section_content\" (\"team_id\" uuid NOT NULL, \"hash\" text NOT NULL, \"sealed\" text NOT NULL, \"created_at\" TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT \"PK_40818647d2cb9b0c73adccc3fea\" PRIMARY KEY (\"team_id\", \"hash\"))",
    "CREATE TABLE \"site_section\" (\"site_id\" uuid NOT NULL, \"section\" text NOT NULL, \"team_id\" uuid NOT NULL, \"wanted\" integer NOT NULL DEFAULT '1', \"sent\" integer NOT NULL DEFAULT '0', \"applied\" integer NOT NULL DEFAULT '0', \"applied_hash\" text, \"sent_hash\" text, \"salt\" integer NOT NULL DEFAULT '1', \"phase\" text NOT NULL DEFAULT 'idle', \"part\" integer NOT NULL DEFAULT '0', \"parts\" integer NOT NULL DEFAULT '1', \"trial\" boolean NOT NULL DEFAULT false, \"path_before\" text, \"path_after\" text, \"attempts\" integer NOT NULL DEFAULT '0', \"last_error\" text, \"due_at\" TIMESTAMP WITH TIME ZONE, \"job_id\" uuid, \"version\" text, \"fingerprint\" text, \"wanted_at\" TIMESTAMP WITH TIME ZONE NOT NULL, \"sent_at\" TIMESTAMP WITH TIME ZONE, \"applied_at\" TIMESTAMP WITH TIME ZONE, \"checked_at\" TIMESTAMP WITH TIME ZONE, \"drifted_at\" TIMESTAMP WITH TIME ZONE, CONSTRAINT \"PK_497a35cae9b338ecc4d7e1c1920\" PRIMARY KEY (\"site_id\", \"section\"))",
    "CREATE INDEX \"site_section_job\" ON \"site_section\"  (\"job_id\") WHERE job_id IS NOT NULL",
    "CREATE INDEX \"site_section_team\" ON \"site_section\"  (\"team_id\", \"section\") ",
    "CREATE INDEX \"site_section_due\" ON \"site_section\"  (\"site_id\", \"due_at\") WHERE due_at IS NOT NULL",
    "ALTER TABLE \"job\" ADD \"kind\" text NOT NULL DEFAULT 'script'",
    "ALTER TABLE \"site_section\" ADD CONSTRAINT \"FK_a310ca5ea649de2ab2527bb3f98\" FOREIGN KEY (\"site_id\") REFERENCES \"site\"(\"id\") ON DELETE CASCADE ON UPDATE NO ACTION",
    "ALTER TABLE \"section_content\" ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE \"section_content\" FORCE ROW LEVEL SECURITY",
    "CREATE POLICY team_only ON \"section_content\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
    "ALTER TABLE \"site_section\" ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE \"site_section\" FORCE ROW LEVEL SECURITY",
    "CREATE POLICY team_only ON \"site_section\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
];
