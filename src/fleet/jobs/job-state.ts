/** pending → sent → busy → done or failed; a job that needs no acknowledgement is done when it was sent. */
export type JobState = 'pending' | 'sent' | 'busy' | 'done' | 'failed';

/** What can happen to a job. Cancelling removes the row and is possible while it is pending. */
export type JobSignal = 'deliver' | 'deliver-unacknowledged' | 'busy' | 'done' | 'fail' | 'time-out' | 'redeliver';

const FINAL: ReadonlySet<JobState> = new Set(['done', 'failed']);

/**
 * The one transition table. Rows: where it is; columns: what happens; an absent cell changes nothing.
 * `done` and `fail` without `busy` are taken (the busy call's errors are swallowed on the router); a job that we put
 * back or have not noticed as sent may still report; what is final stays.
 */
const TABLE: Record<JobState, Partial<Record<JobSignal, JobState>>> = {
  pending: { deliver: 'sent', 'deliver-unacknowledged': 'done', busy: 'busy', done: 'done', fail: 'failed' },
  sent: { busy: 'busy', done: 'done', fail: 'failed', redeliver: 'pending', 'time-out': 'failed' },
  busy: { done: 'done', fail: 'failed', 'time-out': 'failed' },
  done: {},
  failed: {},
};

/** The state after a signal; the same state when the signal means nothing any more. */
export const nextState = (state: JobState, signal: JobSignal): JobState => TABLE[state][signal] ?? state;

export const isFinal = (state: JobState): boolean => FINAL.has(state);
