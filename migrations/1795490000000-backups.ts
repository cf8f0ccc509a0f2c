import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Backups1795490000000 implements MigrationInterface {
  readonly name = 'Backups1795490000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only.'));
  }
}

const STATEMENTS = [
    "CREATE TABLE \"blob\" (\"id\" uuid NOT NULL, \"team_id\" uuid NOT NULL, \"digest\" text NOT NULL, \"size\" integer NOT NULL, \"stored_size\" integer NOT NULL, \"used_at\" TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT \"PK_96ba396dd89a9ad8b61180bcb96\" PRIMARY KEY (\"id\"))",
    "CREATE INDEX \"blob_idle\" ON \"blob\"  (\"used_at\") ",
    "CREATE UNIQUE INDEX \"blob_content\" ON \"blob\"  (\"team_id\", \"digest\") ",
    "CREATE TABLE \"doomed_blob\" (\"id\" uuid NOT NULL, \"doomed_at\" TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT \"PK_5c3173a5531c07be89254cb713b\" PRIMARY KEY (\"id\"))",
    "CREATE TABLE \"backup\" (\"id\" uuid NOT NULL, \"team_id\" uuid NOT NULL, \"site_id\" uuid NOT NULL, \"taken_at\" TIMESTAMP WITH TIME ZONE NOT NULL, \"confirmed_at\" TIMESTAMP WITH TIME ZONE NOT NULL, \"job_id\" uuid, \"size\" integer NOT NULL, \"blob_id\" uuid NOT NULL, \"fingerprint\" text NOT NULL, \"version\" text, \"model\" text, \"serial_number\" text, \"software_id\" text, \"changes\" jsonb, CONSTRAINT \"PK_a36efb941271c1c6cbbbcbd057d\" PRIMARY KEY (\"id\"))",
    "CREATE INDEX \"backup_blob\" ON \"backup\"  (\"blob_id\") ",
    "CREATE INDEX \"backup_of_team\" ON \"backup\"  (\"team_id\", \"taken_at\") ",
    "CREATE UNIQUE INDEX \"backup_version\" ON \"backup\"  (\"site_id\", \"taken_at\") ",
    "CREATE TABLE \"backup_ticket\" (\"job_id\" uuid NOT NULL, \"team_id\" uuid NOT NULL, \"site_id\" uuid NOT NULL, \"taken_at\" TIMESTAMP WITH TIME ZONE NOT NULL, \"password_hash\" text NOT NULL, \"expires_at\" TIMESTAMP WITH TIME ZONE NOT NULL, \"login_at\" TIMESTAMP WITH TIME ZONE, \"ended_at\" TIMESTAMP WITH TIME ZONE, CONSTRAINT \"PK_5087a4d0da42d4276dbef558293\" PRIMARY KEY (\"job_id\"))",
    "CREATE INDEX \"backup_ticket_end\" ON \"backup_ticket\"  (\"expires_at\") ",
    "CREATE INDEX \"backup_ticket_login\" ON \"backup_ticket\"  (\"site_id\", \"password_hash\") ",
    "CREATE TABLE \"backup_part\" (\"job_id\" uuid NOT NULL, \"start\" integer NOT NULL, \"team_id\" uuid NOT NULL, \"bytes\" bytea NOT NULL, CONSTRAINT \"PK_3d38d42ac80775693476478bf23\" PRIMARY KEY (\"job_id\", \"start\"))",
    "CREATE TABLE \"backup_round\" (\"name\" text NOT NULL, \"handled_until\" TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT \"PK_4fa7df9a99e12474ad5c55df55c\" PRIMARY KEY (\"name\"))",
    "CREATE TABLE \"sftp_host_key\" (\"type\" text NOT NULL, \"key_sealed\" text NOT NULL, \"created_at\" TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT \"PK_cd2cf4030c3dbbb5e5933bcfd64\" PRIMARY KEY (\"type\"))",
    "ALTER TABLE \"backup\" ADD CONSTRAINT \"FK_c5a06a91cc16b0663dace82bb42\" FOREIGN KEY (\"site_id\") REFERENCES \"site\"(\"id\") ON DELETE CASCADE ON UPDATE NO ACTION",
    "ALTER TABLE \"backup\" ADD CONSTRAINT \"FK_c73c1f8c79fb43e43a94052d1c6\" FOREIGN KEY (\"blob_id\") REFERENCES \"blob\"(\"id\") ON DELETE NO ACTION ON UPDATE NO ACTION",
    "ALTER TABLE \"backup_ticket\" ADD CONSTRAINT \"FK_6d49561f27568510ebe39d30490\" FOREIGN KEY (\"site_id\") REFERENCES \"site\"(\"id\") ON DELETE CASCADE ON UPDATE NO ACTION",
    "ALTER TABLE \"backup_part\" ADD CONSTRAINT \"FK_ea91b1489cc9bb84d5c2772c7ef\" FOREIGN KEY (\"job_id\") REFERENCES \"backup_ticket\"(\"job_id\") ON DELETE CASCADE ON UPDATE NO ACTION",
    "ALTER TABLE \"blob\" ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE \"blob\" FORCE ROW LEVEL SECURITY",
    "CREATE POLICY team_only ON \"blob\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
    "ALTER TABLE \"backup\" ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE \"backup\" FORCE ROW LEVEL SECURITY",
    "CREATE POLICY team_only ON \"backup\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
    "ALTER TABLE \"backup_ticket\" ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE \"backup_ticket\" FORCE ROW LEVEL SECURITY",
    "CREATE POLICY team_only ON \"backup_ticket\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
    "ALTER TABLE \"backup_part\" ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE \"backup_part\" FORCE ROW LEVEL SECURITY",
    "CREATE POLICY team_only ON \"backup_part\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
];
