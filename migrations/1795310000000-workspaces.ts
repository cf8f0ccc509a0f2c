import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Workspaces above organizations, and organizations as a tree with limits. Every organization that is there gets a
 * workspace of its own, owned by the owner of its oldest team; its `site_limit` becomes `limits.locations`.
 */
export class Workspaces1795310000000 implements MigrationInterface {
  readonly name = 'Workspaces1795310000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...TABLES, ...BACKFILL, ...SWITCH, USERS]) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only.'));
  }
}

const TABLES = [
  'CREATE TABLE "workspace" ("id" uuid NOT NULL, "name" text NOT NULL, "description" text, "billing_mode" text NOT NULL, "pooled_seat_limit" integer, "archived_at" TIMESTAMP WITH TIME ZONE, "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), CONSTRAINT "PK_ca86b6f9b3be5fe26d307d09b49" PRIMARY KEY ("id"))',
  'CREATE TABLE "workspace_member" ("workspace_id" uuid NOT NULL, "user_id" uuid NOT NULL, "role" text NOT NULL, "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), CONSTRAINT "PK_0eab76d5a9c509930a9f3d7a104" PRIMARY KEY ("workspace_id", "user_id"))',
  'CREATE INDEX "IDX_82b74268d8b7e1574fd744b390" ON "workspace_member"  ("user_id") ',
  'CREATE TABLE "organization_picture" ("organization_id" uuid NOT NULL, "media_type" text NOT NULL, "content" bytea NOT NULL, CONSTRAINT "PK_26f8553079c66466d766631bdad" PRIMARY KEY ("organization_id"))',
  'ALTER TABLE "organization" ADD "workspace_id" uuid',
  'ALTER TABLE "organization" ADD "parent_id" uuid',
  'ALTER TABLE "organization" ADD "path" text',
  'ALTER TABLE "organization" ADD "depth" integer NOT NULL DEFAULT \'0\'',
  'ALTER TABLE "organization" ADD "limits" jsonb NOT NULL DEFAULT \'{}\'',
  'ALTER TABLE "organization" ADD "billing_account_id" text',
  'ALTER TABLE "organization" ADD "branding" jsonb NOT NULL DEFAULT \'{}\'',
  'ALTER TABLE "organization" ADD "picture_url" text',
  'ALTER TABLE "organization" ADD "picture_digest" text',
  'ALTER TABLE "organization" ADD "trial_ends_at" TIMESTAMP WITH TIME ZONE',
  'ALTER TABLE "organization" ADD "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now()',
];

const BACKFILL = [
  `UPDATE organization SET workspace_id = gen_random_uuid(), updated_at = created_at,
     limits = CASE WHEN site_limit > 0 THEN jsonb_build_object('locations', site_limit) ELSE '{}' END`,
  `INSERT INTO workspace (id, name, billing_mode, created_at, updated_at) SELECT workspace_id, left(name, 50), 'single', created_at, created_at FROM organization`,
  `INSERT INTO workspace_member (workspace_id, user_id, role)
     SELECT DISTINCT ON (o.id) o.workspace_id, t.owner_id, 'owner' FROM organization o
     JOIN team t ON t.organization_id = o.id JOIN app_user u ON u.id = t.owner_id ORDER BY o.id, t.created_at, t.id`,
];

const SWITCH = [
  'ALTER TABLE "organization" ALTER COLUMN "workspace_id" SET NOT NULL',
  'ALTER TABLE "organization" DROP COLUMN "site_limit"',
  'CREATE INDEX "IDX_15acafd6698ac846c6b6a6a50e" ON "organization"  ("parent_id") ',
  'CREATE INDEX "organization_of_workspace" ON "organization"  ("workspace_id", "created_at") ',
  'ALTER TABLE "organization" ADD CONSTRAINT "FK_2f040c4b62fb2a1d372a7013c5b" FOREIGN KEY ("workspace_id") REFERENCES "workspace"("id") ON DELETE NO ACTION ON UPDATE NO ACTION',
  'ALTER TABLE "organization" ADD CONSTRAINT "FK_15acafd6698ac846c6b6a6a50ec" FOREIGN KEY ("parent_id") REFERENCES "organization"("id") ON DELETE NO ACTION ON UPDATE NO ACTION',
  'ALTER TABLE "team" ADD CONSTRAINT "FK_b71618cf6c9cf1d30ff71b0320a" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE NO ACTION ON UPDATE NO ACTION',
  'ALTER TABLE "workspace_member" ADD CONSTRAINT "FK_73d466cb93234025fe379fa5873" FOREIGN KEY ("workspace_id") REFERENCES "workspace"("id") ON DELETE NO ACTION ON UPDATE NO ACTION',
  'ALTER TABLE "organization_picture" ADD CONSTRAINT "FK_26f8553079c66466d766631bdad" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE ON UPDATE NO ACTION',
];

/**
 * People in teams of organizations, each once an organization. Limits of users count memberships of many teams while a
 * person adds to one of theirs, from which row-level security hides the others: for its own length, and for this alone,
 * the function sees them all. It tells ids of people and organizations, nothing else.
 */
const USERS = `CREATE FUNCTION organization_users(of_organizations uuid[]) RETURNS TABLE (organization_id uuid, user_id uuid)
  LANGUAGE plpgsql AS $$
    DECLARE asking_team text := coalesce(current_setting('rosfleet.team', true), '');
    BEGIN
      PERFORM set_config('rosfleet.team', '*', true);
      RETURN QUERY SELECT DISTINCT t.organization_id, m.user_id FROM team t JOIN membership m ON m.team_id = t.id WHERE t.organization_id = ANY(of_organizations);
      PERFORM set_config('rosfleet.team', asking_team, true);
    END
  $$`;
