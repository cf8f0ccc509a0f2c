import { Injectable } from '@nestjs/common';
import type { RequestContext, TeamId, UserId } from '../../../platform/context/index.js';

/** How many people an organization may have. */
export abstract class UserLimits {
  /**
   * Refuses one person too many. Asked in the transaction that adds the membership, before it is written; the place stays
   * free until that ends.
   * @param userId who is to be added; somebody who counts already takes no further place
   */
  abstract assertRoom(ctx: RequestContext, teamId: TeamId, userId?: UserId): Promise<void>;
}

/** As many as there are. */
@Injectable()
export class NoUserLimits extends UserLimits {
  assertRoom(): Promise<void> {
    return Promise.resolve();
  }
}
