import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Vpc1795450000000 implements MigrationInterface {
  readonly name = 'Vpc1795450000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only.'));
  }
}

const STATEMENTS = [
    "CREATE TABLE \"prefix_list\" (\"id\" text NOT NULL, \"team_id\" uuid NOT NULL, \"name\" text NOT NULL, \"description\" text, \"prefixes\" jsonb NOT NULL, \"version\" integer NOT NULL, \"created_at\" TIMESTAMP WITH TIME ZONE NOT NULL, \"updated_at\" TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT \"PK_adbb455c5babd3ea24ad405e7a7\" PRIMARY KEY (\"id\"))",
    "CREATE INDEX \"prefix_list_team\" ON \"prefix_list\"  (\"team_id\", \"created_at\") ",
    "CREATE TABLE \"prefix_list_site\" (\"list_id\" text NOT NULL, \"site_id\" uuid NOT NULL, \"team_id\" uuid NOT NULL, CONSTRAINT \"PK_946a365cb96b5f482035213248e\" PRIMARY KEY (\"list_id\", \"site_id\"))",
    "CREATE INDEX \"prefix_list_site_site\" ON \"prefix_list_site\"  (\"site_id\") ",
    "CREATE TABLE \"security_group\" (\"id\" text NOT NULL, \"team_id\" uuid NOT NULL, \"name\" text NOT NULL, \"description\" text, \"rules\" jsonb NOT NULL, \"version\" integer NOT NULL, \"created_at\" TIMESTAMP WITH TIME ZONE NOT NULL, \"updated_at\" TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT \"PK_08670ec0c305866dbfbfe004cb8\" PRIMARY KEY (\"id\"))",
    "CREATE INDEX \"security_group_team\" ON \"security_group\"  (\"team_id\", \"created_at\") ",
    "CREATE TABLE \"security_group_list\" (\"group_id\" text NOT NULL, \"list_id\" text NOT NULL, \"team_id\" uuid NOT NULL, CONSTRAINT \"PK_53d4a8f5570943863459d950db7\" PRIMARY KEY (\"group_id\", \"list_id\"))",
    "CREATE INDEX \"security_group_list_list\" ON \"security_group_list\"  (\"list_id\") ",
    "CREATE TABLE \"security_group_site\" (\"group_id\" text NOT NULL, \"site_id\" uuid NOT NULL, \"team_id\" uuid NOT NULL, CONSTRAINT \"PK_9bf0d87636658c54672278c956d\" PRIMARY KEY (\"group_id\", \"site_id\"))",
    "CREATE INDEX \"security_group_site_site\" ON \"security_group_site\"  (\"site_id\") ",
    "ALTER TABLE \"prefix_list_site\" ADD CONSTRAINT \"FK_139bb26287c79110a22d9c088dc\" FOREIGN KEY (\"list_id\") REFERENCES \"prefix_list\"(\"id\") ON DELETE CASCADE ON UPDATE NO ACTION",
    "ALTER TABLE \"prefix_list_site\" ADD CONSTRAINT \"FK_87f7e6b11b12ba7c811e415bb81\" FOREIGN KEY (\"site_id\") REFERENCES \"site\"(\"id\") ON DELETE CASCADE ON UPDATE NO ACTION",
    "ALTER TABLE \"security_group_list\" ADD CONSTRAINT \"FK_937e8542b2bb9d388ebaeded8d7\" FOREIGN KEY (\"group_id\") REFERENCES \"security_group\"(\"id\") ON DELETE CASCADE ON UPDATE NO ACTION",
    "ALTER TABLE \"security_group_list\" ADD CONSTRAINT \"FK_b65a5abba4f08f59cbb220926f0\" FOREIGN KEY (\"list_id\") REFERENCES \"prefix_list\"(\"id\") ON DELETE NO ACTION ON UPDATE NO ACTION",
    "ALTER TABLE \"security_group_site\" ADD CONSTRAINT \"FK_22fc3713d7a90a91264c42a7dcd\" FOREIGN KEY (\"group_id\") REFERENCES \"security_group\"(\"id\") ON DELETE CASCADE ON UPDATE NO ACTION",
    "ALTER TABLE \"security_group_site\" ADD CONSTRAINT \"FK_491ad087a4d2d692be9061ffd0f\" FOREIGN KEY (\"site_id\") REFERENCES \"site\"(\"id\") ON DELETE CASCADE ON UPDATE NO ACTION",
    "ALTER TABLE \"prefix_list\" ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE \"prefix_list\" FORCE ROW LEVEL SECURITY",
    "CREATE POLICY team_only ON \"prefix_list\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
    "ALTER TABLE \"prefix_list_site\" ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE \"prefix_list_site\" FORCE ROW LEVEL SECURITY",
    "CREATE POLICY team_only ON \"prefix_list_site\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
    "ALTER TABLE \"security_group\" ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE \"security_group\" FORCE ROW LEVEL SECURITY",
    "CREATE POLICY team_only ON \"security_group\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
    "ALTER TABLE \"security_group_list\" ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE \"security_group_list\" FORCE ROW LEVEL SECURITY",
    "CREATE POLICY team_only ON \"security_group_list\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
    "ALTER TABLE \"security_group_site\" ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE \"security_group_site\" FORCE ROW LEVEL SECURITY",
    "CREATE POLICY team_only ON \"security_group_site\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
];
