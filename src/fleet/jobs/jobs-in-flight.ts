import { Injectable } from '@nestjs/common';
import type { JobId } from '../../platform/context/index.js';
import type { ReadSection } from '../sections/sections.repository.js';
import type { Job } from './job.entity.js';

/** Of a job: what a report may change, and what has to be known for it. */
export type JobOnItsWay = Pick<
  Job,
  | ('id' | 'teamId' | 'siteId' | 'kind' | 'origin' | 'description' | 'script' | 'shouldBackup' | 'associatedBackup')
  | ('state' | 'deliveries' | 'sentAt' | 'startedAt' | 'completedAt' | 'failedAt' | 'failureReason')
>;

/** A job, and the section that waits for it if there is one, without a lock. */
export interface ReportedJob {
  readonly job: JobOnItsWay;
  /** Which state of the job's row that was. */
  readonly asRead: string;
  readonly section: ReadSection | null;
}

/** Most jobs that are kept, a kilobyte each: those of routers that never report make room for newer ones. */
const MOST = 5000;

/**
 * Jobs that routers have, as this process wrote them last: their reports, a few seconds later, need not read them again. They may have
 * changed since, so whoever writes says which state of the rows was meant, and reads them when that is not the state they are in.
 */
@Injectable()
export class JobsInFlight {
  /** The oldest first. */
  private readonly kept = new Map<JobId, ReportedJob>();

  keep(reported: ReportedJob): void {
    this.kept.set(reported.job.id, reported);
    if (this.kept.size > MOST) this.kept.delete(this.kept.keys().next().value!);
  }

  /** What was kept of a job; it is the caller's from here on. */
  take(id: JobId): ReportedJob | undefined {
    const reported = this.kept.get(id);
    this.kept.delete(id);
    return reported;
  }
}

/** A job that was handed out just now. */
export function sentNow(
  job: Pick<Job, 'id' | 'teamId' | 'siteId' | 'kind' | 'origin' | 'description' | 'script' | 'deliveries'>,
  at: Date,
): JobOnItsWay {
  return {
    ...job,
    ...{ shouldBackup: false, associatedBackup: null, state: 'sent', sentAt: at },
    ...{ startedAt: null, completedAt: null, failedAt: null, failureReason: null },
  };
}
