import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The audit log: written once, linked line by line, cut by retention alone. */
export class Audit1795350000000 implements MigrationInterface {
  readonly name = 'Audit1795350000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...STATEMENTS, ...GUARDS]) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only.'));
  }
}

const STATEMENTS = [
    "CREATE TABLE \"audit_anchor\" (\"id\" smallint NOT NULL, \"seq\" bigint NOT NULL, \"hash\" text NOT NULL, CONSTRAINT \"PK_0ea407435eebceee6956a062dda\" PRIMARY KEY (\"id\"))",
    "CREATE TABLE \"audit_event\" (\"seq\" bigint NOT NULL, \"id\" uuid NOT NULL, \"at\" TIMESTAMP WITH TIME ZONE NOT NULL, \"team_id\" uuid, \"actor\" text NOT NULL, \"user_id\" uuid, \"name\" text, \"email\" text, \"credential\" text, \"method\" text NOT NULL, \"endpoint\" text NOT NULL, \"status\" smallint NOT NULL, \"ip\" text NOT NULL, \"user_agent\" text NOT NULL, \"page\" text NOT NULL, \"payload\" text NOT NULL, \"request_id\" text NOT NULL, \"hash\" text NOT NULL, CONSTRAINT \"PK_53300da00860bdf4dc3ef7daae6\" PRIMARY KEY (\"seq\"))",
    "CREATE INDEX \"audit_event_user\" ON \"audit_event\"  (\"user_id\", \"seq\") ",
    "CREATE INDEX \"audit_event_team\" ON \"audit_event\"  (\"team_id\", \"seq\") ",
];

const GUARDS = [
  `CREATE FUNCTION rosfleet_audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'DELETE' AND current_setting('rosfleet.audit_retention', true) = 'on' THEN RETURN OLD; END IF;
    RAISE EXCEPTION 'lines of the audit log are never changed, and deleted by retention alone';
  END $$`,
  `CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION rosfleet_audit_guard()`,
  `CREATE TRIGGER never_truncated BEFORE TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION rosfleet_audit_guard()`,
];
