import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Initial1795300000000 implements MigrationInterface {
  readonly name = 'Initial1795300000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...STATEMENTS, ...HOT_TABLES, ...ACCESS_TRIGGERS]) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only.'));
  }
}

const STATEMENTS = [
  'CREATE TABLE "site" ("id" uuid NOT NULL, "team_id" uuid NOT NULL, "pid" text NOT NULL, "name" text NOT NULL, "address" text, "latitude" double precision, "longitude" double precision, "timezone" text, "runbook_id" uuid, "hardware_hash" text, "device_generation" integer NOT NULL DEFAULT \'0\', "identity" text, "serial_number" text, "software_id" text, "software_version" text, "architecture_name" text, "model" text, "board_name" text, "routerboard" boolean, "facts" jsonb NOT NULL DEFAULT \'{}\', "adopted_at" TIMESTAMP WITH TIME ZONE, "created_at" TIMESTAMP WITH TIME ZONE NOT NULL, "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL, "deletion_requested_at" TIMESTAMP WITH TIME ZONE, "removal_due_at" TIMESTAMP WITH TIME ZONE, CONSTRAINT "PK_635c0eeabda8862d5b0237b42b4" PRIMARY KEY ("id"))',
  'CREATE INDEX "site_removal_due" ON "site"  ("removal_due_at") WHERE removal_due_at IS NOT NULL',
  'CREATE INDEX "site_team" ON "site"  ("team_id", "created_at") ',
  'CREATE UNIQUE INDEX "site_hardware" ON "site"  ("team_id", "hardware_hash") WHERE hardware_hash IS NOT NULL AND deletion_requested_at IS NULL',
  'CREATE TABLE "job" ("id" uuid NOT NULL, "team_id" uuid NOT NULL, "site_id" uuid NOT NULL, "idempotency_key" text NOT NULL, "description" text NOT NULL, "script" text NOT NULL, "express_execute" boolean NOT NULL, "needs_acknowledgement" boolean NOT NULL, "should_backup" boolean NOT NULL, "associated_backup" text, "state" text NOT NULL, "deliveries" integer NOT NULL DEFAULT \'0\', "created_at" TIMESTAMP WITH TIME ZONE NOT NULL, "sent_at" TIMESTAMP WITH TIME ZONE, "started_at" TIMESTAMP WITH TIME ZONE, "completed_at" TIMESTAMP WITH TIME ZONE, "failed_at" TIMESTAMP WITH TIME ZONE, "failure_reason" text, CONSTRAINT "PK_98ab1c14ff8d1cf80d18703b92f" PRIMARY KEY ("id"))',
  'CREATE INDEX "job_watched" ON "job"  ("sent_at") WHERE state IN (\'sent\', \'busy\')',
  'CREATE INDEX "job_of_site" ON "job"  ("site_id", "created_at") ',
  'CREATE INDEX "job_pending" ON "job"  ("site_id", "created_at") WHERE state = \'pending\'',
  'CREATE UNIQUE INDEX "job_in_flight" ON "job"  ("site_id") WHERE state IN (\'sent\', \'busy\')',
  'CREATE UNIQUE INDEX "job_once" ON "job"  ("site_id", "idempotency_key") ',
  'CREATE TABLE "server_absence" ("id" uuid NOT NULL, "started_at" TIMESTAMP WITH TIME ZONE NOT NULL, "ended_at" TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT "PK_39a53ddabe8eeb047998238fd83" PRIMARY KEY ("id"))',
  'CREATE INDEX "IDX_8b67da033198b09e533aa0bee3" ON "server_absence"  ("ended_at") ',
  'CREATE TABLE "server_presence" ("id" integer NOT NULL, "alive_at" TIMESTAMP WITH TIME ZONE NOT NULL, "up_since" TIMESTAMP WITH TIME ZONE NOT NULL, "away_since" TIMESTAMP WITH TIME ZONE, CONSTRAINT "PK_7d24167750b2ae4fcdb2e836b72" PRIMARY KEY ("id"))',
  'CREATE TABLE "site_hour" ("site_id" uuid NOT NULL, "hour" TIMESTAMP WITH TIME ZONE NOT NULL, "team_id" uuid NOT NULL, "beats" integer NOT NULL, CONSTRAINT "PK_0af2f2e27e23cc239590d9a3195" PRIMARY KEY ("site_id", "hour"))',
  'CREATE INDEX "IDX_7637d13f319d84c0d5d1b9fec3" ON "site_hour"  ("hour") ',
  'CREATE TABLE "site_outage" ("id" uuid NOT NULL, "site_id" uuid NOT NULL, "team_id" uuid NOT NULL, "started_at" TIMESTAMP WITH TIME ZONE NOT NULL, "ended_at" TIMESTAMP WITH TIME ZONE, CONSTRAINT "PK_24f6fd802acbfdd145bcf414f55" PRIMARY KEY ("id"))',
  'CREATE UNIQUE INDEX "site_outage_open" ON "site_outage"  ("site_id") WHERE ended_at IS NULL',
  'CREATE INDEX "site_outage_site" ON "site_outage"  ("site_id", "started_at") ',
  'CREATE TABLE "site_pulse" ("site_id" uuid NOT NULL, "team_id" uuid NOT NULL, "has_pulse" boolean NOT NULL DEFAULT false, "last_seen_at" TIMESTAMP WITH TIME ZONE, "last_seen_from" text, "uptime_seconds" bigint, "offline_since" TIMESTAMP WITH TIME ZONE, "hour" TIMESTAMP WITH TIME ZONE, "hour_beats" integer NOT NULL DEFAULT \'0\', "sampled_at" TIMESTAMP WITH TIME ZONE, CONSTRAINT "PK_adac46de13e2d4b1d5781e2a4cf" PRIMARY KEY ("site_id"))',
  'CREATE TABLE "site_stat" ("site_id" uuid NOT NULL, "taken_at" TIMESTAMP WITH TIME ZONE NOT NULL, "team_id" uuid NOT NULL, "cpu_load" integer, "memory_free" bigint, "disk_free" bigint, "uptime" bigint, CONSTRAINT "PK_b80e847e250e68d29cd8d4204be" PRIMARY KEY ("site_id", "taken_at"))',
  'CREATE INDEX "site_stat_taken" ON "site_stat"  ("taken_at") ',
  'CREATE TABLE "runbook" ("id" uuid NOT NULL, "team_id" uuid NOT NULL, "name" text NOT NULL, "created_at" TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT "PK_9a2051e4f86391fc689aef89948" PRIMARY KEY ("id"))',
  'CREATE INDEX "IDX_aa1a16d9c008cf2f46ff459b65" ON "runbook"  ("team_id") ',
  'CREATE TABLE "bootstrap_token" ("id" uuid NOT NULL, "team_id" uuid NOT NULL, "runbook_id" uuid, "site_id" uuid, "reusable" boolean NOT NULL, "expires_at" TIMESTAMP WITH TIME ZONE, "revoked_at" TIMESTAMP WITH TIME ZONE, "spent_at" TIMESTAMP WITH TIME ZONE, "created_at" TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT "PK_5f60457c8463656bd1e479d8f55" PRIMARY KEY ("id"))',
  'CREATE INDEX "IDX_389e00a2d442b0649ff13f1264" ON "bootstrap_token"  ("runbook_id") ',
  'CREATE INDEX "IDX_088c3fd0e27a5bc80f8d639186" ON "bootstrap_token"  ("site_id") ',
  'CREATE TABLE "site_visit" ("user_id" uuid NOT NULL, "site_id" uuid NOT NULL, "team_id" uuid NOT NULL, "accessed_at" TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT "PK_a25b91b5f23c564aab2269d7115" PRIMARY KEY ("user_id", "site_id"))',
  'CREATE INDEX "IDX_a9903e3139148377d405e5a6b1" ON "site_visit"  ("site_id") ',
  'CREATE INDEX "site_visit_recent" ON "site_visit"  ("user_id", "accessed_at") ',
  'CREATE TABLE "signing_key" ("id" text NOT NULL, "public_pem" text NOT NULL, "sealed_private_pem" text NOT NULL, "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), "retired_at" TIMESTAMP WITH TIME ZONE, CONSTRAINT "PK_5cc161da020c79bb3ac9953edae" PRIMARY KEY ("id"))',
  'CREATE TABLE "api_credential" ("id" uuid NOT NULL, "team_id" uuid NOT NULL, "user_id" uuid NOT NULL, "name" text NOT NULL, "secret_hash" text NOT NULL, "scopes" text array, "expires_at" TIMESTAMP WITH TIME ZONE, "revoked_at" TIMESTAMP WITH TIME ZONE, "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), CONSTRAINT "PK_7840de8cb399e7ad548703fa808" PRIMARY KEY ("id"))',
  'CREATE INDEX "IDX_c79da428d02aa24ba03f45b7a6" ON "api_credential"  ("team_id") ',
  'CREATE INDEX "IDX_5b1bb2beee236dffec39bfd0aa" ON "api_credential"  ("user_id") ',
  'CREATE TABLE "membership" ("id" uuid NOT NULL, "team_id" uuid NOT NULL, "user_id" uuid NOT NULL, "role_id" uuid NOT NULL, "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), CONSTRAINT "PK_83c1afebef3059472e7c37e8de8" PRIMARY KEY ("id"))',
  'CREATE INDEX "IDX_e9c72e8d29784031c96f5c6af8" ON "membership"  ("user_id") ',
  'CREATE INDEX "IDX_4e57152f7d33b9804afb088fc5" ON "membership"  ("role_id") ',
  'CREATE UNIQUE INDEX "membership_once" ON "membership"  ("team_id", "user_id", "role_id") ',
  'CREATE TABLE "organization" ("id" uuid NOT NULL, "name" text NOT NULL, "site_limit" integer NOT NULL DEFAULT \'0\', "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), CONSTRAINT "PK_472c1f99a32def1b0abb219cd67" PRIMARY KEY ("id"))',
  'CREATE TABLE "team" ("id" uuid NOT NULL, "organization_id" uuid NOT NULL, "name" text NOT NULL, "owner_id" uuid, "site_limit" integer NOT NULL DEFAULT \'0\', "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), CONSTRAINT "PK_f57d8293406df4af348402e4b74" PRIMARY KEY ("id"))',
  'CREATE INDEX "IDX_b71618cf6c9cf1d30ff71b0320" ON "team"  ("organization_id") ',
  'CREATE TABLE "app_user" ("id" uuid NOT NULL, "email" text NOT NULL, "name" text NOT NULL, "password_hash" text, "must_change_password" boolean NOT NULL DEFAULT false, "allow_login" boolean NOT NULL DEFAULT true, "active_team_id" uuid, "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), CONSTRAINT "PK_22a5c4a3d9b2fb8e4e73fc4ada1" PRIMARY KEY ("id"))',
  'CREATE UNIQUE INDEX "IDX_3fa909d0e37c531ebc23770339" ON "app_user"  ("email") ',
  'CREATE TABLE "role" ("id" uuid NOT NULL, "team_id" uuid, "name" text NOT NULL, "system_name" text, "scopes" text array NOT NULL, "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), CONSTRAINT "PK_b36bcfe02fc8de3c57a8b2391c2" PRIMARY KEY ("id"))',
  'CREATE INDEX "IDX_85f5a9cb6b3e592f181dae262f" ON "role"  ("team_id") ',
  'CREATE UNIQUE INDEX "role_system" ON "role"  ("system_name") ',
  'CREATE TABLE "task" ("id" uuid NOT NULL, "team_id" uuid, "name" text NOT NULL, "lane" text NOT NULL, "payload" jsonb NOT NULL, "state" text NOT NULL DEFAULT \'waiting\', "run_at" TIMESTAMP WITH TIME ZONE NOT NULL, "dedupe_key" text, "every_seconds" integer, "attempts" integer NOT NULL DEFAULT \'0\', "max_attempts" integer NOT NULL, "lease_until" TIMESTAMP WITH TIME ZONE, "lease_id" uuid, "last_error" text, "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), "finished_at" TIMESTAMP WITH TIME ZONE, CONSTRAINT "PK_fb213f79ee45060ba925ecd576e" PRIMARY KEY ("id"))',
  'CREATE INDEX "task_finished" ON "task"  ("finished_at") WHERE finished_at IS NOT NULL',
  'CREATE INDEX "task_open" ON "task"  ("state") WHERE state <> \'done\'',
  'CREATE UNIQUE INDEX "task_recurring" ON "task"  ("name") WHERE every_seconds IS NOT NULL',
  'CREATE UNIQUE INDEX "task_once" ON "task"  ("name", "dedupe_key") WHERE dedupe_key IS NOT NULL AND state = \'waiting\'',
  'CREATE INDEX "task_due" ON "task"  ("lane", "run_at") WHERE state IN (\'waiting\', \'running\')',
  'ALTER TABLE "job" ADD CONSTRAINT "FK_fec9499acd961963befccb3a17c" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE CASCADE ON UPDATE NO ACTION',
  'ALTER TABLE "site_hour" ADD CONSTRAINT "FK_038342722e472a23e21cc5ca8ff" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE CASCADE ON UPDATE NO ACTION',
  'ALTER TABLE "site_outage" ADD CONSTRAINT "FK_2ff7e8cae27d256cb748f9285ad" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE CASCADE ON UPDATE NO ACTION',
  'ALTER TABLE "site_pulse" ADD CONSTRAINT "FK_adac46de13e2d4b1d5781e2a4cf" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE CASCADE ON UPDATE NO ACTION',
  'ALTER TABLE "bootstrap_token" ADD CONSTRAINT "FK_389e00a2d442b0649ff13f12644" FOREIGN KEY ("runbook_id") REFERENCES "runbook"("id") ON DELETE CASCADE ON UPDATE NO ACTION',
  'ALTER TABLE "bootstrap_token" ADD CONSTRAINT "FK_088c3fd0e27a5bc80f8d639186e" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE CASCADE ON UPDATE NO ACTION',
  'ALTER TABLE "site_visit" ADD CONSTRAINT "FK_a9903e3139148377d405e5a6b12" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE CASCADE ON UPDATE NO ACTION',
  'ALTER TABLE "site" ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE "site" FORCE ROW LEVEL SECURITY',
  "CREATE POLICY team_only ON \"site\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
  'ALTER TABLE "job" ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE "job" FORCE ROW LEVEL SECURITY',
  "CREATE POLICY team_only ON \"job\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
  'ALTER TABLE "site_hour" ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE "site_hour" FORCE ROW LEVEL SECURITY',
  "CREATE POLICY team_only ON \"site_hour\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
  'ALTER TABLE "site_outage" ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE "site_outage" FORCE ROW LEVEL SECURITY',
  "CREATE POLICY team_only ON \"site_outage\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
  'ALTER TABLE "site_pulse" ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE "site_pulse" FORCE ROW LEVEL SECURITY',
  "CREATE POLICY team_only ON \"site_pulse\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
  'ALTER TABLE "site_stat" ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE "site_stat" FORCE ROW LEVEL SECURITY',
  "CREATE POLICY team_only ON \"site_stat\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
  'ALTER TABLE "runbook" ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE "runbook" FORCE ROW LEVEL SECURITY',
  "CREATE POLICY team_only ON \"runbook\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
  'ALTER TABLE "bootstrap_token" ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE "bootstrap_token" FORCE ROW LEVEL SECURITY',
  "CREATE POLICY team_only ON \"bootstrap_token\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
  'ALTER TABLE "site_visit" ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE "site_visit" FORCE ROW LEVEL SECURITY',
  "CREATE POLICY team_only ON \"site_visit\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
  'ALTER TABLE "api_credential" ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE "api_credential" FORCE ROW LEVEL SECURITY',
  "CREATE POLICY team_only ON \"api_credential\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
  'ALTER TABLE "membership" ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE "membership" FORCE ROW LEVEL SECURITY',
  "CREATE POLICY team_only ON \"membership\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
];

/** Heartbeats rewrite these rows all the time: room in each page keeps the updates in place (HOT). */
const HOT_TABLES = [
  'ALTER TABLE site_pulse SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05)',
  'ALTER TABLE task SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05)',
];

/** Tells every process that what people may do has changed (see PermissionCache). */
const ACCESS_TRIGGERS = [
  `CREATE FUNCTION rosfleet_access_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('rosfleet_access', ''); RETURN NULL; END $$`,
  ...['app_user', 'membership', 'role', 'api_credential'].map(
    (table) =>
      `CREATE TRIGGER access_changed AFTER INSERT OR UPDATE OR DELETE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION rosfleet_access_changed()`,
  ),
];
