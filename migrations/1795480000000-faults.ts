import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Faults1795480000000 implements MigrationInterface {
  readonly name = 'Faults1795480000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only.'));
  }
}

const STATEMENTS = [
  'CREATE TABLE "fault" ("id" uuid NOT NULL, "team_id" uuid NOT NULL, "site_id" uuid, "type" text NOT NULL, "severity" text NOT NULL, "cause" text NOT NULL, "message" text NOT NULL, "resource_identifier" text NOT NULL, "reported_by" text NOT NULL, "created_at" TIMESTAMP WITH TIME ZONE NOT NULL, "resolved_at" TIMESTAMP WITH TIME ZONE, CONSTRAINT "PK_491064e4de7cedcebff7206547b" PRIMARY KEY ("id"))',
  'CREATE INDEX "fault_age" ON "fault"  ("created_at") ',
  'CREATE INDEX "fault_of_team" ON "fault"  ("team_id", "created_at") ',
  'CREATE INDEX "fault_of_site" ON "fault"  ("site_id", "created_at") ',
  'CREATE UNIQUE INDEX "fault_open" ON "fault"  ("site_id", "type", "resource_identifier") WHERE resolved_at IS NULL',
  'ALTER TABLE "fault" ADD CONSTRAINT "FK_7d5e9e97cd936850e0f64eb18c0" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE CASCADE ON UPDATE NO ACTION',
  'ALTER TABLE "fault" ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE "fault" FORCE ROW LEVEL SECURITY',
  "CREATE POLICY team_only ON \"fault\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
  // Outages from before there were faults. The one statement that reads tables of all teams says so first.
  "SELECT set_config('rosfleet.team', '*', true)",
  "INSERT INTO \"fault\" (id, team_id, site_id, type, severity, cause, message, resource_identifier, reported_by, created_at, resolved_at) SELECT o.id, o.team_id, o.site_id, 'site', 'critical', 'Disconnected', 'Site Offline: ' || s.name, o.site_id::text, 'site-monitor', o.started_at, o.ended_at FROM site_outage o JOIN site s ON s.id = o.site_id WHERE s.deletion_requested_at IS NULL",
];
