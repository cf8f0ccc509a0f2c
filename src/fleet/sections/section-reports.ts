import { Injectable } from '@nestjs/common';
import { Settings } from '../../config/index.js';
import { Clock } from '../../platform/clock/clock.js';
import { type JobId, RequestContext, type SiteId } from '../../platform/context/index.js';
import { Database } from '../../platform/database/index.js';
import { EventBus } from '../../platform/events/index.js';
import { defineTask, Every, Handles, Tasks } from '../../platform/tasks/index.js';
import { SectionApplied, SectionDrifted, SectionFailed } from '../events.js';
import { JobsInFlight } from '../jobs/jobs-in-flight.js';
import type { LogEntry } from '../log/log-entry.js';
import { WorkHints } from '../poll/work-hints.js';
import { ManagementPath } from '../ports/management-path.js';
import { afterJob, type SectionOutcome, trialEnd } from './section-state.js';
import { SectionsAhead } from './sections-ahead.js';
import { appliedStep } from './section-steps.js';
import { type ReadSection, SectionsRepository } from './sections.repository.js';

/** A section after the end of its job, and what is to be told of it. */
export interface SectionEnd {
  readonly row: ReadSection;
  readonly event?: SectionApplied | SectionFailed;
  /** What the statement that writes the row adds to the log. */
  readonly steps: readonly LogEntry[];
  /** Somebody has to look whether the router is still in reach. */
  readonly probes: boolean;
}

interface Probe {
  readonly siteId: SiteId;
  readonly section: string;
  readonly sent: number;
}

const probePath = defineTask<Probe>({ name: 'fleet.probe-management-path', lane: 'checks', maxAttempts: 3 });
const dropContents = defineTask<null>({ name: 'fleet.drop-section-contents', lane: 'slow' });

/** What routers say of pushed sections: the one place where a section comes into force. */
@Injectable()
export class SectionReports {
  constructor(
    private readonly repository: SectionsRepository,
    private readonly inFlight: JobsInFlight,
    private readonly path: ManagementPath,
    private readonly hints: WorkHints,
    private readonly ahead: SectionsAhead,
    private readonly tasks: Tasks,
    private readonly db: Database,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /** What the end of its job means for a section; written by who reads it, and then followed. */
  ended(read: ReadSection, outcome: SectionOutcome, reason: string): SectionEnd {
    const { phase, applied, siteId, teamId, section } = read;
    const now = this.clock.now();
    const row = { ...read, ...afterJob(read, outcome, now, reason, this.settings.SECTION_CHECK_MINUTES * 60), jobId: null };
    const probes = row.phase === 'trial' && row.pathBefore === 'open';
    if (probes) row.dueAt = trialEnd(now); // should nobody come back with the answer
    if (row.applied > applied || (phase === 'confirming' && outcome === 'done')) {
      row.appliedAt = now;
      const event = new SectionApplied(teamId, siteId, section, row.applied);
      return { row, event, steps: [appliedStep(event)], probes };
    }
    if (phase === 'checking' || row.phase !== 'idle') return { row, steps: [], probes };
    return { row, event: new SectionFailed(teamId, siteId, section, row.lastError ?? reason, row.sent), steps: [], probes };
  }

  /** Whether somebody has to hear of it, or to act on it, in the transaction that writes it. */
  isHeardInside({ event, probes }: SectionEnd): boolean {
    return probes || (event !== undefined && this.events.isHeardInside(event));
  }

  /** Tells of an end that is written. */
  async follow(ctx: RequestContext, { row, event, probes }: SectionEnd): Promise<void> {
    const { siteId, teamId, section, sent, phase, dueAt } = row;
    if (event) await this.events.publish(ctx, event);
    if (probes) await this.tasks.add(ctx.forTeam(teamId), probePath, { siteId, section, sent });
    if (!dueAt || dueAt > this.clock.now()) return;
    this.db.afterCommit(ctx, () => {
      if (phase === 'trial') this.hints.addUrgentWork(siteId);
      else this.hints.addWork(siteId);
      this.ahead.wantUrgently(siteId);
    });
  }

  /**
   * The fingerprint that a router took of a section. The first after a push, which comes with its confirmation, is how it shall
   * stay; another one means drift. A job that the section no longer waits for changes nothing.
   */
  async inventory(jobId: JobId, fingerprint: string): Promise<void> {
    const ctx = RequestContext.system('section-inventory');
    for (let kept = this.inFlight.take(jobId); ; kept = undefined) {
      const read = kept?.section ?? (await this.repository.readByJob(ctx, jobId));
      if (read?.phase !== 'checking' && read?.phase !== 'confirming') return;
      const now = this.clock.now();
      const drifted = read.fingerprint !== null && read.fingerprint !== fingerprint;
      const taken = { ...read, checkedAt: now, fingerprint: drifted ? null : fingerprint };
      if (drifted && (await this.drifted(ctx, taken, now))) return;
      const asRead = drifted ? undefined : await this.repository.saveAsRead(ctx, taken);
      if (asRead === undefined) continue;
      if (kept) this.inFlight.keep({ ...kept, section: { ...taken, asRead } });
      return;
    }
  }

  /** Everything is written anew. False, and nothing is written, when the section has changed since it was read. */
  private drifted(ctx: RequestContext, read: ReadSection, now: Date): Promise<boolean> {
    const { teamId, siteId, section } = read;
    const row = { ...read, driftedAt: now, wanted: read.wanted + 1, salt: read.salt + 1, appliedHash: null };
    return this.db.transaction(ctx, async (ctx) => {
      const saved = (await this.repository.saveAsRead(ctx, row)) !== undefined;
      if (saved) await this.events.publish(ctx, new SectionDrifted(teamId, siteId, section, row.wanted));
      return saved;
    });
  }

  @Handles(probePath)
  async probe(ctx: RequestContext, { siteId, section, sent }: Probe): Promise<void> {
    const state = await this.path.probe(ctx, siteId);
    await this.db.transaction(RequestContext.system('probe-management-path'), async (ctx) => {
      const row = await this.repository.lockOne(ctx, siteId, section);
      if (row?.phase !== 'trial' || row.sent !== sent) return;
      Object.assign(row, { pathAfter: state, dueAt: this.clock.now() });
      await this.repository.save(ctx, row);
      this.db.afterCommit(ctx, () => {
        this.hints.addUrgentWork(siteId);
        this.ahead.wantUrgently(siteId);
      });
    });
  }

  @Every(3600)
  @Handles(dropContents)
  async drop(ctx: RequestContext): Promise<void> {
    await this.repository.removeUnused(ctx, new Date(this.clock.millis() - 3_600_000));
  }
}
