import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Policies1795420000000 implements MigrationInterface {
  readonly name = 'Policies1795420000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only.'));
  }
}

const STATEMENTS = [
  'CREATE TABLE "control_plane_policy" ("id" uuid NOT NULL, "team_id" uuid NOT NULL, "name" text NOT NULL, "slug" text NOT NULL, "is_default" boolean NOT NULL, "custom_input_rules" boolean NOT NULL, "trusted_networks" jsonb NOT NULL, "services" jsonb NOT NULL, "version" integer NOT NULL, "created_at" TIMESTAMP WITH TIME ZONE NOT NULL, "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT "PK_0fd460f2d00f125ca8d7b75882a" PRIMARY KEY ("id"))',
  'CREATE UNIQUE INDEX "control_plane_policy_slug" ON "control_plane_policy"  ("slug") ',
  'CREATE UNIQUE INDEX "control_plane_policy_default" ON "control_plane_policy"  ("team_id") WHERE is_default',
  'CREATE INDEX "control_plane_policy_team" ON "control_plane_policy"  ("team_id", "created_at") ',
  'CREATE TABLE "site_policy" ("site_id" uuid NOT NULL, "team_id" uuid NOT NULL, "policy_id" uuid NOT NULL, CONSTRAINT "PK_a4c1dbcef60b5e9f1da669b79ae" PRIMARY KEY ("site_id"))',
  'CREATE INDEX "site_policy_policy" ON "site_policy"  ("policy_id") ',
  'ALTER TABLE "site_policy" ADD CONSTRAINT "FK_a4c1dbcef60b5e9f1da669b79ae" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE CASCADE ON UPDATE NO ACTION',
  'ALTER TABLE "site_policy" ADD CONSTRAINT "FK_cb0ccff0668fdb0ffe032275162" FOREIGN KEY ("policy_id") REFERENCES "control_plane_policy"("id") ON DELETE CASCADE ON UPDATE NO ACTION',
  'ALTER TABLE "control_plane_policy" ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE "control_plane_policy" FORCE ROW LEVEL SECURITY',
  "CREATE POLICY team_only ON \"control_plane_policy\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
  'ALTER TABLE "site_policy" ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE "site_policy" FORCE ROW LEVEL SECURITY',
  "CREATE POLICY team_only ON \"site_policy\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
];
