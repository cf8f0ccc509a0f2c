import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Management tunnels of sites. Whatever takes a tunnel away or moves it, the address is noted as freed. */
export class Tunnel1795400000000 implements MigrationInterface {
  readonly name = 'Tunnel1795400000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...STATEMENTS, ...FREEING]) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only.'));
  }
}

const STATEMENTS = [
    "CREATE TABLE \"tunnel_freed_address\" (\"address\" inet NOT NULL, \"freed_at\" TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT \"PK_3cad5a30bce834652695bf7447f\" PRIMARY KEY (\"address\"))",
    "CREATE INDEX \"IDX_b11dc1745d0687e896430091d6\" ON \"tunnel_freed_address\"  (\"freed_at\") ",
    "CREATE TABLE \"site_tunnel\" (\"id\" uuid NOT NULL, \"team_id\" uuid NOT NULL, \"site_id\" uuid NOT NULL, \"tunnel_id\" uuid NOT NULL, \"password_sealed\" text NOT NULL, \"generation\" integer NOT NULL, \"issued_at\" TIMESTAMP WITH TIME ZONE NOT NULL, \"used_at\" TIMESTAMP WITH TIME ZONE, \"previous_tunnel_id\" uuid, \"previous_password_sealed\" text, \"address\" inet NOT NULL, \"server_id\" text, \"connection\" text, \"seen_at\" TIMESTAMP WITH TIME ZONE, \"connected_at\" TIMESTAMP WITH TIME ZONE, \"disconnected_at\" TIMESTAMP WITH TIME ZONE, \"remote_address\" inet, \"bytes_in\" bigint NOT NULL DEFAULT '0', \"bytes_out\" bigint NOT NULL DEFAULT '0', \"created_at\" TIMESTAMP WITH TIME ZONE NOT NULL, \"updated_at\" TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT \"PK_8d4f284693b5f5b9ed07f554d9c\" PRIMARY KEY (\"id\"))",
    "CREATE INDEX \"site_tunnel_held\" ON \"site_tunnel\"  (\"server_id\") WHERE server_id IS NOT NULL",
    "CREATE UNIQUE INDEX \"site_tunnel_previous\" ON \"site_tunnel\"  (\"previous_tunnel_id\") WHERE previous_tunnel_id IS NOT NULL",
    "CREATE UNIQUE INDEX \"site_tunnel_current\" ON \"site_tunnel\"  (\"tunnel_id\") ",
    "CREATE UNIQUE INDEX \"site_tunnel_address\" ON \"site_tunnel\"  (\"address\") ",
    "CREATE UNIQUE INDEX \"site_tunnel_site\" ON \"site_tunnel\"  (\"site_id\") ",
    "CREATE TABLE \"tunnel_authority\" (\"name\" text NOT NULL, \"certificate\" text NOT NULL, \"key_sealed\" text NOT NULL, \"created_at\" TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT \"PK_c333130b0b06fd6119b98147c7e\" PRIMARY KEY (\"name\"))",
    "CREATE TABLE \"tunnel_pool\" (\"network\" text NOT NULL, \"next\" bigint NOT NULL, CONSTRAINT \"PK_aa72bd655bd14871c7c9772349e\" PRIMARY KEY (\"network\"))",
    "ALTER TABLE \"site_tunnel\" ADD CONSTRAINT \"FK_d758c5a453b26462ff37b0d5a0e\" FOREIGN KEY (\"site_id\") REFERENCES \"site\"(\"id\") ON DELETE CASCADE ON UPDATE NO ACTION",
    "ALTER TABLE \"site_tunnel\" ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE \"site_tunnel\" FORCE ROW LEVEL SECURITY",
    "CREATE POLICY team_only ON \"site_tunnel\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
];

const FREEING = [
  `CREATE FUNCTION rosfleet_tunnel_address_freed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO tunnel_freed_address (address, freed_at) VALUES (OLD.address, now())
      ON CONFLICT (address) DO UPDATE SET freed_at = EXCLUDED.freed_at;
    RETURN NULL;
  END $$`,
  `CREATE TRIGGER address_freed AFTER DELETE ON site_tunnel FOR EACH ROW EXECUTE FUNCTION rosfleet_tunnel_address_freed()`,
  `CREATE TRIGGER address_moved AFTER UPDATE OF address ON site_tunnel FOR EACH ROW WHEN (OLD.address <> NEW.address) EXECUTE FUNCTION rosfleet_tunnel_address_freed()`,
];
