import pg from 'pg';

/**
 * What may change though a request was refused, and why. Everything else is compared row by row.
 * `table` leaves a table out, `table.column` one column of it.
 */
export const BOOKKEEPING: Readonly<Record<string, string>> = {
  audit_event: 'refused changes are in the audit log',
  audit_anchor: 'the end of the chain of the audit log',
  request_rate: 'counts requests, those that ask in vain too',
  sign_in_throttle: 'counts attempts, the refused ones above all',
  task: 'the queue: repeated tasks run on their own',
  backup_round: 'how far the daily run came, which is such a task',
  site_visit: 'notes which sites a person looked at',
  server_presence: 'the server writes that it is there',
  site_pulse: 'heartbeats, written on their own',
  'user_session.last_seen_at': 'when a session fetched its last token',
  'api_credential.last_used_at': 'when a credential was used last',
  'api_key.last_used_at': 'when a key was used last',
};

/** The database past row-level security, through the eyes of its superuser. */
export class Ledger {
  private constructor(
    private readonly client: pg.Client,
    private readonly tables: readonly string[],
  ) {}

  static async open(superuserUrl: string): Promise<Ledger> {
    const client = new pg.Client({ connectionString: superuserUrl });
    client.on('error', () => undefined); // the database is dropped in the end
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`,
    );
    const known = rows.map((row) => row.name);
    for (const entry of Object.keys(BOOKKEEPING))
      if (!known.includes(entry.split('.')[0]!)) throw new Error(`There is no table for the exception ${entry}.`);
    return new Ledger(client, known);
  }

  close(): Promise<void> {
    return this.client.end();
  }

  /** A digest of every table's rows. */
  async digests(): Promise<ReadonlyMap<string, string>> {
    const kept = this.tables.filter((table) => !Object.hasOwn(BOOKKEEPING, table));
    const parts = kept.map((table) => {
      const left = Object.keys(BOOKKEEPING).filter((entry) => entry.startsWith(`${table}.`));
      const without = left.map((entry) => ` - '${entry.split('.')[1]!}'`).join('');
      return `SELECT '${table}' AS name, (SELECT md5(coalesce(string_agg(r, chr(10) ORDER BY r), '')) FROM (SELECT (to_jsonb(t)${without})::text AS r FROM "${table}" t) rows) AS digest`;
    });
    const { rows } = await this.client.query<{ name: string; digest: string }>(parts.join(' UNION ALL '));
    return new Map(rows.map((row) => [row.name, row.digest]));
  }

  /** How many rows mention any of these texts, table by table; bookkeeping left out. */
  async mentions(texts: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const parts = this.tables
      .filter((table) => !Object.hasOwn(BOOKKEEPING, table))
      .map((table) => `SELECT '${table}' AS name, count(*)::int AS count FROM "${table}" t WHERE to_jsonb(t)::text LIKE ANY($1)`);
    const { rows } = await this.client.query<{ name: string; count: number }>(parts.join(' UNION ALL '), [
      texts.map((text) => `%${text}%`),
    ]);
    return new Map(rows.map((row) => [row.name, row.count]));
  }
}

/** Names of the entries in which two of the maps above differ. */
export const differences = (before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>): string[] =>
  [...after].filter(([name, value]) => before.get(name) !== value).map(([name]) => name);
