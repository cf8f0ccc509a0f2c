import type { MigrationInterface, QueryRunner } from 'typeorm';

export class JobNotices1795481000000 implements MigrationInterface {
  readonly name = 'JobNotices1795481000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only.'));
  }
}

const STATEMENTS = [
  'CREATE UNLOGGED TABLE "request_rate" ("key" text NOT NULL, "hits" integer NOT NULL, "ends_at" TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT "PK_d580b35371563ab53c58c70a1f2" PRIMARY KEY ("key"))',
  'CREATE INDEX "IDX_92deb83443d31f7b2913bd5784" ON "request_rate"  ("ends_at") ',
  'CREATE TABLE "asynchronous_request" ("id" uuid NOT NULL, "team_id" uuid NOT NULL, "site_id" uuid NOT NULL, "job_id" uuid, "idempotency_key" uuid NOT NULL, "notify_url" text, "accepted_at" TIMESTAMP WITH TIME ZONE NOT NULL, "finished_at" TIMESTAMP WITH TIME ZONE, CONSTRAINT "PK_daedff89afc3e11e852ef5f18a6" PRIMARY KEY ("id"))',
  'CREATE INDEX "asynchronous_request_job" ON "asynchronous_request"  ("job_id") ',
  'CREATE INDEX "asynchronous_request_age" ON "asynchronous_request"  ("accepted_at") ',
  'CREATE INDEX "asynchronous_request_of_site" ON "asynchronous_request"  ("site_id", "accepted_at") ',
  'CREATE TABLE "idempotent_request" ("id" uuid NOT NULL, "team_id" uuid NOT NULL, "site_id" uuid NOT NULL, "operation" text NOT NULL, "key" text NOT NULL, "fingerprint" text NOT NULL, "resource_id" uuid, "created_at" TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT "PK_842a92d7b730d1869af3681b1af" PRIMARY KEY ("id"))',
  'CREATE INDEX "idempotent_request_age" ON "idempotent_request"  ("created_at") ',
  'CREATE UNIQUE INDEX "idempotent_request_once" ON "idempotent_request"  ("site_id", "operation", "key") ',
  'CREATE TABLE "webhook_delivery" ("id" uuid NOT NULL, "team_id" uuid NOT NULL, "stream" uuid NOT NULL, "url" text NOT NULL, "body" text NOT NULL, "state" text NOT NULL, "attempts" integer NOT NULL DEFAULT \'0\', "last_status" integer, "last_error" text, "created_at" TIMESTAMP WITH TIME ZONE NOT NULL, "next_attempt_at" TIMESTAMP WITH TIME ZONE NOT NULL, "claimed_until" TIMESTAMP WITH TIME ZONE, "ended_at" TIMESTAMP WITH TIME ZONE, CONSTRAINT "PK_b1ae290239a778f12399db91354" PRIMARY KEY ("id"))',
  'CREATE INDEX "webhook_delivery_ended" ON "webhook_delivery"  ("ended_at") WHERE ended_at IS NOT NULL',
  'CREATE INDEX "webhook_delivery_of_stream" ON "webhook_delivery"  ("stream", "created_at") ',
  'CREATE INDEX "webhook_delivery_waiting" ON "webhook_delivery"  ("stream", "created_at") WHERE state = \'waiting\'',
  'CREATE TABLE "webhook_secret" ("id" uuid NOT NULL, "team_id" uuid NOT NULL, "sealed" text NOT NULL, "previous_sealed" text, "previous_until" TIMESTAMP WITH TIME ZONE, "created_at" TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT "PK_5846dcede2111cca14b94f259eb" PRIMARY KEY ("id"))',
  'CREATE UNIQUE INDEX "webhook_secret_of_team" ON "webhook_secret"  ("team_id") ',
  'ALTER TABLE "asynchronous_request" ADD CONSTRAINT "FK_ad3829cd9cb5dfc3c76caea6129" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE CASCADE ON UPDATE NO ACTION',
  'ALTER TABLE "asynchronous_request" ADD CONSTRAINT "FK_01e2d983bae03ef19a1f1de943b" FOREIGN KEY ("job_id") REFERENCES "job"("id") ON DELETE SET NULL ON UPDATE NO ACTION',
  'ALTER TABLE "idempotent_request" ADD CONSTRAINT "FK_2523021c11fc39829229efc961f" FOREIGN KEY ("site_id") REFERENCES "site"("id") ON DELETE CASCADE ON UPDATE NO ACTION',
  'ALTER TABLE "asynchronous_request" ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE "asynchronous_request" FORCE ROW LEVEL SECURITY',
  "CREATE POLICY team_only ON \"asynchronous_request\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
  'ALTER TABLE "idempotent_request" ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE "idempotent_request" FORCE ROW LEVEL SECURITY',
  "CREATE POLICY team_only ON \"idempotent_request\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
  'ALTER TABLE "webhook_delivery" ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE "webhook_delivery" FORCE ROW LEVEL SECURITY',
  "CREATE POLICY team_only ON \"webhook_delivery\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
  'ALTER TABLE "webhook_secret" ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE "webhook_secret" FORCE ROW LEVEL SECURITY',
  "CREATE POLICY team_only ON \"webhook_secret\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
];
