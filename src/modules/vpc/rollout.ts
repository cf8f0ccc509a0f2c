import { Injectable } from '@nestjs/common';
import { pidOf, type SectionProgress, SectionMarker, SectionService, siteIdOf, SiteService } from '../../fleet/index.js';
import type { RequestContext, SiteId } from '../../platform/context/index.js';
import { ValidationFailed } from '../../platform/errors/index.js';
import { named, RolloutUnderWay } from './errors.js';

/** Name of the section that brings groups and lists to routers. Stands in comments on routers: never changes. */
export const VPC_SECTION = 'vpc';

export type RolloutStatus = 'active' | 'syncing' | 'failed';

/**
 * How groups and lists stand with the routers of their sites (docs/decisions/0012-security-groups.md). What is under way to
 * a router that is online locks them; a router that is offline, or a site that has none, locks nothing.
 */
@Injectable()
export class Rollout {
  constructor(
    private readonly sections: SectionService,
    private readonly marker: SectionMarker,
    private readonly sites: SiteService,
  ) {}

  /** Sites of the context's team that texts name, as UUID or `site_…`, each once. @throws ValidationFailed naming those that are none */
  async sitesNamed(ctx: RequestContext, texts: readonly string[]): Promise<SiteId[]> {
    const ids = texts.map(siteIdOf);
    const asked = [...new Set(ids.filter((id) => id !== undefined))];
    const known = new Set(asked.length ? await this.sites.idsOfTeam(ctx, asked) : []);
    const unknown = texts.filter((_text, i) => ids[i] === undefined || !known.has(ids[i]));
    if (unknown.length) throw new ValidationFailed({ sites: [`sites: there is no such site in your team: ${named(unknown)}`] });
    return asked;
  }

  /** Those of these sites that lists show, oldest first. */
  shown(ctx: RequestContext, sites: readonly SiteId[]): Promise<SiteId[]> {
    return sites.length ? this.sites.idsOfTeam(ctx, sites) : Promise.resolve([]);
  }

  /** These sites need what they shall have anew. */
  async mark(ctx: RequestContext, sites: readonly SiteId[]): Promise<void> {
    await this.marker.mark(ctx, VPC_SECTION, sites);
  }

  /** How something at these sites stands. */
  async status(ctx: RequestContext, sites: readonly SiteId[]): Promise<RolloutStatus> {
    return statusOf((await this.unsettled(ctx, sites)).values());
  }

  /**
   * How many things stand.
   * @param at which of them are at these sites
   * @returns the status of each that is not active
   */
  async statuses<Id>(
    ctx: RequestContext,
    at: (sites: readonly SiteId[]) => Promise<{ id: Id; site: SiteId }[]>,
  ): Promise<Map<Id, RolloutStatus>> {
    const unsettled = await this.sections.unsettled(ctx, VPC_SECTION);
    if (!unsettled.size) return new Map();
    const found = new Map<Id, SectionProgress[]>();
    for (const { id, site } of await at([...unsettled.keys()])) found.set(id, [...(found.get(id) ?? []), unsettled.get(site)!]);
    return new Map([...found].map(([id, progress]) => [id, statusOf(progress)]));
  }

  /** @throws RolloutUnderWay while a change travels to one of these sites */
  async refuseWhileUnderWay(ctx: RequestContext, sites: readonly SiteId[]): Promise<void> {
    const underWay = [...(await this.unsettled(ctx, sites))].filter(([, progress]) => progress === 'underway').map(([id]) => pidOf(id));
    if (underWay.length) throw new RolloutUnderWay(underWay);
  }

  private unsettled(ctx: RequestContext, sites: readonly SiteId[]): Promise<Map<SiteId, SectionProgress>> {
    return sites.length ? this.sections.unsettled(ctx, VPC_SECTION, sites) : Promise.resolve(new Map<SiteId, SectionProgress>());
  }
}

function statusOf(progress: Iterable<SectionProgress>): RolloutStatus {
  const found = new Set(progress);
  if (found.has('underway')) return 'syncing';
  if (found.has('failed')) return 'failed';
  return found.has('waiting') ? 'syncing' : 'active';
}
