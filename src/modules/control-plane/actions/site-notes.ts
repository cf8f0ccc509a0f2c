import { Injectable } from '@nestjs/common';
import { SiteService } from '../../../fleet/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import type { RequestContext, SiteId } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';

/** One note a site. */
@Injectable()
export class SiteNotes {
  constructor(
    private readonly sites: SiteService,
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** Null when none was written. @throws SiteNotFound */
  async get(ctx: RequestContext, siteId: SiteId): Promise<string | null> {
    await this.sites.require(ctx, siteId);
    const [row] = await this.db.query<{ note: string | null }>(ctx, `SELECT note FROM site_note WHERE site_id = $1 AND team_id = $2`, [
      siteId,
      ctx.requireTeam(),
    ]);
    return row?.note ?? null;
  }

  /** Writes the note in place of the one before; null takes it away. @throws SiteNotFound, SiteBeingDeleted */
  set(ctx: RequestContext, siteId: SiteId, note: string | null): Promise<void> {
    return this.db.transaction(ctx, async (ctx) => {
      const { teamId } = await this.sites.getLiving(ctx, siteId);
      await this.db.query(
        ctx,
        `INSERT INTO site_note (site_id, team_id, note, updated_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (site_id) DO UPDATE SET note = EXCLUDED.note, updated_at = EXCLUDED.updated_at`,
        [siteId, teamId, note, this.clock.now()],
      );
    });
  }
}
