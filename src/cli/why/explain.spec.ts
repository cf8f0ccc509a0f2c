import { describe, expect, it } from '@jest/globals';
import { readSettings } from '../../config/index.js';
import { explainSite } from './explain.js';
import type { JobFacts, SiteFacts } from './site-facts.js';

const now = new Date('2026-01-01T12:00:00Z');
const before = (seconds: number): Date => new Date(now.getTime() - seconds * 1000);

const online: SiteFacts = {
  ...{ id: '0193f4a0-7c1e-7e55-8a3e-5d2f7c6b9a10', pid: 'site_1', name: 'Oslo', team: 'My team', runbook: null, identity: 'oslo' },
  ...{
    hardware_hash: 'a'.repeat(40),
    device_generation: 1,
    serial_number: 'S1',
    software_version: '7.22.3',
    model: 'RB5009',
    board_name: null,
  },
  ...{ adopted_at: before(3600), created_at: before(3600), deletion_requested_at: null, removal_due_at: null },
  ...{ has_pulse: true, last_seen_at: before(12), last_seen_from: '192.0.2.1', uptime_seconds: '7200', offline_since: null },
  ...{ server_alive_at: before(1), open: [], ended: [], tokens: [] },
};
const job: JobFacts = {
  ...{ id: 'job', description: 'Set the clock', state: 'pending', deliveries: 0, created_at: before(60), sent_at: null, started_at: null },
  ...{ completed_at: null, failed_at: null, failure_reason: null },
};
const explain = (site: Partial<SiteFacts>, around: { serverRuns: boolean | undefined } = { serverRuns: true }): string =>
  explainSite({ ...online, ...site }, { settings: readSettings({}), now, ...around }).join('\n');

describe('the explanation of a site', () => {
  it('says that nothing waits', () => {
    expect(explain({})).toMatch(/state +online[\s\S]*next +an empty answer[\s\S]*hint +nothing unusual/);
  });

  it('names the next job and why it is that one', () => {
    expect(explain({ open: [job, { ...job, id: 'other' }] })).toMatch(
      /next +the job «Set the clock», at the next poll: it waits longest of 2/,
    );
  });

  it('tells until when it waits for a job under way', () => {
    expect(explain({ open: [{ ...job, state: 'busy', started_at: before(600) }, job] })).toMatch(
      /works on «Set the clock»; 1 more waits behind it\. It fails in 5 minutes/,
    );
    expect(explain({ open: [{ ...job, state: 'sent', sent_at: before(30), deliveries: 2 }] })).toMatch(
      /delivered 2 of at most 3 times\. It is sent again in 1 minute/,
    );
  });

  it('puts the removal before any job', () => {
    const leaving = { deletion_requested_at: before(60), removal_due_at: new Date(now.getTime() + 7_200_000), open: [job] };
    expect(explain(leaving)).toMatch(/in any case in 2 hours[\s\S]*next +the removal script/);
  });

  it('repeats what the router said of a failure', () => {
    expect(explain({ ended: [{ ...job, state: 'failed', failed_at: before(5), failure_reason: 'no such item' }] })).toMatch(
      /failed +Set the clock {2}\(5 seconds ago\): no such item/,
    );
  });

  it('hints at a server that is down, by its lock or by its last sign of life', () => {
    expect(explain({}, { serverRuns: false })).toMatch(/The server does not run/);
    expect(explain({ server_alive_at: before(60) }, { serverRuns: undefined })).toMatch(/The server does not run/);
    expect(explain({}, { serverRuns: undefined })).not.toMatch(/The server does not run/);
  });

  it('hints at what to do for a site without a router', () => {
    expect(explain({ hardware_hash: null, last_seen_at: null })).toMatch(/waits for its router[\s\S]*POST \/site\/\{site\}\/bootstrap/);
  });
});
