import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Temporary logins and port forwards, and jobs whose script is sealed. */
export class Transient1795440000000 implements MigrationInterface {
  readonly name = 'Transient1795440000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only.'));
  }
}

const STATEMENTS = [
    "CREATE TABLE \"transient_opening\" (\"id\" uuid NOT NULL, \"team_id\" uuid NOT NULL, \"site_id\" uuid NOT NULL, \"kind\" text NOT NULL, \"server_id\" text NOT NULL, \"entry_point\" text NOT NULL, \"port\" integer NOT NULL, \"listened_at\" TIMESTAMP WITH TIME ZONE, \"allow_only_cidr\" text NOT NULL, \"allow_rfc1918\" boolean NOT NULL, \"label\" text NOT NULL, \"password_sealed\" text, \"full_access\" boolean, \"access_type\" text, \"dst_address\" inet, \"dst_port\" integer, \"router_port\" integer NOT NULL, \"expires_at\" TIMESTAMP WITH TIME ZONE NOT NULL, \"ended_at\" TIMESTAMP WITH TIME ZONE, \"revoked_early\" boolean NOT NULL DEFAULT false, \"router_side\" text NOT NULL, \"router_error\" text, \"install_job_id\" uuid NOT NULL, \"removal_job_id\" uuid, \"removals\" integer NOT NULL DEFAULT '0', \"look_at\" TIMESTAMP WITH TIME ZONE NOT NULL, \"connections\" bigint NOT NULL DEFAULT '0', \"refused\" bigint NOT NULL DEFAULT '0', \"bytes_in\" bigint NOT NULL DEFAULT '0', \"bytes_out\" bigint NOT NULL DEFAULT '0', \"reported_at\" TIMESTAMP WITH TIME ZONE, \"created_at\" TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT \"PK_2660327089f17f76c1a69c5c0d1\" PRIMARY KEY (\"id\"))",
    "CREATE INDEX \"transient_opening_ended\" ON \"transient_opening\"  (\"ended_at\") ",
    "CREATE INDEX \"transient_opening_due\" ON \"transient_opening\"  (\"look_at\") WHERE router_side <> 'clean'",
    "CREATE INDEX \"transient_opening_removal\" ON \"transient_opening\"  (\"removal_job_id\") WHERE router_side = 'removing'",
    "CREATE INDEX \"transient_opening_install\" ON \"transient_opening\"  (\"install_job_id\") WHERE router_side = 'queued'",
    "CREATE INDEX \"transient_opening_of_site\" ON \"transient_opening\"  (\"site_id\", \"created_at\") ",
    "CREATE UNIQUE INDEX \"transient_opening_port\" ON \"transient_opening\"  (\"server_id\", \"port\") WHERE ended_at IS NULL",
    "ALTER TABLE \"job\" ADD \"sealed\" boolean NOT NULL DEFAULT false",
    "ALTER TABLE \"transient_opening\" ADD CONSTRAINT \"FK_c947f4fba1347aabdd68e6eea19\" FOREIGN KEY (\"site_id\") REFERENCES \"site\"(\"id\") ON DELETE CASCADE ON UPDATE NO ACTION",
    "ALTER TABLE \"transient_opening\" ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE \"transient_opening\" FORCE ROW LEVEL SECURITY",
    "CREATE POLICY team_only ON \"transient_opening\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
];
