import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  compareVersions,
  DOCUMENTED_KEYS,
  hardwareHash,
  looksLikeHeartbeat,
  parseDuration,
  parseHeartbeat,
  parseVersion,
} from './index.js';

const HAP =
  'name=MyRouter;serial-number=HC507YV2PQS;architecture-name=arm;routerboard=true;platform=MikroTik;model=RBD52G-5HacD2HnD;board-name=hAP ac^2;revision=;cpu=ARM;cpu-count=4;cpu-frequency=448;cpu-load=5;' +
  'total-memory=134217728;free-memory=73400320;total-hdd-space=16777216;free-hdd-space=2097152;software-id=KZ9F-7HCR;build-time=Nov/17/2023 11:38:45;level=4;version=7.12.1 (stable);factory-software=6.44.6;' +
  'factory-firmware=6.45.9;current-firmware=7.12.1;upgrade-firmware=7.12.1;firmware-type=ipq4000L;uptime=1d10h30m15s';

describe('parseHeartbeat', () => {
  it('reads the documented heartbeat', () => {
    expect(parseHeartbeat(HAP)).toEqual({
      identity: 'MyRouter', serialNumber: 'HC507YV2PQS', architectureName: 'arm', routerboard: true, platform: 'MikroTik', model: 'RBD52G-5HacD2HnD', boardName: 'hAP ac^2', cpu: 'ARM', cpuCount: 4,
      cpuFrequencyMhz: 448, cpuLoadPercent: 5, totalMemoryBytes: 134217728, freeMemoryBytes: 73400320, totalHddBytes: 16777216, freeHddBytes: 2097152, softwareId: 'KZ9F-7HCR', buildTime: 'Nov/17/2023 11:38:45',
      licenceLevel: '4', version: '7.12.1 (stable)', factorySoftware: '6.44.6', factoryFirmware: '6.45.9', currentFirmware: '7.12.1', upgradeFirmware: '7.12.1', firmwareType: 'ipq4000L', uptimeSeconds: 124_215, unknown: {},
    }); // prettier-ignore
  });

  it('reads what a poll sends: records as RouterOS prints them', () => {
    const heartbeat = parseHeartbeat(
      'name=a;architecture-name=x86_64;bad-blocks=0;board-name=CHR;cpu=Intel(R);cpu-load=0;uptime=1w2d03:04:05;version=7.24 (stable);write-sect-total=9;routerboard=false',
    );
    expect(heartbeat).toEqual({
      identity: 'a',
      architectureName: 'x86_64',
      boardName: 'CHR',
      cpu: 'Intel(R)',
      cpuLoadPercent: 0,
      uptimeSeconds: 788_645,
      version: '7.24 (stable)',
      routerboard: false,
      unknown: {},
    });
  });

  it('ends a value only before a key', () => {
    expect(parseHeartbeat('name=a;b=c; d;;e;version=7.16;uptime=1s')).toMatchObject({
      identity: 'a;b=c; d;;e',
      version: '7.16',
      uptimeSeconds: 1,
    });
    expect(parseHeartbeat('cpu=ARM; quad;version=7.16')).toMatchObject({ cpu: 'ARM; quad', version: '7.16' });
  });

  it('keeps what it does not know, and only so much of it', () => {
    expect(parseHeartbeat('version=7.30;new-thing=1;uptime=2s').unknown).toEqual({ 'new-thing': '1' });
    const many = Array.from({ length: 5_000 }, (_, i) => `k${i}=v`).join(';');
    expect(Object.keys(parseHeartbeat(many).unknown)).toHaveLength(32);
  });

  it('is not harmed by names of the prototype', () => {
    const { unknown } = parseHeartbeat('version=7.16;__proto__=x;constructor=y;toString=z');
    expect(Object.getPrototypeOf(unknown)).toBeNull();
    expect(Object.entries(unknown)).toEqual([['__proto__', 'x'], ['constructor', 'y'], ['toString', 'z']]); // prettier-ignore
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('takes a CHR’s system-id and a RouterBOARD’s nlevel, but not before the documented keys', () => {
    expect(parseHeartbeat('system-id=AbC+/1;nlevel=6')).toMatchObject({ softwareId: 'AbC+/1', licenceLevel: '6' });
    expect(parseHeartbeat('software-id=A;system-id=B;level=p1;nlevel=6')).toMatchObject({ softwareId: 'A', licenceLevel: 'p1' });
  });

  it('reads quantities as RouterOS 6 prints them, and leaves out what is none', () => {
    expect(
      parseHeartbeat('cpu-frequency=650MHz;free-memory=61.5MiB;cpu-load=5%;total-memory=lots;uptime=soon;routerboard=maybe;revision='),
    ).toEqual({
      cpuFrequencyMhz: 650,
      freeMemoryBytes: 64_487_424,
      cpuLoadPercent: 5,
      unknown: {},
    });
  });

  it('skips pieces without a key', () => {
    expect(parseHeartbeat(';;garbage;version=7.16;')).toEqual({ version: '7.16', unknown: {} });
    expect(parseHeartbeat('')).toEqual({ unknown: {} });
  });

  it('gives every documented value back, whatever the router is called', () => {
    const value = fc
      .string({ unit: fc.constantFrom('a', 'B', '7', '.', '-', '/', '^', ' ', '(', 'é'), minLength: 1 })
      .filter((x) => x.trim() === x);
    const keys = DOCUMENTED_KEYS.filter((key) => !/^(name|routerboard|uptime|cpu-(count|frequency|load)|(total|free)-.*)$/.test(key));
    const name = fc.string({ unit: fc.constantFrom(';', '=', 'x', '-', '🛰', ' ', '"') });
    fc.assert(
      fc.property(name, fc.array(value, { minLength: keys.length, maxLength: keys.length }), (identity, values) => {
        const heartbeat = parseHeartbeat([`name=${identity}`, ...keys.map((key, i) => `${key}=${values[i]}`)].join(';'));
        const { identity: read, unknown, ...rest } = heartbeat;
        expect(read ?? '').toBe(identity);
        expect(unknown).toEqual({});
        expect(new Set(Object.values(rest))).toEqual(new Set(values));
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(';', '=', 'name', 'uptime', '__proto__', 'x', '1', ':', 'w', '.', '\n') }),
        (body) => void hardwareHash(parseHeartbeat(body)),
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('looksLikeHeartbeat', () => {
  it.each([HAP, '', 'version=7', 'uptime=', Buffer.from(HAP), Buffer.alloc(0)])('takes a heartbeat', (body) =>
    expect(looksLikeHeartbeat(body)).toBe(true),
  );
  it.each(['x', '=', '{"name":"a"}', 'password=x', ' name=a', 'n'.repeat(65_536), ';'.repeat(65_536), Buffer.alloc(65_536, 0xff)])(
    'refuses anything else',
    (body) => expect(looksLikeHeartbeat(body)).toBe(false),
  );
});

describe('parseDuration', () => {
  it.each([
    ['1w2d3h4m5s', 788_645],
    ['1d10h30m15s', 124_215],
    ['1d10:30:15', 124_215],
    ['2w1d10:30:15', 1_333_815],
    ['00:05:10', 310],
    ['10:30', 37_800],
    ['00:00:01.5', 1.5],
    ['1s500ms', 1.5],
    ['90', 90],
    ['0s', 0],
  ])('reads %s', (text, seconds) => expect(parseDuration(text)).toBeCloseTo(seconds));
  it.each(['', 'x', '1x', '1d:', ':1', '1:2:3:4', '-5s', '1..2s', 'never', '9'.repeat(70)])('knows that %p is none', (text) =>
    expect(parseDuration(text)).toBeNull(),
  );
});

describe('versions', () => {
  it('reads them', () => {
    expect(parseVersion('7.16.2 (stable)')).toEqual({ major: 7, minor: 16, patch: 2, preRelease: null, channel: 'stable' });
    expect(parseVersion('7.12rc1')).toEqual({ major: 7, minor: 12, patch: 0, preRelease: 'rc1', channel: null });
    expect(parseVersion('6.49.10 (long-term)')).toMatchObject({ major: 6, minor: 49, patch: 10, channel: 'long-term' });
    expect(parseVersion('7.20beta5 (testing)')).toMatchObject({ preRelease: 'beta5', channel: 'testing' });
    expect(parseVersion('seven')).toBeNull();
  });
  it('orders them', () => {
    const ordered = [
      '',
      '6.49.10 (long-term)',
      '7.1beta6',
      '7.1rc4',
      '7.1',
      '7.1.5',
      '7.9',
      '7.12',
      '7.13rc2',
      '7.13 (stable)',
      '7.16.2',
      '7.24',
    ];
    expect([...ordered].reverse().sort(compareVersions)).toEqual(ordered);
    expect(compareVersions('7.13', '7.13 (stable)')).toBe(0);
  });
});

describe('hardwareHash', () => {
  it('knows a RouterBOARD by its serial number, whatever else changes', () => {
    const hash = hardwareHash(parseHeartbeat(HAP));
    expect(hash).toMatch(/^[0-9a-f]{40}$/);
    expect(hardwareHash(parseHeartbeat('serial-number=HC507YV2PQS;software-id=OTHER'))).toBe(hash);
  });
  it('knows other hardware by its licence', () => {
    expect(hardwareHash(parseHeartbeat('routerboard=false;software-id=A-B;architecture-name=x86_64'))).not.toBe(
      hardwareHash(parseHeartbeat('routerboard=false;software-id=A-B;architecture-name=arm64')),
    );
    expect(hardwareHash(parseHeartbeat('name=x'))).toBeNull();
  });
});
