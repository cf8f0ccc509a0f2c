import { Injectable, type OnModuleInit } from '@nestjs/common';
import { SiteAdopted, SiteBeingDeleted, SiteDeleted, SiteDeletionRequested, SiteNotFound, SiteService } from '../../../fleet/index.js';
import type { RequestContext, SiteId, TeamId } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';
import { EventBus } from '../../../platform/events/index.js';
import { defineTask, Every, Handles, type Plain, TaskOn, type TaskRun } from '../../../platform/tasks/index.js';
import { SiteRegistered } from '../events.js';
import { MgmtTunnel } from './mgmt-tunnel.js';
import { SiteTunnelsAcrossTeams } from './site-tunnels.repository.js';
import { TunnelService } from './tunnel.service.js';
import { LiveTunnels } from './live-tunnels.js';

const PAGE = 500;
const assignTunnels = defineTask<null>({ name: 'control-plane.assign-tunnels', lane: 'slow', leaseSeconds: 300 });

/** Sees to it that every site has a tunnel for as long as it lives, and no longer. */
@Injectable()
export class TunnelAssignment implements OnModuleInit {
  constructor(
    private readonly service: TunnelService,
    private readonly across: SiteTunnelsAcrossTeams,
    private readonly live: LiveTunnels,
    private readonly sites: SiteService,
    private readonly tunnel: MgmtTunnel,
    private readonly db: Database,
    private readonly events: EventBus,
  ) {}

  /** In the deletion's own transaction: from its commit on nobody signs in for the site. */
  onModuleInit(): void {
    for (const event of [SiteDeletionRequested, SiteDeleted]) {
      this.events.listenInside(event, async (ctx, happened) => {
        const { teamId, siteId } = happened as SiteDeletionRequested | SiteDeleted;
        await this.service.drop(ctx, teamId, siteId);
        this.db.afterCommit(ctx, () => this.live.end(siteId));
      });
    }
  }

  @TaskOn(SiteAdopted, { name: 'control-plane.tunnel-of-adopted-site', lane: 'routers' })
  async adopted(_ctx: RequestContext, { teamId, siteId, again, at }: Plain<SiteAdopted>): Promise<void> {
    await this.ensure(teamId, siteId, again ? undefined : new Date(at));
  }

  @TaskOn(SiteRegistered, { name: 'control-plane.tunnel-of-registered-site', lane: 'routers' })
  async registered(_ctx: RequestContext, { teamId, siteId }: Plain<SiteRegistered>): Promise<void> {
    await this.ensure(teamId, siteId);
  }

  /** Sites that have none yet: from before this domain was there, from a time without free addresses, or from another network. */
  @Every(600)
  @Handles(assignTunnels)
  async sweep(ctx: RequestContext, _payload: null, { signal }: Pick<TaskRun, 'signal'>): Promise<void> {
    for (let after: SiteId | undefined; ;) {
      const page = await this.sites.livingAfter(ctx, after, PAGE);
      const without = new Set(
        await this.across.without(
          ctx,
          page.map((s) => s.id),
          this.tunnel.pool.toString(),
          this.tunnel.managementAddress,
        ),
      );
      for (const { id, teamId } of page) {
        signal.throwIfAborted();
        if (without.has(id)) await this.ensure(teamId, id);
      }
      if (page.length < PAGE) return;
      after = page.at(-1)!.id;
    }
  }

  /** A site that went meanwhile needs none. */
  private async ensure(teamId: TeamId, siteId: SiteId, servedSince?: Date): Promise<void> {
    try {
      await this.service.ensure(teamId, siteId, servedSince);
    } catch (error) {
      if (!(error instanceof SiteNotFound || error instanceof SiteBeingDeleted)) throw error;
    }
  }
}
