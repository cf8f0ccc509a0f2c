import { TRIAL_SECONDS } from '../../routeros/sections/index.js';

/**
 * Where a section stands at one site.
 *
 * idle → pushing (its parts travel as jobs, one after another) → trial (in force, undone by the router unless confirmed) →
 * confirming → idle; or → aborting, when the way to the router was cut. `checking` reads the fingerprint. What needs no trial
 * goes from pushing to idle.
 */
export type SectionPhase = 'idle' | 'pushing' | 'trial' | 'confirming' | 'aborting' | 'checking';

/** What became of the job that a section had in flight. `lost`: it was handed out and never reported its end. */
export type SectionOutcome = 'done' | 'failed' | 'lost';

export interface SectionState {
  readonly phase: SectionPhase;
  /** Generation of the newest wish, of the one on its way or on trial, and of the one in force. */
  readonly wanted: number;
  readonly sent: number;
  readonly applied: number;
  readonly appliedHash: string | null;
  readonly sentHash: string | null;
  /** Counts how often everything was to be written anew. */
  readonly salt: number;
  readonly part: number;
  readonly parts: number;
  /** The push in flight is undone by the router unless it is confirmed. */
  readonly trial: boolean;
  /** Failures since the last success or newer wish. */
  readonly attempts: number;
  readonly lastError: string | null;
  /** What the router said of its items when it was last looked at; null when it was not since the last push. */
  readonly fingerprint: string | null;
  /** When the next poll has something to do for it; null while a job is in flight. */
  readonly dueAt: Date | null;
}

const FIRST_RETRY_SECONDS = 60;
const LONGEST_RETRY_SECONDS = 6 * 3600;

/** Seconds until the next try: a minute, then five times as long each time, six hours at most. */
export const retrySeconds = (attempts: number): number =>
  Math.min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 5 ** Math.max(0, attempts - 1));

const seconds = (now: Date, count: number): Date => new Date(now.getTime() + count * 1000);

/** When the router has surely undone a trial that it began to report by then. */
export const trialEnd = (sent: Date): Date => seconds(sent, TRIAL_SECONDS + 30);

/** The state after a job's end. Pure: the one place where a section is said to be in force. */
export function afterJob(state: SectionState, outcome: SectionOutcome, now: Date, reason: string, checkSeconds: number): SectionState {
  switch (state.phase) {
    case 'pushing':
      if (outcome !== 'done') return failed(state, now, reason);
      if (state.part + 1 < state.parts) return { ...state, part: state.part + 1, dueAt: now };
      return state.trial ? { ...state, phase: 'trial', dueAt: now } : { ...inForce(state, now), fingerprint: null };
    case 'confirming':
      if (outcome === 'done') {
        const looked = state.fingerprint !== null && state.wanted === state.sent;
        return looked ? { ...inForce(state, now), dueAt: seconds(now, checkSeconds) } : inForce(state, now);
      }
      // Nobody knows whether the router kept or undid it: everything is written anew.
      if (outcome === 'lost') return failed({ ...state, appliedHash: null, salt: state.salt + 1 }, now, reason);
      return failed(state, now, reason);
    case 'aborting':
      return failed(state, now, state.lastError ?? reason);
    case 'checking':
      return { ...state, phase: 'idle', dueAt: state.wanted > state.applied ? now : seconds(now, checkSeconds) };
    case 'idle':
    case 'trial':
      return state;
  }
}

/** The wish on its way is in force. A newer one, if there is one, comes next, else the fingerprint is read. */
export const inForce = (state: SectionState, now: Date): SectionState => ({
  ...state,
  phase: 'idle',
  applied: state.sent,
  appliedHash: state.sentHash,
  attempts: 0,
  lastError: null,
  dueAt: now,
});

/** What was in force before still is: a push that does not end well is undone on the router. */
export function failed(state: SectionState, now: Date, reason: string): SectionState {
  const attempts = state.attempts + 1;
  return { ...state, phase: 'idle', attempts, lastError: reason, dueAt: seconds(now, retrySeconds(attempts)) };
}

/**
 * How a site that has not got the newest wish stands: it is about to get it, its router being online; the newest try failed; or
 * it waits for a router that is offline or was never adopted.
 */
export type SectionProgress = 'underway' | 'failed' | 'waiting';

export type SectionStatus = 'pending' | 'syncing' | 'applied' | 'failed';

/** The state in one word, for people. */
export function statusOf(state: Pick<SectionState, 'phase' | 'wanted' | 'applied' | 'attempts'>): SectionStatus {
  if (state.phase !== 'idle' && state.phase !== 'checking') return 'syncing';
  if (state.attempts > 0) return 'failed';
  return state.wanted > state.applied ? 'pending' : 'applied';
}
