import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { RequestContext, type SiteId } from '../../platform/context/index.js';
import { Database } from '../../platform/database/index.js';
import { type Plain, TaskOn } from '../../platform/tasks/index.js';
import { SiteFactsChanged } from '../events.js';
import { WorkHints } from '../poll/work-hints.js';
import { Sections } from './section-definition.js';
import { SectionsAhead } from './sections-ahead.js';
import { SectionsRepository } from './sections.repository.js';

/** Says that routers need a section anew. Called in the transaction that changed what the section is made of. */
@Injectable()
export class SectionMarker implements OnApplicationBootstrap {
  constructor(
    private readonly sections: Sections,
    private readonly repository: SectionsRepository,
    private readonly hints: WorkHints,
    private readonly ahead: SectionsAhead,
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** Sites that were adopted before a section existed get it now. */
  async onApplicationBootstrap(): Promise<void> {
    const ctx = RequestContext.system('mark-new-sections');
    for (const { name } of this.sections.all) await this.repository.markMissing(ctx, name, this.clock.now());
  }

  /** Marks a section of some sites of the context's team, or of all. One statement however many; answers those that exist. */
  async mark(ctx: RequestContext, section: string, sites: readonly SiteId[] | 'all'): Promise<SiteId[]> {
    if (!this.sections.get(section)) throw new Error(`There is no section ${section}.`);
    if (sites !== 'all' && sites.length === 0) return [];
    const marked = await this.repository.mark(ctx, section, sites, this.clock.now());
    this.db.afterCommit(ctx, () => this.tell(marked));
    return marked;
  }

  /** Marks a section wherever it has nothing in force, of every team. */
  async markEmpty(ctx: RequestContext, section: string): Promise<void> {
    this.tell(await this.repository.markEmpty(ctx, section, this.clock.now()));
  }

  /** Everything of a section is written anew at some sites of the context's team, as if nothing were known of them. */
  async anew(ctx: RequestContext, section: string, sites: readonly SiteId[]): Promise<void> {
    const marked = await this.repository.markUnknown(ctx, section, sites, this.clock.now());
    this.db.afterCommit(ctx, () => this.tell(marked));
  }

  private tell(marked: readonly SiteId[]): void {
    for (const id of marked) this.hints.addWork(id);
    this.ahead.changed(marked);
  }

  /** Another router serves this site: nothing is known of what it holds. */
  async adopted(ctx: RequestContext, siteId: SiteId): Promise<void> {
    const names = this.sections.all.map(({ name }) => name);
    if (names.length) await this.repository.markAnew(ctx, siteId, names, this.clock.now());
  }

  /** The same router introduced itself again, maybe after a reset: its items are looked at. */
  async seenAgain(ctx: RequestContext, siteId: SiteId): Promise<void> {
    await this.repository.lookAgain(ctx, siteId, this.clock.now());
  }

  /** A section may render differently for another RouterOS version; where it does not, nothing is sent. */
  @TaskOn(SiteFactsChanged, { name: 'fleet.mark-changed-site', lane: 'routers' })
  async factsChanged(ctx: RequestContext, { siteId }: Plain<SiteFactsChanged>): Promise<void> {
    await this.db.transaction(ctx, async (ctx) => {
      await this.repository.remark(ctx, siteId, this.clock.now());
      this.db.afterCommit(ctx, () => this.hints.addWork(siteId));
    });
  }
}
