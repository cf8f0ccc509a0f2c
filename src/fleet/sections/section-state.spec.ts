import { describe, expect, it } from '@jest/globals';
import { afterJob, retrySeconds, type SectionOutcome, type SectionPhase, type SectionState, statusOf } from './section-state.js';

const now = new Date('2026-01-01T00:00:00Z');
const state = (more: Partial<SectionState> = {}): SectionState => ({
  phase: 'idle', wanted: 3, sent: 3, applied: 2, appliedHash: 'old', sentHash: 'new', salt: 1, part: 0, parts: 1, trial: true, attempts: 0, lastError: null, fingerprint: null,
  dueAt: null, ...more,
}); // prettier-ignore
const after = (more: Partial<SectionState>, outcome: SectionOutcome): SectionState => afterJob(state(more), outcome, now, 'because', 3600);

describe('a section', () => {
  it('is on trial after its last part, and in force after the confirmation', () => {
    expect(after({ phase: 'pushing' }, 'done')).toMatchObject({ phase: 'trial', applied: 2, dueAt: now });
    expect(after({ phase: 'confirming' }, 'done')).toMatchObject({ phase: 'idle', applied: 3, appliedHash: 'new', attempts: 0 });
  });

  it('is looked at soon after the confirmation, or after a while when it was looked at with it', () => {
    expect(after({ phase: 'confirming' }, 'done').dueAt).toEqual(now);
    expect(after({ phase: 'confirming', fingerprint: 'f' }, 'done').dueAt).toEqual(new Date('2026-01-01T01:00:00Z'));
    expect(after({ phase: 'confirming', fingerprint: 'f', wanted: 4 }, 'done').dueAt).toEqual(now);
  });

  it('that cannot cut anything is in force after its last part', () => {
    expect(after({ phase: 'pushing', trial: false, parts: 2 }, 'done')).toMatchObject({ phase: 'pushing', part: 1 });
    expect(after({ phase: 'pushing', trial: false, parts: 2, part: 1 }, 'done')).toMatchObject({ phase: 'idle', applied: 3 });
  });

  it.each<[SectionPhase, SectionOutcome]>([
    ['pushing', 'failed'],
    ['pushing', 'lost'],
    ['confirming', 'failed'],
    ['aborting', 'done'],
    ['aborting', 'lost'],
  ])('%s that ends %s leaves in force what was', (phase, outcome) => {
    const next = after({ phase }, outcome);
    expect(next).toMatchObject({ phase: 'idle', applied: 2, appliedHash: 'old', salt: 1, attempts: 1, lastError: 'because' });
    expect(statusOf(next)).toBe('failed');
  });

  it('whose confirmation got lost is written anew', () => {
    expect(after({ phase: 'confirming' }, 'lost')).toMatchObject({ applied: 2, appliedHash: null, salt: 2 });
  });

  it('keeps a newer wish when the word for an older one comes', () => {
    const next = after({ phase: 'confirming', wanted: 5 }, 'done');
    expect(next).toMatchObject({ wanted: 5, applied: 3, dueAt: now });
    expect(statusOf(next)).toBe('pending');
  });

  it('waits longer after each failure, six hours at most', () => {
    expect([1, 2, 3, 4, 9].map(retrySeconds)).toEqual([60, 300, 1500, 7500, 21_600]);
  });

  it('that was read is read again later', () => {
    expect(after({ phase: 'checking', applied: 3 }, 'failed').dueAt).toEqual(new Date('2026-01-01T01:00:00Z'));
  });
});
