import { Injectable } from '@nestjs/common';
import type { SiteId, TeamId } from '../../platform/context/index.js';

export interface NudgeRouters {
  /** Asks the router of a site to poll now. Returns at once and never throws: who is not heard waits for the next poll. */
  nudge(teamId: TeamId, siteId: SiteId): void;
}

const NOBODY: NudgeRouters = { nudge: () => undefined };

/** A way to routers that is faster than their next poll. Whoever runs a tunnel provides it at start-up; without one jobs wait. */
@Injectable()
export class RouterNudge {
  private way = NOBODY;

  provide(way: NudgeRouters): void {
    this.way = way;
  }

  nudge(teamId: TeamId, siteId: SiteId): void {
    this.way.nudge(teamId, siteId);
  }
}
