import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseHeartbeat } from './heartbeat.js';
import { readVitals } from './vitals.js';

const BODY =
  'name=Café;version=7.22.3 (stable);uptime=1d2h3m4s;cpu-load=7;free-memory=900000;total-memory=1073741824;free-hdd-space=12.5MiB;write-sect-total=77;board-name=RB5009';

describe('the vitals of a heartbeat', () => {
  it('are what the whole parser reads', () => {
    const { uptimeSeconds, cpuLoadPercent, freeMemoryBytes, freeHddBytes } = parseHeartbeat(BODY);
    expect(readVitals(BODY)).toMatchObject({ uptimeSeconds, cpuLoadPercent, freeMemoryBytes, freeHddBytes });
    expect(uptimeSeconds).toBe(93_784);
  });

  it.each(['', 'name=x', 'uptime=5m', 'name=a;uptime=9h;b;uptime=5m', 'cpu-load=;uptime=soon', 'xuptime=5m;cpu-load=3%;', ';;uptime=1s;;'])(
    'of %j are what the whole parser reads',
    (body) => {
      const { uptimeSeconds, cpuLoadPercent, freeMemoryBytes, freeHddBytes } = parseHeartbeat(body);
      const vitals = readVitals(body);
      expect({ ...vitals, fingerprint: 0 }).toEqual({ uptimeSeconds, cpuLoadPercent, freeMemoryBytes, freeHddBytes, fingerprint: 0 });
    },
  );

  it('have one fingerprint while nothing but changing values changes', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(100), fc.nat(), fc.nat(), (seconds, load, free, sectors) => {
        const other = BODY.replace('1d2h3m4s', `${seconds}s`)
          .replace('load=7', `load=${load}`)
          .replace('900000', String(free))
          .replace('=77', `=${sectors}`);
        expect(readVitals(other).fingerprint).toBe(readVitals(BODY).fingerprint);
      }),
    );
  });

  it.each([
    ['Café', 'Cafe'],
    ['7.22.3', '7.22.4'],
    ['RB5009', 'RB5010'],
    ['1073741824', '1073741825'],
    [';board-name=RB5009', ''],
  ])('have another one when %s becomes %s', (from, to) => {
    expect(readVitals(BODY.replace(from, to)).fingerprint).not.toBe(readVitals(BODY).fingerprint);
  });
});
