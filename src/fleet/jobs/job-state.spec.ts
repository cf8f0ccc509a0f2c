import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isFinal, type JobSignal, type JobState, nextState } from './job-state.js';

const STATES: JobState[] = ['pending', 'sent', 'busy', 'done', 'failed'];
const SIGNALS: JobSignal[] = ['deliver', 'deliver-unacknowledged', 'busy', 'done', 'fail', 'time-out', 'redeliver'];

describe('a job', () => {
  it.each([
    ['pending', 'deliver', 'sent'],
    ['pending', 'deliver-unacknowledged', 'done'],
    ['sent', 'busy', 'busy'],
    ['sent', 'done', 'done'],
    ['sent', 'fail', 'failed'],
    ['sent', 'redeliver', 'pending'],
    ['sent', 'time-out', 'failed'],
    ['busy', 'done', 'done'],
    ['busy', 'fail', 'failed'],
    ['busy', 'time-out', 'failed'],
    ['busy', 'busy', 'busy'],
    ['busy', 'redeliver', 'busy'],
    ['pending', 'done', 'done'],
    ['pending', 'time-out', 'pending'],
    ['done', 'fail', 'done'],
    ['failed', 'done', 'failed'],
    ['failed', 'busy', 'failed'],
  ] as [JobState, JobSignal, JobState][])('that is %s and hears %s is then %s', (state, signal, then) => {
    expect(nextState(state, signal)).toBe(then);
  });

  it('never leaves a final state, whatever it hears', () => {
    fc.assert(
      fc.property(fc.constantFrom(...STATES.filter(isFinal)), fc.array(fc.constantFrom(...SIGNALS)), (state, signals) => {
        expect(signals.reduce(nextState, state)).toBe(state);
      }),
    );
  });
});
