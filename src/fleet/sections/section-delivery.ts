import { Injectable } from '@nestjs/common';
import { Settings } from '../../config/index.js';
import { Clock } from '../../platform/clock/clock.js';
import { type JobId, newId, RequestContext, type SiteId } from '../../platform/context/index.js';
import { SignedUrls } from '../../platform/crypto/index.js';
import { Database, sqlState } from '../../platform/database/index.js';
import { isConnectionLoss } from '../../platform/errors/index.js';
import { EventBus } from '../../platform/events/index.js';
import { Logger } from '../../platform/telemetry/logger.js';
import {
  type KeyedWish,
  planPush,
  type PushInput,
  type Wish,
  renderAbort,
  renderClear,
  renderConfirm,
  renderInventory,
} from '../../routeros/sections/index.js';
import { blank, type Script, ScriptForm } from '../../routeros/script/index.js';
import { SectionFailed } from '../events.js';
import { type LogEntry, sectionRun } from '../log/log-entry.js';
import { OrchestrationLog } from '../log/orchestration-log.js';
import { JobsInFlight, sentNow } from '../jobs/jobs-in-flight.js';
import type { DeviceIdentity } from '../poll/device-tokens.js';
import { ManagementPath } from '../ports/management-path.js';
import { RouterLinks } from '../router-links.js';
import { footprintOf, type SectionDefinition, Sections, type SectionSite } from './section-definition.js';
import { KeptRecently } from './kept-recently.js';
import { failed, inForce, type SectionPhase, trialEnd } from './section-state.js';
import { SectionWishes } from './section-wishes.js';
import type { SectionJob } from './section-job.js';
import { type ReadSection, SectionsRepository, type SiteAsRead } from './sections.repository.js';
import type { SiteSection } from './site-section.entity.js';

/** What a section does at a turn of its router, before anything of it is written; the row is changed already. */
interface Step {
  readonly job?: SectionJob;
  /** What the job brings. */
  readonly content?: { readonly wish: Wish; readonly hash: string };
  /** Without a job: a line for the log, or the failure that the row notes. */
  readonly entry?: LogEntry;
  readonly failure?: SectionFailed;
}

/** A job for a router that has not asked for it yet. It holds for the section as it was read. */
export interface MadeJob extends Pick<Step, 'content'> {
  readonly device: DeviceIdentity;
  /** RouterOS version of the router. */
  readonly version: string;
  readonly row: ReadSection;
  readonly job: SectionJob;
}

/** How often a turn begins anew because a section changed while it was looked at. */
const TRIES = 3;
/** Pushes and looks kept in memory, some hundred kilobytes each at the most. */
const PUSHES_KEPT = 20;
const REPORT_URL = 'reportUrl';
const BUSY: ReadonlySet<SectionPhase> = new Set(['pushing', 'trial', 'confirming', 'aborting']);

/**
 * What a router that polls gets of its sections: the next part of a push, the confirmation of a trial, or a look at its
 * items. One push at a time, by rank; wishes are asked for then and there, so that the newest one goes.
 */
@Injectable()
export class SectionDelivery {
  private readonly scripts = new KeptRecently<readonly string[]>(PUSHES_KEPT);
  private readonly looks = new KeptRecently<ScriptForm>(PUSHES_KEPT);

  constructor(
    private readonly sections: Sections,
    private readonly repository: SectionsRepository,
    private readonly inFlight: JobsInFlight,
    private readonly wishes: SectionWishes,
    private readonly path: ManagementPath,
    private readonly log: OrchestrationLog,
    private readonly links: RouterLinks,
    private readonly urls: SignedUrls,
    private readonly db: Database,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly settings: Settings,
    private readonly logger: Logger,
  ) {}

  /**
   * The job that a router gets now, in flight from here on; undefined when nothing is to be sent. Nothing is locked while it is made:
   * what is written holds only for sections as they were read, and what changed meanwhile is looked at again.
   * @param version RouterOS version of the router
   * @throws a unique violation when a job is in flight
   */
  async next(ctx: RequestContext, device: DeviceIdentity, version: string): Promise<SectionJob | undefined> {
    for (let tries = 0; tries < TRIES; tries++) {
      const made = await this.make(ctx, { device, version, rows: await this.repository.read(ctx, device.siteId) });
      if (!made) return undefined;
      if (made !== 'changed' && (await this.handOut(ctx, made))) return made.job;
    }
    return undefined;
  }

  /** Jobs for those of these sites to which nothing else goes first, as they are now. They are in flight once they are handed out. */
  async ahead(ctx: RequestContext, sites: readonly SiteId[]): Promise<MadeJob[]> {
    const made: MadeJob[] = [];
    for (const site of await this.repository.readFree(ctx, sites)) {
      const next = await this.make(ctx.forTeam(site.device.teamId), site);
      if (next && next !== 'changed') made.push(next);
    }
    return made;
  }

  /**
   * Sends a job on its way; false, and nothing is written, when its section has changed since it was read, or its site.
   * @throws a unique violation when a job is in flight
   */
  async handOut(ctx: RequestContext, { device, row, job, content }: MadeJob): Promise<boolean> {
    const now = this.clock.now();
    if (row.phase === 'pushing') {
      Object.assign(row, { sentAt: now, pathAfter: null });
      if (row.part === 0) row.pathBefore = this.path.known(row.siteId);
    }
    const asRead = await this.repository.send(ctx, row, { job, generation: device.generation, now, ...(content && { content }) });
    if (asRead === undefined) return false;
    const { teamId, siteId } = row;
    const sent = sentNow(
      { id: job.id, teamId, siteId, kind: 'section', origin: null, description: job.title, script: '', deliveries: 1 },
      now,
    );
    this.inFlight.keep({ job: sent, asRead, section: { ...row, asRead } });
    return true;
  }

  private async make(ctx: RequestContext, { device, version, rows }: SiteAsRead): Promise<MadeJob | undefined | 'changed'> {
    const now = this.clock.now();
    const open = rows.find((row) => BUSY.has(row.phase));
    const due = rows.filter((row) => row.dueAt !== null && row.dueAt <= now && (!open || row === open));
    for (const row of due.sort((a, b) => this.rank(a) - this.rank(b))) {
      const definition = this.sections.get(row.section);
      if (!definition) continue; // of a module that this version does not have
      const step = await this.step(ctx, definition, row, { id: device.siteId, teamId: device.teamId, version });
      const { job, content } = step;
      if (job) return { device, version, row, job, ...(content && { content }) };
      if (!(await this.note(ctx, row, step))) return 'changed';
    }
    return undefined;
  }

  /** Writes a step that sends nothing. */
  private note(ctx: RequestContext, row: ReadSection, { entry, failure }: Step): Promise<boolean> {
    return this.db.transaction(ctx, async (ctx) => {
      if ((await this.repository.saveAsRead(ctx, row)) === undefined) return false;
      if (entry) await this.log.write(ctx, [entry]);
      if (failure) await this.events.publish(ctx, failure);
      return true;
    });
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

  private async step(ctx: RequestContext, definition: SectionDefinition, row: SiteSection, site: SectionSite): Promise<Step> {
    switch (row.phase) {
      case 'trial':
        return this.judge(ctx, definition, row);
      case 'pushing':
      case 'idle':
        if (row.phase === 'pushing' || row.wanted > row.applied) return this.push(ctx, definition, row, site);
        return this.look(ctx, definition, row);
      default: // its job was lost with the process that made it
        Object.assign(row, failed(row, this.clock.now(), 'The job of this section is gone.'));
        return {};
    }
  }

  /** The next part of the newest wish; a wish that changed while parts of an older one travelled begins anew. */
  private async push(ctx: RequestContext, definition: SectionDefinition, row: SiteSection, site: SectionSite): Promise<Step> {
    const now = this.clock.now();
    row.version = site.version;
    try {
      const { had, shall, wish } = await this.wishes.standing(ctx, definition, site, row);
      if (shall.hash === row.appliedHash) {
        Object.assign(row, inForce({ ...row, sent: row.wanted, sentHash: row.appliedHash }, now));
        row.dueAt = isEmpty(shall) ? null : this.nextLook(row, now);
        return { entry: unchanged(row, definition.title) };
      }
      const goesOn = row.phase === 'pushing' && shall.hash === row.sentHash;
      const part = goesOn ? row.part : 0;
      const generation = goesOn ? row.sent : row.wanted;
      const trial = definition.cuts(had, shall);
      const input = { version: site.version, footprint: footprintOf(definition), above: this.sections.above(definition), had, shall };
      const scripts = await this.rendered({ ...input, salt: row.salt, generation, trial });
      Object.assign(row, { phase: 'pushing', part, parts: scripts.length, trial, sent: generation, sentHash: shall.hash });
      return { job: this.job(row, definition, scripts[part]!), content: { wish, hash: shall.hash } };
    } catch (err) {
      if (sqlState(err) !== '' || isConnectionLoss(err)) throw err; // of the database, not of the section; the next poll tries again
      // One section that cannot be rendered must not keep the others, nor jobs, from its router.
      this.logger.error({ err, siteId: row.siteId, section: row.section }, 'a section could not be rendered');
      Object.assign(row, failed(row, now, `This section could not be rendered: ${err instanceof Error ? err.message : 'unknown error'}`));
      return { failure: new SectionFailed(row.teamId, row.siteId, row.section, row.lastError!, row.wanted) };
    }
  }

  /** Nothing was sent, so what the router said of its items holds until they are due to be looked at again. */
  private nextLook({ fingerprint, checkedAt }: SiteSection, now: Date): Date {
    if (fingerprint === null || checkedAt === null) return now;
    return new Date(Math.max(now.getTime(), checkedAt.getTime() + this.settings.SECTION_CHECK_MINUTES * 60_000));
  }

  /** The router came back after the push: keep it, unless the management path that was open is not any more. */
  private async judge(ctx: RequestContext, definition: SectionDefinition, row: SiteSection): Promise<Step> {
    const now = this.clock.now();
    if (row.pathBefore === 'open' && row.pathAfter === null && now < trialEnd(row.sentAt!)) {
      row.dueAt = trialEnd(row.sentAt!); // the probe makes it due before
      return {};
    }
    const cut = row.pathBefore === 'open' && row.pathAfter === 'closed';
    if (cut) {
      row.phase = 'aborting';
      row.lastError = 'After this change the router could not be reached through its management path; the change was undone.';
      return { job: this.job(row, definition, renderAbort()) };
    }
    // With the first look at it, which would cost another poll.
    row.phase = 'confirming';
    row.fingerprint = null;
    const wish = await this.repository.load(ctx, row.sentHash);
    const { section, sent } = row;
    if (!wish || isEmpty(wish)) return { job: this.job(row, definition, renderConfirm(section, sent)) };
    return this.lookedAt(row, definition, ['confirm', section, sent, wish.hash], () =>
      renderConfirm(section, sent, this.inventory(definition, wish)),
    );
  }

  private async look(ctx: RequestContext, definition: SectionDefinition, row: SiteSection): Promise<Step> {
    const wish = await this.repository.load(ctx, row.appliedHash);
    if (!wish || isEmpty(wish)) {
      row.dueAt = null;
      return {};
    }
    row.phase = 'checking';
    return this.lookedAt(row, definition, ['look', row.section, wish.hash], () => this.inventory(definition, wish));
  }

  private inventory(definition: SectionDefinition, wish: KeyedWish): Script {
    return renderInventory({ link: this.links.link, footprint: footprintOf(definition), wish, reportUrl: blank(REPORT_URL) });
  }

  /** A job that reports what the router has: for many sites the same but for where it is reported. */
  private async lookedAt(row: SiteSection, definition: SectionDefinition, key: readonly unknown[], make: () => Script): Promise<Step> {
    const id = newId<JobId>();
    const form = await this.looks.get(JSON.stringify(key), () => new ScriptForm(make()));
    return { job: this.job(row, definition, form.fill({ [REPORT_URL]: this.urls.sign(`/job/${id}/inventory`, {}) }), id) };
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
