import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import type { RequestContext } from '../../platform/context/index.js';
import { Database } from '../../platform/database/index.js';
import { defineTask, Every, Handles } from '../../platform/tasks/index.js';
import { SiteService } from './site.service.js';
import { SitesAcrossTeams } from './sites-across-teams.js';

const BATCH = 100;
const endGracePeriods = defineTask<null>({ name: 'fleet.end-grace-periods', lane: 'checks' });

/** Erases sites whose router never confirmed its removal. */
@Injectable()
export class DeletionSweep {
  constructor(
    private readonly across: SitesAcrossTeams,
    private readonly sites: SiteService,
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  @Every(60)
  @Handles(endGracePeriods)
  async sweep(ctx: RequestContext): Promise<void> {
    for (const site of await this.across.overdue(ctx, this.clock.now(), BATCH)) {
      await this.db.transaction(ctx, (ctx) => this.sites.erase(ctx, site, 'grace-ended'));
    }
  }
}
