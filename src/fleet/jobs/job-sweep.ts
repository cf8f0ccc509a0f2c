import { Injectable } from '@nestjs/common';
import { Settings } from '../../config/index.js';
import { Clock } from '../../platform/clock/clock.js';
import type { RequestContext } from '../../platform/context/index.js';
import { defineTask, Every, Handles } from '../../platform/tasks/index.js';
import { TRIAL_SECONDS } from '../../routeros/sections/index.js';
import { JobService } from './job.service.js';
import { JobsAcrossTeams, type OverdueJob } from './jobs.repository.js';

const MOST_DELIVERIES = 3;
/** A push that reported nothing for so long was undone by its router, which then polled again. */
const SECTION_SECONDS = TRIAL_SECONDS + 60;
const SECTION_KEEP_SECONDS = 86_400;
const BATCH = 500;
const sweepJobs = defineTask<null>({ name: 'fleet.sweep-jobs', lane: 'checks' });

/** Looks after jobs whose router fell silent: sent again when it never began, failed when it never finished. */
@Injectable()
export class JobSweep {
  constructor(
    private readonly jobs: JobsAcrossTeams,
    private readonly service: JobService,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  @Every(10)
  @Handles(sweepJobs)
  async sweep(ctx: RequestContext): Promise<void> {
    const { JOB_REDELIVER_SECONDS: begin, JOB_TIMEOUT_SECONDS: finish } = this.settings;
    const before = (seconds: number): Date => new Date(this.clock.millis() - seconds * 1000);
    const overdue = { sent: before(begin), begun: before(finish), section: before(SECTION_SECONDS) };
    for (const job of await this.jobs.overdue(ctx, overdue, BATCH)) await this.judge(job);
    await this.jobs.removeFinishedSections(ctx, before(SECTION_KEEP_SECONDS), BATCH);
  }

  private async judge({ id, kind, state, deliveries }: OverdueJob): Promise<void> {
    if (kind === 'section') {
      await this.service.signal(
        id,
        'time-out',
        'The router took this change and did not report its end; it undoes what it does not hear of again.',
      );
    } else if (state === 'busy') {
      await this.service.signal(
        id,
        'time-out',
        `The router began this job and did not report its end within ${this.settings.JOB_TIMEOUT_SECONDS} s: it may have lost power or its connection, or the script hangs.`,
      );
    } else if (deliveries < MOST_DELIVERIES) {
      await this.service.signal(id, 'redeliver');
    } else {
      await this.service.signal(id, 'time-out', `The router took this job ${MOST_DELIVERIES} times and never began it.`);
    }
  }
}
