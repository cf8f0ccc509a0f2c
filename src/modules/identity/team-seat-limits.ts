import { Injectable } from '@nestjs/common';
import { type SeatLimit, SeatLimits } from '../../fleet/index.js';
import type { OrganizationId, RequestContext, TeamId } from '../../platform/context/index.js';
import { Database } from '../../platform/database/index.js';

/** Seats as teams and their organization set them: 0 means no limit of its own, and the tightest one wins. */
@Injectable()
export class TeamSeatLimits extends SeatLimits {
  constructor(private readonly db: Database) {
    super();
  }

  async lock(ctx: RequestContext, teamId: TeamId): Promise<readonly SeatLimit[]> {
    const [team] = await this.db.query<{ organizationId: OrganizationId; teamLimit: number; organizationLimit: number }>(
      ctx,
      `SELECT t.organization_id AS "organizationId", t.site_limit AS "teamLimit", o.site_limit AS "organizationLimit" FROM team t JOIN organization o ON o.id = t.organization_id WHERE t.id = $1`,
      [teamId],
    );
    if (!team || (!team.teamLimit && !team.organizationLimit)) return [];
    await this.db.query(ctx, `SELECT id FROM organization WHERE id = $1 FOR UPDATE`, [team.organizationId]);
    const limits: SeatLimit[] = [];
    if (team.teamLimit) limits.push({ teamIds: [teamId], limit: team.teamLimit, of: 'team' });
    if (team.organizationLimit) {
      const siblings = await this.db.query<{ id: TeamId }>(ctx, `SELECT id FROM team WHERE organization_id = $1`, [team.organizationId]);
      limits.push({ teamIds: siblings.map((t) => t.id), limit: team.organizationLimit, of: 'organization' });
    }
    return limits;
  }
}
