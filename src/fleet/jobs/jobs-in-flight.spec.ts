import { describe, expect, it } from '@jest/globals';
import type { JobId } from '../../platform/context/index.js';
import { JobsInFlight, type ReportedJob } from './jobs-in-flight.js';

const reported = (id: string, asRead = '1'): ReportedJob => ({ job: { id }, asRead, section: null }) as ReportedJob;
const id = (text: string): JobId => text as JobId;

describe('a job that its router has', () => {
  it('is kept as it was written last, for one who asks', () => {
    const jobs = new JobsInFlight();
    jobs.keep(reported('a'));
    jobs.keep(reported('a', '2'));
    expect(jobs.take(id('a'))).toEqual(reported('a', '2'));
    expect(jobs.take(id('a'))).toBeUndefined();
    expect(jobs.take(id('b'))).toBeUndefined();
  });

  it('makes room for newer ones', () => {
    const jobs = new JobsInFlight();
    for (let n = 0; n <= 5000; n++) jobs.keep(reported(String(n)));
    expect([jobs.take(id('0')), jobs.take(id('1')), jobs.take(id('5000'))]).toEqual([undefined, reported('1'), reported('5000')]);
  });
});
