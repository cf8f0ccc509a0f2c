import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { RequestContext, type SiteId, type TeamId } from '../../platform/context/index.js';
import { Database } from '../../platform/database/index.js';
import { OnEvent } from '../../platform/events/index.js';
import { ExpressExecutionRequested, RouterFreed } from '../events.js';
import { RouterNudge } from '../ports/router-nudge.js';

/**
 * Lets a router poll at once when a job that is in a hurry waits for it: as soon as it is queued, and when one before it has
 * ended. Jobs keep their order. A site that is offline is not called; it gets the job when it is back.
 */
@Injectable()
export class ExpressTurn implements OnApplicationBootstrap {
  /** Sites that may have such a job: of all the routers that come free only theirs are looked at. */
  private readonly hurried = new Set<SiteId>();

  constructor(
    private readonly nudge: RouterNudge,
    private readonly db: Database,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const sql = `SELECT DISTINCT site_id AS id FROM job WHERE state = 'pending' AND express_execute`;
    for (const { id } of await this.db.query<{ id: SiteId }>(RequestContext.system('express-turn'), sql)) this.hurried.add(id);
  }

  @OnEvent(ExpressExecutionRequested)
  requested(_ctx: RequestContext, { teamId, siteId }: ExpressExecutionRequested): Promise<void> {
    this.hurried.add(siteId);
    return this.call(teamId, siteId);
  }

  @OnEvent(RouterFreed)
  async freed(_ctx: RequestContext, { teamId, siteId }: RouterFreed): Promise<void> {
    if (this.hurried.has(siteId)) await this.call(teamId, siteId);
  }

  private async call(teamId: TeamId, siteId: SiteId): Promise<void> {
    const waiting = await this.db.query(RequestContext.system('express-turn').forTeam(teamId), WAITING, [siteId, teamId]);
    if (waiting.length) this.nudge.nudge(teamId, siteId);
    else this.hurried.delete(siteId);
  }
}

const WAITING = `
SELECT FROM job j JOIN site s ON s.id = j.site_id JOIN site_pulse p ON p.site_id = j.site_id
WHERE j.site_id = $1 AND j.team_id = $2 AND j.state = 'pending' AND j.express_execute AND p.has_pulse AND s.deletion_requested_at IS NULL LIMIT 1`;
