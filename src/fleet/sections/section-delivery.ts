import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { type JobId, newId, RequestContext } from '../../platform/context/index.js';
import { SignedUrls } from '../../platform/crypto/index.js';
import { Database, sqlState } from '../../platform/database/index.js';
import { EventBus } from '../../platform/events/index.js';
import { Logger } from '../../platform/telemetry/logger.js';
import {
  type KeyedWish,
  planPush,
  type PushInput,
  renderAbort,
  renderClear,
  renderConfirm,
  renderInventory,
} from '../../routeros/sections/index.js';
import type { Script } from '../../routeros/script/index.js';
import { SectionFailed } from '../events.js';
import { type LogEntry, sectionRun } from '../log/log-entry.js';
import { OrchestrationLog } from '../log/orchestration-log.js';
import type { DeviceIdentity } from '../poll/device-tokens.js';
import { ManagementPath } from '../ports/management-path.js';
import { RouterLinks } from '../router-links.js';
import { footprintOf, type SectionDefinition, Sections, type SectionSite } from './section-definition.js';
import { KeptRecently } from './kept-recently.js';
import { failed, inForce, type SectionPhase, trialEnd } from './section-state.js';
import { SectionWishes } from './section-wishes.js';
import { SectionsRepository } from './sections.repository.js';
import type { SiteSection } from './site-section.entity.js';

/** A script that goes to the router as a job of a section. */
export interface SectionJob {
  readonly id: JobId;
  readonly title: string;
  readonly payload: string;
  /** Its line in the orchestration log; null for one that changes nothing on the router. */
  readonly step: Pick<LogEntry, 'type' | 'run' | 'message' | 'context'> | null;
}

/** Pushes kept in memory, some hundred kilobytes each at the most. */
const PUSHES_KEPT = 20;
const BUSY: ReadonlySet<SectionPhase> = new Set(['pushing', 'trial', 'confirming', 'aborting']);

/**
 * What a router that polls gets of its sections: the next part of a push, the confirmation of a trial, or a look at its
 * items. One push at a time, by rank; wishes are asked for then and there, so that the newest one goes.
 */
@Injectable()
export class SectionDelivery {
  private readonly scripts = new KeptRecently<readonly string[]>(PUSHES_KEPT);

  constructor(
    private readonly sections: Sections,
    private readonly repository: SectionsRepository,
    private readonly wishes: SectionWishes,
    private readonly path: ManagementPath,
    private readonly log: OrchestrationLog,
    private readonly links: RouterLinks,
    private readonly urls: SignedUrls,
    private readonly db: Database,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /**
   * In the transaction of the router's turn, with no job in flight to it. Undefined when nothing is to be sent now.
   * @param version RouterOS version of the router
   */
  async next(ctx: RequestContext, { siteId, teamId }: DeviceIdentity, version: string): Promise<SectionJob | undefined> {
    const rows = await this.repository.lockAll(ctx, siteId);
    const now = this.clock.now();
    const open = rows.find((row) => BUSY.has(row.phase));
    const due = rows.filter((row) => row.dueAt !== null && row.dueAt <= now && (!open || row === open));
    for (const row of due.sort((a, b) => this.rank(a) - this.rank(b))) {
      const definition = this.sections.get(row.section);
      if (!definition) continue; // of a module that this version does not have
      const job = await this.step(ctx, definition, row, { id: siteId, teamId, version });
      await this.repository.save(ctx, row);
      if (job) return job;
    }
    return undefined;
  }

  /** Scripts that take everything of every section off a router, in the reverse of the order in which they came. */
  clearing(): Script[] {
    return this.sections.all.reverse().map((definition) => renderClear(footprintOf(definition), definition.settings));
  }

  private rank(row: SiteSection): number {
    // A look at what is there waits for everything that changes it.
    const later = row.phase === 'idle' && row.wanted === row.applied ? 1_000_000 : 0;
    return later + (this.sections.get(row.section)?.rank ?? 0);
  }

  private async step(
    ctx: RequestContext,
    definition: SectionDefinition,
    row: SiteSection,
    site: SectionSite,
  ): Promise<SectionJob | undefined> {
    switch (row.phase) {
      case 'trial':
        return this.judge(ctx, definition, row);
      case 'pushing':
      case 'idle':
        if (row.phase === 'pushing' || row.wanted > row.applied) return this.push(ctx, definition, row, site);
        return this.look(ctx, definition, row);
      default: // its job was lost with the process that made it
        Object.assign(row, failed(row, this.clock.now(), 'The job of this section is gone.'));
        return undefined;
    }
  }

  /** The next part of the newest wish; a wish that changed while parts of an older one travelled begins anew. */
  private async push(
    ctx: RequestContext,
    definition: SectionDefinition,
    row: SiteSection,
    site: SectionSite,
  ): Promise<SectionJob | undefined> {
    const now = this.clock.now();
    row.version = site.version;
    try {
      const { had, shall, wish } = await this.wishes.standing(ctx, definition, site, row);
      if (shall.hash === row.appliedHash) {
        Object.assign(row, inForce({ ...row, sent: row.wanted, sentHash: row.appliedHash }, now));
        if (isEmpty(shall)) row.dueAt = null;
        await this.log.write(ctx, [unchanged(row, definition.title)]);
        return undefined;
      }
      const goesOn = row.phase === 'pushing' && shall.hash === row.sentHash;
      const part = goesOn ? row.part : 0;
      const generation = goesOn ? row.sent : row.wanted;
      const trial = definition.cuts(had, shall);
      const input = { version: site.version, footprint: footprintOf(definition), above: this.sections.above(definition), had, shall };
      const scripts = await this.rendered({ ...input, salt: row.salt, generation, trial });
      const path = part === 0 ? this.path.known(row.siteId) : row.pathBefore;
      Object.assign(row, { phase: 'pushing', part, parts: scripts.length, trial, sent: generation, sentHash: shall.hash, sentAt: now });
      Object.assign(row, { pathBefore: path, pathAfter: null });
      await this.repository.store(ctx, wish, row.salt, shall.hash, now);
      return this.job(row, definition, scripts[part]!);
    } catch (err) {
      if (sqlState(err) !== '') throw err; // the transaction is void; the next poll tries again
      // One section that cannot be rendered must not keep the others, nor jobs, from its router.
      this.logger.error({ err, siteId: row.siteId, section: row.section }, 'a section could not be rendered');
      Object.assign(row, failed(row, now, `This section could not be rendered: ${err instanceof Error ? err.message : 'unknown error'}`));
      await this.events.publish(ctx, new SectionFailed(row.teamId, row.siteId, row.section, row.lastError!, row.wanted));
      return undefined;
    }
  }

  /** The router came back after the push: keep it, unless the management path that was open is not any more. */
  private async judge(ctx: RequestContext, definition: SectionDefinition, row: SiteSection): Promise<SectionJob | undefined> {
    const now = this.clock.now();
    if (row.pathBefore === 'open' && row.pathAfter === null && now < trialEnd(row.sentAt!)) {
      row.dueAt = trialEnd(row.sentAt!); // the probe makes it due before
      return undefined;
    }
    const cut = row.pathBefore === 'open' && row.pathAfter === 'closed';
    if (cut) {
      row.phase = 'aborting';
      row.lastError = 'After this change the router could not be reached through its management path; the change was undone.';
      return this.job(row, definition, renderAbort());
    }
    // With the first look at it, which would cost another poll.
    row.phase = 'confirming';
    row.fingerprint = null;
    const wish = await this.repository.load(ctx, row.sentHash);
    const id = newId<JobId>();
    const look = wish && !isEmpty(wish) ? this.inventory(definition, wish, id) : undefined;
    return this.job(row, definition, renderConfirm(row.section, row.sent, look), id);
  }

  private async look(ctx: RequestContext, definition: SectionDefinition, row: SiteSection): Promise<SectionJob | undefined> {
    const wish = await this.repository.load(ctx, row.appliedHash);
    if (!wish || isEmpty(wish)) {
      row.dueAt = null;
      return undefined;
    }
    row.phase = 'checking';
    const id = newId<JobId>();
    return this.job(row, definition, this.inventory(definition, wish, id), id);
  }

  private inventory(definition: SectionDefinition, wish: KeyedWish, id: JobId): Script {
    const reportUrl = this.urls.sign(`/job/${id}/inventory`, {});
    return renderInventory({ link: this.links.link, footprint: footprintOf(definition), wish, reportUrl });
  }

  /** Sites that change together get the same scripts, but for the job around them. */
  private rendered(input: PushInput): Promise<readonly string[]> {
    const { had, shall, footprint, ...rest } = input;
    const key = JSON.stringify([footprint.section, rest, had?.hash ?? null, shall.hash]);
    return this.scripts.get(key, () => planPush(input).map(String));
  }

  private job(row: SiteSection, definition: SectionDefinition, script: Script | string, id = newId<JobId>()): SectionJob {
    row.jobId = id;
    row.dueAt = null;
    return { id, title: `${definition.title}: ${row.phase}`, payload: script.toString(), step: stepOf(row, definition.title) };
  }
}

/** A wish that asks for nothing but what the router has. */
const unchanged = ({ teamId, siteId, section, wanted: generation }: SiteSection, title: string): LogEntry => ({
  ...{
    teamId,
    siteId,
    type: 'section.unchanged',
    status: 'Completed',
    message: `${title}: the router has it so already; nothing was sent.`,
  },
  ...{ run: sectionRun(section, generation), context: { section, generation } },
});

/** What a job of this section means in the orchestration log; a look at the router's items means nothing yet. */
function stepOf({ phase, section, sent, part, parts, trial, lastError, wantedAt }: SiteSection, title: string): SectionJob['step'] {
  const run = sectionRun(section, sent);
  const context = { section, generation: sent, part: part + 1, parts, wanted_at: wantedAt.toISOString() };
  const of = parts > 1 ? `, part ${part + 1} of ${parts}` : '';
  switch (phase) {
    case 'pushing':
      return { type: 'section.pushed', run, message: `${title} sent to the router${of}${trial ? ', on trial' : ''}.`, context };
    case 'confirming':
      return { type: 'section.confirmed', run, message: `${title}: the router came back, and was told to keep the change.`, context };
    case 'aborting':
      return { type: 'section.undone', run, message: `${title}: the router was told to undo the change. ${lastError ?? ''}`, context };
    default:
      return null;
  }
}

const isEmpty = ({ items, settings }: KeyedWish): boolean => items.length + settings.length === 0;
