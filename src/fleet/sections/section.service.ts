import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import type { RequestContext, SiteId } from '../../platform/context/index.js';
import { Database } from '../../platform/database/index.js';
import { type Change, changesBetween, keyed, type KeyedWish, masked, planPush, type Wish } from '../../routeros/sections/index.js';
import { type Lockout, predictLockout } from '../../routeros/lockout/index.js';
import { SectionNotFound } from '../errors.js';
import { RouterSnapshots } from '../ports/router-snapshots.js';
import { SiteService } from '../sites/site.service.js';
import { footprintOf, type SectionDefinition, Sections, type SectionSite } from './section-definition.js';
import { SectionMarker } from './section-marker.js';
import type { SectionProgress } from './section-state.js';
import { SectionWishes } from './section-wishes.js';
import { SectionsRepository } from './sections.repository.js';
import type { SiteSection } from './site-section.entity.js';

export interface SectionReport {
  readonly definition: SectionDefinition;
  /** Null where it was never marked: no router serves the site yet. */
  readonly row: SiteSection | null;
}

export interface SectionPreview {
  readonly changes: readonly Change[];
  /** The router would undo it unless we confirm. */
  readonly trial: boolean;
  /** What was in force is not known: everything is written anew. */
  readonly anew: boolean;
  /** What it would cut; null when the router's configuration is not known. */
  readonly lockout: readonly Lockout[] | null;
}

/** Sections of a site as people see them: where they stand, what a push would change, its script. */
@Injectable()
export class SectionService {
  constructor(
    private readonly sections: Sections,
    private readonly repository: SectionsRepository,
    private readonly wishes: SectionWishes,
    private readonly marker: SectionMarker,
    private readonly sites: SiteService,
    private readonly snapshots: RouterSnapshots,
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** All sections at a site, in the order in which they are pushed. @throws SiteNotFound */
  async list(ctx: RequestContext, siteId: SiteId): Promise<SectionReport[]> {
    await this.sites.require(ctx, siteId);
    const rows = new Map((await this.repository.ofSite(ctx, siteId)).map((row) => [row.section, row]));
    return this.sections.all.map((definition) => ({ definition, row: rows.get(definition.name) ?? null }));
  }

  /** One section at a site. @throws SiteNotFound, SectionNotFound */
  async get(ctx: RequestContext, siteId: SiteId, name: string): Promise<SectionReport> {
    const report = (await this.list(ctx, siteId)).find(({ definition }) => definition.name === name);
    if (!report) throw new SectionNotFound(name);
    return report;
  }

  /**
   * What the next push would change on the router and cut off, as far as we know what it holds. May ask the router: seconds.
   * @param wish another one than the section has now, to look at before it is saved
   * @throws SiteNotFound, SectionNotFound
   */
  async preview(ctx: RequestContext, siteId: SiteId, name: string, wish?: Wish): Promise<SectionPreview> {
    const { definition, had, shall } = await this.standing(ctx, siteId, name, wish);
    const changes = changesBetween(had, shall);
    const known = changes.length ? await this.snapshots.of(ctx, siteId) : null;
    const planned = { section: definition.name, above: this.sections.above(definition), had, shall };
    const lockout = known && predictLockout(known.snapshot, planned, known.ways);
    return { changes, trial: changes.length > 0 && definition.cuts(had, shall), anew: had === null, lockout };
  }

  /** The scripts that the next push would send, for people, with stars for secrets. @throws SiteNotFound, SectionNotFound */
  async render(ctx: RequestContext, siteId: SiteId, name: string): Promise<string> {
    const { definition, site, row, had, wish } = await this.standing(ctx, siteId, name);
    const shall = keyed(masked(wish), row?.salt ?? 1);
    const input = { version: site.version, footprint: footprintOf(definition), above: this.sections.above(definition), had, shall };
    const trial = definition.cuts(had, shall);
    const parts = planPush({ ...input, generation: row?.wanted ?? 1, salt: row?.salt ?? 1, trial });
    return parts.map((part, i) => `# part ${i + 1} of ${parts.length}\n${part.toString({ readable: true })}`).join('\n');
  }

  /** Sends a section at the next poll, also one that failed and waits. @throws SiteNotFound, SiteBeingDeleted, SectionNotFound */
  push(ctx: RequestContext, siteId: SiteId, name: string): Promise<SectionReport> {
    return this.db.transaction(ctx, async (ctx) => {
      await this.sites.getLiving(ctx, siteId);
      const { definition } = await this.get(ctx, siteId, name);
      await this.marker.mark(ctx, definition.name, [siteId]);
      return this.get(ctx, siteId, name);
    });
  }

  /**
   * What a router holds of a section as far as we know: what is on trial there, else what is in force; null when nothing is
   * known. The site is one of the context's team.
   */
  async held(ctx: RequestContext, siteId: SiteId, name: string): Promise<KeyedWish | null> {
    const row = (await this.repository.ofSite(ctx, siteId)).find(({ section }) => section === name);
    if (!row) return null;
    return this.repository.load(ctx, row.phase === 'trial' || row.phase === 'confirming' ? row.sentHash : row.appliedHash);
  }

  /** How many of these sites stand how with a section. */
  async tally(ctx: RequestContext, name: string, sites: readonly SiteId[]): Promise<{ failed: number; open: number }> {
    return this.repository.tally(ctx, name, sites);
  }

  /** The sites of the context's team that have not got the newest wish of a section, and how each stands; among some only, if given. */
  unsettled(ctx: RequestContext, name: string, among?: readonly SiteId[]): Promise<Map<SiteId, SectionProgress>> {
    return this.repository.unsettled(ctx, name, among);
  }

  private async standing(ctx: RequestContext, siteId: SiteId, name: string, other?: Wish) {
    const { definition, row } = await this.get(ctx, siteId, name);
    const { id, teamId, softwareVersion } = await this.sites.get(ctx, siteId);
    const site: SectionSite = { id, teamId, version: softwareVersion ?? '' };
    const { had, shall, wish } = await this.wishes.standing(ctx, definition, site, row);
    if (!other) return { definition, site, row, had, shall, wish };
    return { definition, site, row, had, shall: keyed(other, row?.salt ?? 1), wish: other };
  }
}
