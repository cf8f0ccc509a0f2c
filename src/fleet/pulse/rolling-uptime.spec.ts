import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rollingUptime } from './rolling-uptime.js';

const now = new Date('2026-01-02T12:00:00Z');
const ago = (hours: number): Date => new Date(now.getTime() - hours * 3_600_000);
const day = { from: ago(24), now, since: ago(1000), outages: [], absences: [] };

describe('uptime of the last 24 hours', () => {
  it.each([
    ['nothing happened', {}, 100, 0],
    ['six hours down', { outages: [{ from: ago(10), to: ago(4) }] }, 75, 21_600],
    ['down still', { outages: [{ from: ago(6), to: null }] }, 75, 21_600],
    ['down since before', { outages: [{ from: ago(30), to: ago(12) }] }, 50, 43_200],
    ['down all the time', { outages: [{ from: ago(48), to: null }] }, 0, 86_400],
    ['adopted four hours ago, one of them down', { since: ago(4), outages: [{ from: ago(2), to: ago(1) }] }, 75, 3600],
    ['never adopted', { since: null }, 0, 0],
    ['we were away for half of it', { absences: [{ from: ago(24), to: ago(12) }] }, 100, 0],
    ['down while we were away too', { absences: [{ from: ago(12), to: ago(6) }], outages: [{ from: ago(12), to: ago(3) }] }, 83.33, 10_800],
  ])('%s', (_, facts, uptimePercentage, downSeconds) => {
    expect(rollingUptime({ ...day, ...facts })).toEqual({ uptimePercentage, downSeconds });
  });

  it('stays within its bounds, whatever happened', () => {
    const span = fc.tuple(fc.integer({ min: 0, max: 48 }), fc.integer({ min: 0, max: 48 })).map(([a, b]) => ({
      ...{ from: ago(Math.max(a, b)), to: ago(Math.min(a, b)) },
    }));
    fc.assert(
      fc.property(fc.array(span), fc.array(span), fc.integer({ min: 0, max: 48 }), (outages, absences, since) => {
        const { uptimePercentage, downSeconds } = rollingUptime({ ...day, since: ago(since), outages, absences });
        expect(uptimePercentage).toBeGreaterThanOrEqual(0);
        expect(uptimePercentage).toBeLessThanOrEqual(100);
        expect(downSeconds).toBeGreaterThanOrEqual(0);
        expect(downSeconds).toBeLessThanOrEqual(86_400);
      }),
    );
  });
});
