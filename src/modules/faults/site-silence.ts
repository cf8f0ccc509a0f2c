import { Injectable, type OnModuleInit } from '@nestjs/common';
import { SiteCameOnline, SiteDeletionRequested, SiteService, SiteWentOffline } from '../../fleet/index.js';
import { Clock } from '../../platform/clock/clock.js';
import type { RequestContext, SiteId } from '../../platform/context/index.js';
import { EventBus } from '../../platform/events/index.js';
import { FaultService } from './fault.service.js';
import type { FaultKey } from './faults.repository.js';

const keyOf = (siteId: SiteId): FaultKey => ({ siteId, type: 'site', resourceIdentifier: siteId });

/**
 * The first detector: a site that fell silent. It works inside the transactions that find out, so that a fault is there
 * exactly when the outage is, and its end cannot overtake its beginning.
 */
@Injectable()
export class SiteSilence implements OnModuleInit {
  constructor(
    private readonly faults: FaultService,
    private readonly sites: SiteService,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.events.listenInside(SiteWentOffline, (ctx, event) => this.fellSilent(ctx, event as SiteWentOffline));
    this.events.listenInside(SiteCameOnline, (ctx, event) => this.cameBack(ctx, event as SiteCameOnline));
    this.events.listenInside(SiteDeletionRequested, (ctx, event) => this.leaves(ctx, event as SiteDeletionRequested));
  }

  private async fellSilent(ctx: RequestContext, { teamId, siteId, firstMissedAt }: SiteWentOffline): Promise<void> {
    const team = ctx.forTeam(teamId);
    const { name, deletionRequestedAt } = await this.sites.get(team, siteId);
    if (deletionRequestedAt) return; // its router was told to be silent
    await this.faults.open(team, {
      ...keyOf(siteId),
      ...{
        severity: 'critical',
        cause: 'Disconnected',
        message: `Site Offline: ${name}`,
        reportedBy: 'site-monitor',
        createdAt: firstMissedAt,
      },
    });
  }

  private async cameBack(ctx: RequestContext, { teamId, siteId, at, offlineSince }: SiteCameOnline): Promise<void> {
    if (offlineSince) await this.faults.resolve(ctx.forTeam(teamId), keyOf(siteId), at);
  }

  /** Nobody waits for it any more; the record takes the faults with it when it goes. */
  private leaves(ctx: RequestContext, { teamId, siteId }: SiteDeletionRequested): Promise<void> {
    return this.faults.resolveAll(ctx.forTeam(teamId), siteId, this.clock.now());
  }
}
