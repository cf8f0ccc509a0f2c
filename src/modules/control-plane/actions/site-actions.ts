import { Injectable } from '@nestjs/common';
import { DeviceScripts, JobService, SectionMarker, SiteService } from '../../../fleet/index.js';
import { newId, type RequestContext, type SiteId } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';
import { renderClearFirewall, renderReboot, renderUpgrade } from '../../../routeros/render/index.js';
import type { Script } from '../../../routeros/script/index.js';
import { MANAGEMENT_SECTION, POLICY_SECTION } from '../management/names.js';
import { LiveRouters } from '../live/live-routers.js';
import { TunnelService } from '../tunnel/tunnel.service.js';

export const SITE_ACTIONS = [
  'site.upgrade',
  'site.clear_firewall',
  'site.reboot',
  'site.recreate_management_filter',
  'site.recreate_tunnel',
  'site.resend_api_user',
] as const;
export type SiteAction = (typeof SITE_ACTIONS)[number];

/** Special actions on a router. All of them wait for the next poll, so an offline router does them when it is back. */
@Injectable()
export class SiteActions {
  constructor(
    private readonly sites: SiteService,
    private readonly jobs: JobService,
    private readonly marker: SectionMarker,
    private readonly tunnels: TunnelService,
    private readonly live: LiveRouters,
    private readonly scripts: DeviceScripts,
    private readonly db: Database,
  ) {}

  /** Takes an action on; answers what will happen. @throws SiteNotFound, SiteBeingDeleted, TunnelAddressesExhausted */
  async perform(ctx: RequestContext, siteId: SiteId, action: SiteAction): Promise<string> {
    await this.sites.getLiving(ctx, siteId);
    switch (action) {
      case 'site.reboot':
        await this.job(ctx, siteId, 'Reboot', renderReboot());
        return 'The router restarts after its next poll.';
      case 'site.upgrade':
        await this.job(ctx, siteId, 'RouterOS upgrade', renderUpgrade());
        return 'After its next poll the router looks for a newer RouterOS in its channel, installs it and restarts.';
      case 'site.clear_firewall':
        await this.job(ctx, siteId, 'Clear firewall', renderClearFirewall());
        return 'After its next poll the router saves its filter and raw rules to files and removes those that are not ours.';
      case 'site.recreate_management_filter':
        await this.anew(ctx, siteId, MANAGEMENT_SECTION, POLICY_SECTION);
        return 'The management rules are written anew at the next poll.';
      case 'site.resend_api_user':
        await this.anew(ctx, siteId, MANAGEMENT_SECTION);
        return 'The management user is put on the router again at the next poll.';
      case 'site.recreate_tunnel':
        await this.tunnels.recreate(ctx, siteId);
        return 'The management tunnel is made anew at the next poll; the one there is stays until then.';
    }
  }

  /**
   * Puts the poll entries on a router that is reached through the tunnel and polls no more.
   * @throws SiteNotFound, SiteBeingDeleted, and those of LiveRouters.run
   */
  async resendScheduler(ctx: RequestContext, siteId: SiteId): Promise<void> {
    const site = await this.sites.getLiving(ctx, siteId);
    const script = this.scripts.pollEntries(site);
    await this.live.run(ctx, siteId, { path: '/execute', words: [`=script=${script}`, '=as-string='] }, { timeoutMs: 30_000 });
  }

  private async job(ctx: RequestContext, siteId: SiteId, description: string, script: Script): Promise<void> {
    await this.jobs.create(ctx, siteId, {
      ...{ idempotencyKey: newId(), description, script: script.toString() },
      ...{ needsAcknowledgement: true, shouldBackup: false, expressExecute: true },
    });
  }

  private anew(ctx: RequestContext, siteId: SiteId, ...sections: string[]): Promise<void> {
    return this.db.transaction(ctx, async (ctx) => {
      for (const section of sections) await this.marker.anew(ctx, section, [siteId]);
    });
  }
}
