import type { RequestContext, SiteId } from '../../platform/context/index.js';
import type { Database } from '../../platform/database/index.js';

/** The two tables that say what is at which sites. */
const TABLES = {
  group: ['security_group_site', 'group_id'],
  list: ['prefix_list_site', 'list_id'],
} as const;

/** Sites of security groups, or of prefix lists. */
export class SiteLinks {
  private readonly table: string;
  private readonly column: string;

  constructor(
    private readonly db: Database,
    kind: keyof typeof TABLES,
  ) {
    [this.table, this.column] = TABLES[kind];
  }

  /** Sites of one of the context's team, in no order. */
  async of(ctx: RequestContext, id: string): Promise<SiteId[]> {
    const rows = await this.db.query<{ id: SiteId }>(
      ctx,
      `SELECT site_id AS id FROM ${this.table} WHERE team_id = $1 AND ${this.column} = $2`,
      [ctx.requireTeam(), id],
    );
    return rows.map((row) => row.id);
  }

  /** Replaces the sites of one of the context's team. @returns the sites that came and those that went */
  async replace(ctx: RequestContext, id: string, sites: readonly SiteId[]): Promise<SiteId[]> {
    const rows = await this.db.query<{ id: SiteId }>(
      ctx,
      `WITH gone AS (DELETE FROM ${this.table} WHERE team_id = $1 AND ${this.column} = $2 AND NOT site_id = ANY($3::uuid[]) RETURNING site_id),
         come AS (INSERT INTO ${this.table} (site_id, team_id, ${this.column}) SELECT site_id, $1::uuid, $2 FROM unnest($3::uuid[]) site_id ORDER BY 1
           ON CONFLICT DO NOTHING RETURNING site_id)
       SELECT site_id AS id FROM gone UNION ALL SELECT site_id FROM come`,
      [ctx.requireTeam(), id, sites],
    );
    return rows.map((row) => row.id);
  }
}
