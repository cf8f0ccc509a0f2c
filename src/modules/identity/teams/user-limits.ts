import { Injectable } from '@nestjs/common';
import type { RequestContext, TeamId, UserId } from '../../../platform/context/index.js';
import { TeamLimits } from '../workspaces/team-limits.js';

/** How many people a team's owners may have in it. */
export abstract class UserLimits {
  /**
   * Refuses one person too many. Asked in the transaction that adds the membership, before it is written; the place stays
   * free until that ends.
   * @param userId who is to be added; somebody who counts already takes no further place
   */
  abstract assertRoom(ctx: RequestContext, teamId: TeamId, userId?: UserId): Promise<void>;
}

/** The limits of the team's organization and those above it. */
@Injectable()
export class OrganizationUserLimits extends UserLimits {
  constructor(private readonly limits: TeamLimits) {
    super();
  }

  /** @throws OrganizationLimitReached, WorkspaceArchived, NotFound for an unknown team */
  assertRoom(ctx: RequestContext, teamId: TeamId, userId?: UserId): Promise<void> {
    return this.limits.assertRoomForUser(ctx, teamId, userId);
  }
}
