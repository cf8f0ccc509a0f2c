import { Injectable } from '@nestjs/common';
import { type SeatLimit, SeatLimits } from '../../../fleet/index.js';
import type { RequestContext, TeamId } from '../../../platform/context/index.js';
import { TeamLimits } from './team-limits.js';

/** Seats as the team, its organization, those above it and the workspace limit them; the tightest one wins. */
@Injectable()
export class TeamSeatLimits extends SeatLimits {
  constructor(private readonly limits: TeamLimits) {
    super();
  }

  async lock(ctx: RequestContext, teamId: TeamId): Promise<readonly SeatLimit[]> {
    const held = await this.limits.hold(ctx, teamId, 'locations');
    if (!held) return [];
    const seats: SeatLimit[] = held.siteLimit > 0 ? [{ teamIds: [teamId], limit: held.siteLimit, of: 'team' }] : [];
    for (const { limit, of, top } of held.limits) {
      const teamIds = held.tree.subtree(top).flatMap((o) => o.teamIds);
      seats.push({ teamIds, limit, of: of === 'workspace' ? 'workspace' : 'organization' });
    }
    return seats;
  }
}
