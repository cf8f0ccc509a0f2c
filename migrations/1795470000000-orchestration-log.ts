import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The orchestration log in partitions of a week, append-only, with what its readers ask for; and the audit log by time. */
export class OrchestrationLog1795470000000 implements MigrationInterface {
  readonly name = 'OrchestrationLog1795470000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only.'));
  }
}

const STATEMENTS = [
  // The rows that are there are of every team.
  `ALTER TABLE orchestration_event DISABLE ROW LEVEL SECURITY`,
  `ALTER TABLE orchestration_event RENAME TO orchestration_event_before`,
  `DROP INDEX orchestration_event_site`,
  `CREATE SEQUENCE orchestration_event_seq`,
  `CREATE TABLE "orchestration_event" ("site_id" uuid NOT NULL, "at" TIMESTAMP(3) WITH TIME ZONE NOT NULL, "seq" bigint NOT NULL, "team_id" uuid NOT NULL, "xid" bigint NOT NULL, "type" text NOT NULL, "status" text NOT NULL, "job_id" uuid, "run" text, "message" text NOT NULL, "context" jsonb NOT NULL, CONSTRAINT "PK_28f0a14ef6bfc44fd1a7bcde62d" PRIMARY KEY ("site_id", "at", "seq")) PARTITION BY RANGE ("at")`,
  `CREATE TABLE "orchestration_event_default" PARTITION OF "orchestration_event" DEFAULT`,
  // They were all about sections: `subject` is section:<name>.
  `INSERT INTO orchestration_event (site_id, at, seq, team_id, xid, type, status, message, context)
   SELECT site_id, at, nextval('orchestration_event_seq'), team_id, pg_current_xact_id()::text::bigint, 'section.' || status,
     CASE status WHEN 'applied' THEN 'Completed' WHEN 'failed' THEN 'Failed' ELSE 'Pending' END, message, jsonb_build_object('section', split_part(subject, ':', 2))
   FROM (SELECT * FROM orchestration_event_before ORDER BY at, id) e`,
  `DROP TABLE orchestration_event_before`,
  // The group AuditLog is searched by time.
  `CREATE INDEX "audit_event_team_at" ON "audit_event" ("team_id", "at")`,
  `CREATE FUNCTION rosfleet_orchestration_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'DELETE' AND current_setting('rosfleet.orchestration_erasure', true) = 'on' THEN RETURN OLD; END IF;
    RAISE EXCEPTION 'events of the orchestration log are never changed, and deleted by retention or with their team alone';
  END $$`,
  `CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON orchestration_event FOR EACH ROW EXECUTE FUNCTION rosfleet_orchestration_guard()`,
  ...['orchestration_event', 'orchestration_event_default'].flatMap((table) => [
    `CREATE TRIGGER never_truncated BEFORE TRUNCATE ON "${table}" FOR EACH STATEMENT EXECUTE FUNCTION rosfleet_orchestration_guard()`,
    `ALTER TABLE "${table}" ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE "${table}" FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY team_only ON "${table}" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))`,
  ]),
];
