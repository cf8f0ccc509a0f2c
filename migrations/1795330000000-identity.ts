import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sign-in, sessions, two-factor, invitations, keys of programs: the whole of identity. */
export class Identity1795330000000 implements MigrationInterface {
  readonly name = 'Identity1795330000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...STATEMENTS, ...DATA, ...TRIGGERS]) await runner.query(statement);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only.'));
  }
}

const STATEMENTS = [
    "CREATE TABLE \"account_link\" (\"id\" uuid NOT NULL, \"user_id\" uuid NOT NULL, \"purpose\" text NOT NULL, \"target\" text NOT NULL, \"token_hash\" text NOT NULL, \"expires_at\" TIMESTAMP WITH TIME ZONE NOT NULL, \"used_at\" TIMESTAMP WITH TIME ZONE, \"created_at\" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), CONSTRAINT \"PK_1af91112f0eef7205c6b0abcbfa\" PRIMARY KEY (\"id\"))",
    "CREATE UNIQUE INDEX \"IDX_acb00bd0ff19fe4435b501ad86\" ON \"account_link\"  (\"token_hash\") ",
    "CREATE INDEX \"account_link_recent\" ON \"account_link\"  (\"user_id\", \"purpose\", \"created_at\") ",
    "CREATE TABLE \"old_password\" (\"id\" uuid NOT NULL, \"user_id\" uuid NOT NULL, \"hash\" text NOT NULL, \"created_at\" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), CONSTRAINT \"PK_d7b9384baaa44362755f5aba469\" PRIMARY KEY (\"id\"))",
    "CREATE INDEX \"IDX_06db344cfb5c8410811034e9dc\" ON \"old_password\"  (\"user_id\") ",
    "CREATE TABLE \"recovery_code\" (\"id\" uuid NOT NULL, \"user_id\" uuid NOT NULL, \"hash\" text NOT NULL, \"hint\" text NOT NULL, \"sealed_code\" text, \"position\" smallint NOT NULL, CONSTRAINT \"PK_b7f1e23329e93a80e25fd281922\" PRIMARY KEY (\"id\"))",
    "CREATE INDEX \"IDX_f5c95d9ca2047afa670093e202\" ON \"recovery_code\"  (\"user_id\") ",
    "CREATE TABLE \"sign_in_throttle\" (\"key\" text NOT NULL, \"failures\" integer NOT NULL, \"blocked_until\" TIMESTAMP WITH TIME ZONE NOT NULL, \"last_failure_at\" TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT \"PK_f838c82d37e24773fc7984a7649\" PRIMARY KEY (\"key\"))",
    "CREATE TABLE \"two_factor\" (\"user_id\" uuid NOT NULL, \"sealed_secret\" text NOT NULL, \"confirmed_at\" TIMESTAMP WITH TIME ZONE, \"last_step\" bigint NOT NULL DEFAULT '0', \"created_at\" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), CONSTRAINT \"PK_162c7f53b41b84102a8e06eff18\" PRIMARY KEY (\"user_id\"))",
    "CREATE TABLE \"api_key\" (\"id\" text NOT NULL, \"team_id\" uuid NOT NULL, \"organization_id\" uuid NOT NULL, \"user_id\" uuid NOT NULL, \"name\" text NOT NULL, \"key_prefix\" text NOT NULL, \"secret_hash\" text NOT NULL, \"client_id\" text NOT NULL, \"permissions\" text array NOT NULL, \"last_used_at\" TIMESTAMP WITH TIME ZONE, \"created_at\" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), CONSTRAINT \"PK_b1bd840641b8acbaad89c3d8d11\" PRIMARY KEY (\"id\"))",
    "CREATE INDEX \"IDX_0f2d7599d3ca286eef156685c5\" ON \"api_key\"  (\"team_id\") ",
    "CREATE INDEX \"IDX_f8bf75c998e043dc6ad022d28a\" ON \"api_key\"  (\"organization_id\") ",
    "CREATE INDEX \"IDX_6a0830f03e537b239a53269b27\" ON \"api_key\"  (\"user_id\") ",
    "CREATE UNIQUE INDEX \"IDX_b227edd98d489363d65e908e60\" ON \"api_key\"  (\"secret_hash\") ",
    "CREATE TABLE \"linked_identity\" (\"id\" uuid NOT NULL, \"user_id\" uuid NOT NULL, \"issuer\" text NOT NULL, \"subject\" text NOT NULL, \"created_at\" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), CONSTRAINT \"PK_203b51fdae6d00fd0a59c635d78\" PRIMARY KEY (\"id\"))",
    "CREATE INDEX \"IDX_67d7754158e5dbaef91160da39\" ON \"linked_identity\"  (\"user_id\") ",
    "CREATE UNIQUE INDEX \"linked_identity_once\" ON \"linked_identity\"  (\"issuer\", \"subject\") ",
    "CREATE TABLE \"oidc_client\" (\"id\" text NOT NULL, \"name\" text NOT NULL, \"redirect_uris\" text array NOT NULL, \"post_logout_redirect_uris\" text array NOT NULL, \"sealed_secret\" text, \"created_at\" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), CONSTRAINT \"PK_cb01dc7678dfd0beb43eaa8e578\" PRIMARY KEY (\"id\"))",
    "CREATE TABLE \"oidc_record\" (\"model\" text NOT NULL, \"id_hash\" text NOT NULL, \"sealed_payload\" text NOT NULL, \"grant_id\" text, \"uid\" text, \"account_id\" text, \"expires_at\" TIMESTAMP WITH TIME ZONE, \"consumed_at\" TIMESTAMP WITH TIME ZONE, CONSTRAINT \"PK_9c49a2589c778647eba5be356e1\" PRIMARY KEY (\"model\", \"id_hash\"))",
    "CREATE INDEX \"IDX_7781109da18b17d7081ba61d2c\" ON \"oidc_record\"  (\"grant_id\") ",
    "CREATE INDEX \"IDX_00d93331715b87317dcd0ddab1\" ON \"oidc_record\"  (\"uid\") ",
    "CREATE INDEX \"IDX_a7fbbc08a8892fb60a80f989ac\" ON \"oidc_record\"  (\"account_id\") ",
    "CREATE INDEX \"IDX_f1389c6d4f150ed3297a3984a8\" ON \"oidc_record\"  (\"expires_at\") ",
    "CREATE TABLE \"user_session\" (\"id\" uuid NOT NULL, \"user_id\" uuid NOT NULL, \"client_id\" text NOT NULL, \"grant_id\" text NOT NULL, \"browser_uid\" text NOT NULL, \"second_factor_at\" TIMESTAMP WITH TIME ZONE, \"ip\" text NOT NULL, \"user_agent\" text NOT NULL, \"created_at\" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), \"last_seen_at\" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), \"expires_at\" TIMESTAMP WITH TIME ZONE NOT NULL, \"ended_at\" TIMESTAMP WITH TIME ZONE, CONSTRAINT \"PK_adf3b49590842ac3cf54cac451a\" PRIMARY KEY (\"id\"))",
    "CREATE INDEX \"IDX_13275383dcdf095ee29f2b3455\" ON \"user_session\"  (\"user_id\") ",
    "CREATE UNIQUE INDEX \"IDX_df5c67b8d0e22be75d52a7e466\" ON \"user_session\"  (\"grant_id\") ",
    "CREATE TABLE \"team_invitation\" (\"id\" uuid NOT NULL, \"team_id\" uuid NOT NULL, \"email\" text NOT NULL, \"role_id\" uuid, \"invited_by\" uuid NOT NULL, \"token_hash\" text NOT NULL, \"expires_at\" TIMESTAMP WITH TIME ZONE NOT NULL, \"accepted_at\" TIMESTAMP WITH TIME ZONE, \"created_at\" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), \"updated_at\" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(), CONSTRAINT \"PK_c48efb7b43f421266fbc29298f2\" PRIMARY KEY (\"id\"))",
    "CREATE INDEX \"IDX_52f482ecdcd47a468b627a5c26\" ON \"team_invitation\"  (\"team_id\") ",
    "CREATE UNIQUE INDEX \"IDX_69ef7a6ba3dbdfa733117c65d9\" ON \"team_invitation\"  (\"token_hash\") ",
    "CREATE UNIQUE INDEX \"team_invitation_pending\" ON \"team_invitation\"  (\"team_id\", \"email\") WHERE accepted_at IS NULL",
    "ALTER TABLE \"api_credential\" ADD \"last_used_at\" TIMESTAMP WITH TIME ZONE",
    "ALTER TABLE \"api_credential\" ADD \"updated_at\" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now()",
    "ALTER TABLE \"app_user\" ADD \"email_verified_at\" TIMESTAMP WITH TIME ZONE",
    "ALTER TABLE \"app_user\" ADD \"mobile\" text",
    "ALTER TABLE \"app_user\" ADD \"mobile_verified_at\" TIMESTAMP WITH TIME ZONE",
    "ALTER TABLE \"app_user\" ADD \"idp\" text NOT NULL DEFAULT 'local'",
    "ALTER TABLE \"app_user\" ADD \"country\" text",
    "ALTER TABLE \"app_user\" ADD \"timezone\" text NOT NULL DEFAULT 'UTC'",
    "ALTER TABLE \"app_user\" ADD \"date_format\" text NOT NULL DEFAULT 'Y-m-d'",
    "ALTER TABLE \"app_user\" ADD \"time_format\" text NOT NULL DEFAULT 'H:i'",
    "ALTER TABLE \"app_user\" ADD \"locale\" text NOT NULL DEFAULT 'en'",
    "ALTER TABLE \"app_user\" ADD \"picture\" text NOT NULL DEFAULT ''",
    "ALTER TABLE \"app_user\" ADD \"personal_team_id\" uuid",
    "ALTER TABLE \"app_user\" ADD \"updated_at\" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now()",
    "ALTER TABLE \"role\" ADD \"updated_at\" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now()",
    "CREATE UNIQUE INDEX \"role_name\" ON \"role\"  (\"team_id\", \"name\") ",
    "ALTER TABLE \"api_key\" ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE \"api_key\" FORCE ROW LEVEL SECURITY",
    "CREATE POLICY team_only ON \"api_key\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
    "ALTER TABLE \"team_invitation\" ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE \"team_invitation\" FORCE ROW LEVEL SECURITY",
    "CREATE POLICY team_only ON \"team_invitation\" USING ((SELECT current_setting('rosfleet.team', true)) = '*' OR team_id::text = (SELECT current_setting('rosfleet.team', true)))",
];

/** Whoever could sign in before addresses were verified still can. */
const DATA = [
  `UPDATE app_user SET email_verified_at = created_at`,
  `UPDATE app_user u SET personal_team_id = (SELECT t.id FROM team t WHERE t.owner_id = u.id ORDER BY t.created_at LIMIT 1)`,
];

const notifies = (table: string, moment: string): string =>
  `CREATE TRIGGER access_changed AFTER ${moment} ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION rosfleet_access_changed()`;

/** As before, but only for what permissions depend on: a renamed person or a used key is no news. */
const TRIGGERS = [
  `DROP TRIGGER access_changed ON app_user`,
  `DROP TRIGGER access_changed ON api_credential`,
  notifies('app_user', 'UPDATE OF allow_login, active_team_id OR DELETE'),
  notifies('api_credential', 'UPDATE OF secret_hash, scopes, expires_at, revoked_at OR DELETE'),
  notifies('api_key', 'UPDATE OF secret_hash, permissions OR DELETE'),
  notifies('signing_key', 'INSERT OR UPDATE'),
  notifies('user_session', 'UPDATE OF second_factor_at, ended_at, expires_at OR DELETE'),
];
