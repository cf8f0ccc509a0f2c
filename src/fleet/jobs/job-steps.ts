import type { JobId } from '../../platform/context/index.js';
import { jobRun, type LogEntry, type LogStatus } from '../log/log-entry.js';
import type { Job } from './job.entity.js';
import type { JobOnItsWay } from './jobs-in-flight.js';
import type { JobSignal } from './job-state.js';

/** What a job's step in the orchestration log says of the job. The script may hold secrets and stays out. */
export const jobContext = (id: JobId, description: string): Readonly<Record<string, unknown>> => ({ job_id: id, description });

/** The sentence of a delivery; its step is written by the statement that claims the job. */
export const DELIVERED = 'The router downloaded the script.';
export const DELIVERED_UNACKNOWLEDGED = 'The router downloaded the script; it was asked for no acknowledgement.';

/**
 * The steps that an event in the life of a job adds to the orchestration log. None for a section's job: the section tells.
 * @param job as it is after the event
 */
export function stepsOf(job: JobOnItsWay & Partial<Pick<Job, 'expressExecute'>>, event: JobSignal | 'create' | 'cancel'): LogEntry[] {
  if (job.kind === 'section') return [];
  const step = (type: string, status: LogStatus, message: string): LogEntry => ({
    ...{ teamId: job.teamId, siteId: job.siteId, type, status, message },
    ...{ jobId: job.id, run: jobRun(job.id), context: jobContext(job.id, job.description) },
  });
  switch (event) {
    case 'create': {
      const created = step('job.created', 'Pending', `Job created: ${job.description}`);
      return job.expressExecute
        ? [created, step('job.express', 'Pending', 'Express execution requested: the router is asked to poll now.')]
        : [created];
    }
    case 'cancel':
      return [step('job.cancelled', 'Completed', 'Cancelled before any router had it.')];
    case 'busy':
      return [step('job.busy', 'Pending', 'The router began the script.')];
    case 'done':
      return [step('job.done', 'Completed', 'The router reported that the script ran to its end.')];
    case 'fail':
      return [step('job.failed', 'Failed', `The script failed: ${job.failureReason ?? ''}`)];
    case 'time-out':
      return [step('job.timed-out', 'Failed', job.failureReason ?? '')];
    case 'redeliver':
      return [step('job.redelivered', 'Pending', 'The router did not begin the script; it is sent again at its next poll.')];
    case 'deliver':
    case 'deliver-unacknowledged':
      return []; // written by the statement of the turn
  }
}
