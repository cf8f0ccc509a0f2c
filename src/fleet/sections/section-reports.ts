import { Injectable } from '@nestjs/common';
import { Settings } from '../../config/index.js';
import { Clock } from '../../platform/clock/clock.js';
import { type JobId, RequestContext, type SiteId } from '../../platform/context/index.js';
import { Database } from '../../platform/database/index.js';
import { EventBus } from '../../platform/events/index.js';
import { defineTask, Every, Handles, Tasks } from '../../platform/tasks/index.js';
import { SectionApplied, SectionDrifted, SectionFailed } from '../events.js';
import { WorkHints } from '../poll/work-hints.js';
import { ManagementPath } from '../ports/management-path.js';
import { afterJob, type SectionOutcome, trialEnd } from './section-state.js';
import { SectionsAhead } from './sections-ahead.js';
import { SectionsRepository } from './sections.repository.js';

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
    private readonly path: ManagementPath,
    private readonly hints: WorkHints,
    private readonly ahead: SectionsAhead,
    private readonly tasks: Tasks,
    private readonly db: Database,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /** The end of a section's job, in the transaction that notes it. A job that the section no longer waits for changes nothing. */
  async take(ctx: RequestContext, jobId: JobId, outcome: SectionOutcome, reason: string): Promise<void> {
    const row = await this.repository.lockByJob(ctx, jobId);
    if (!row) return;
    const { phase, applied, siteId, teamId, section } = row;
    const now = this.clock.now();
    Object.assign(row, afterJob(row, outcome, now, reason, this.settings.SECTION_CHECK_MINUTES * 60), { jobId: null });
    if (row.applied > applied || (phase === 'confirming' && outcome === 'done')) {
      row.appliedAt = now;
      await this.events.publish(ctx, new SectionApplied(teamId, siteId, section, row.applied));
    } else if (phase !== 'checking' && row.phase === 'idle') {
      await this.events.publish(ctx, new SectionFailed(teamId, siteId, section, row.lastError ?? reason, row.sent));
    }
    if (row.phase === 'trial' && row.pathBefore === 'open') {
      row.dueAt = trialEnd(now); // should nobody come back with the answer
      await this.tasks.add(ctx.forTeam(teamId), probePath, { siteId, section, sent: row.sent });
    }
    await this.repository.save(ctx, row);
    if (row.dueAt && row.dueAt <= now) {
      const trial = row.phase === 'trial';
      this.db.afterCommit(ctx, () => {
        if (trial) this.hints.addUrgentWork(siteId);
        else this.hints.addWork(siteId);
        this.ahead.wantUrgently(siteId);
      });
    }
  }

  /**
   * The fingerprint that a router took of a section. The first after a push, which comes with its confirmation, is how it shall
   * stay; another one means drift.
   */
  async inventory(jobId: JobId, fingerprint: string): Promise<void> {
    await this.db.transaction(RequestContext.system('section-inventory'), async (ctx) => {
      const row = await this.repository.lockByJob(ctx, jobId);
      if (row?.phase !== 'checking' && row?.phase !== 'confirming') return;
      const now = this.clock.now();
      const drifted = row.fingerprint !== null && row.fingerprint !== fingerprint;
      Object.assign(row, { checkedAt: now, fingerprint: drifted ? null : fingerprint });
      if (drifted) {
        Object.assign(row, { driftedAt: now, wanted: row.wanted + 1, salt: row.salt + 1, appliedHash: null });
        await this.events.publish(ctx, new SectionDrifted(row.teamId, row.siteId, row.section, row.wanted));
      }
      await this.repository.save(ctx, row);
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
