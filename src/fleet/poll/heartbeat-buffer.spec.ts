import { beforeEach, describe, expect, it } from '@jest/globals';
import type { SiteId, TeamId } from '../../platform/context/index.js';
import type { DeviceIdentity } from './device-tokens.js';
import { HeartbeatBuffer } from './heartbeat-buffer.js';
import { WorkHints } from './work-hints.js';

const router = (site: string, generation = 1): DeviceIdentity => ({ siteId: site as SiteId, teamId: 'team' as TeamId, generation });

describe('the heartbeat buffer', () => {
  let hints: WorkHints;
  let buffer: HeartbeatBuffer;
  const note = (site: string, seenAt: number, body = 'uptime=1h', generation = 1): void =>
    buffer.note(router(site, generation), seenAt, '192.0.2.1', body);

  beforeEach(() => {
    hints = new WorkHints();
    buffer = new HeartbeatBuffer(hints);
  });

  it('merges heartbeats of one site and counts each', () => {
    note('a', 1, 'uptime=1h');
    note('b', 2);
    note('a', 3, '');
    expect(buffer.takeRipe(0)).toMatchObject([
      { device: { siteId: 'a' }, seenAt: 3, body: 'uptime=1h', beats: 2 },
      { device: { siteId: 'b' }, beats: 1 },
    ]);
    expect(buffer.size).toBe(0);
  });

  it('keeps what has not waited long enough', () => {
    note('a', 1);
    expect(buffer.takeRipe(60_000)).toEqual([]);
    expect(buffer.size).toBe(1);
  });

  it('takes back what could not be written, in front of the others and merged with what came meanwhile', () => {
    note('a', 1);
    note('b', 2);
    const failed = buffer.takeRipe(0);
    note('c', 3);
    note('b', 4, '');
    buffer.putBack(failed);
    const again = buffer.takeRipe(0);
    expect(again).toMatchObject([
      { device: { siteId: 'a' }, seenAt: 1, beats: 1 },
      { device: { siteId: 'b' }, seenAt: 4, body: 'uptime=1h', beats: 2 },
      { device: { siteId: 'c' }, beats: 1 },
    ]);
    expect(again[1]!.since).toBe(failed[1]!.since);
  });

  it('keeps the newer of two routers of a site and voids the token of the older', () => {
    note('a', 1, 'uptime=1h', 1);
    const failed = buffer.takeRipe(0);
    note('a', 2, '', 2);
    note('a', 3, 'uptime=9h', 1);
    buffer.putBack(failed);
    expect(hints.isRevoked('a' as SiteId, 1)).toBe(true);
    expect(buffer.takeRipe(0)).toMatchObject([{ device: { generation: 2 }, seenAt: 2, body: '', beats: 1 }]);
  });
});
