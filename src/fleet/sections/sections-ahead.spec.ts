import { beforeEach, describe, expect, it } from '@jest/globals';
import type { SiteId, TeamId } from '../../platform/context/index.js';
import type { DeviceIdentity } from '../poll/device-tokens.js';
import { WorkHints } from '../poll/work-hints.js';
import type { MadeJob } from './section-delivery.js';
import { eventually } from '../../../test/support/eventually.js';
import { SectionsAhead } from './sections-ahead.js';

const site = (n: number): SiteId => `site-${n}` as SiteId;
const device = (n: number, generation = 1): DeviceIdentity => ({ siteId: site(n), teamId: 'team' as TeamId, generation });

describe('what is made before a router asks', () => {
  let now: number;
  let isCalm: boolean;
  /** Sites of each look, in order. */
  let looks: SiteId[][];
  let answer: (sites: readonly SiteId[]) => Promise<MadeJob[]>;
  let warnings: number;
  let hints: WorkHints;
  let ahead: SectionsAhead;
  const made = (siteId: SiteId): MadeJob => ({ device: { ...device(0), siteId } }) as MadeJob;
  const rest = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 20));
  const looked = (count: number): Promise<unknown> => eventually(() => looks.flat().length >= count);

  const begin = (rate: number): void => {
    [now, isCalm, looks, warnings] = [1_000_000, true, [], 0];
    answer = (sites) => Promise.resolve(sites.map(made));
    hints = new WorkHints();
    ahead = new SectionsAhead(
      { ahead: (_ctx: unknown, sites: readonly SiteId[]) => (looks.push([...sites]), answer(sites)) } as never,
      hints,
      {
        get isCalm() {
          return isCalm;
        },
        mayPrepare: () => true,
      } as never,
      { millis: () => now } as never,
      { warn: () => void warnings++ } as never,
      { SECTION_RATE: rate } as never,
    );
  };
  beforeEach(() => begin(100_000));

  it('is there for its router, once', async () => {
    ahead.want(site(1));
    await rest();
    expect(hints.hasWork(site(1))).toBe(true);
    expect(ahead.take(device(1))?.device.siteId).toBe(site(1));
    expect(ahead.take(device(1))).toBeUndefined();
  });

  it('is made anew when its section changed', async () => {
    ahead.want(site(1));
    await rest();
    ahead.changed([site(1), site(2)]);
    expect(ahead.has(site(1))).toBe(false);
    await looked(3);
    await rest();
    expect([looks, ahead.has(site(1)), ahead.has(site(2))]).toEqual([[[site(1)], [site(1), site(2)]], true, true]);
  });

  it('is not for a router that was replaced', async () => {
    ahead.want(site(1));
    await rest();
    expect(ahead.take(device(1, 2))).toBeUndefined();
    expect(ahead.has(site(1))).toBe(false);
  });

  it('is forgotten after two polls', async () => {
    for (let n = 0; n < 30; n++) ahead.want(site(n));
    await looked(30);
    await rest();
    expect(ahead.goesToMany).toBe(true);
    now += 60_001;
    expect([ahead.goesToMany, ahead.has(site(1)), ahead.take(device(1))]).toEqual([false, false, undefined]);
  });

  it('is made a few sites at a time, those first whose routers wait', async () => {
    for (let n = 0; n < 25; n++) ahead.want(site(n));
    ahead.wantUrgently(site(24));
    ahead.want(site(3)); // known already
    await looked(25);
    expect(looks.map((sites) => sites.length)).toEqual([10, 10, 5]);
    expect(looks[0]![0]).toBe(site(24));
    expect(new Set(looks.flat()).size).toBe(25);
  });

  it('is not there where nothing is to be sent', async () => {
    answer = () => Promise.resolve([]);
    ahead.want(site(1));
    await rest();
    expect([ahead.has(site(1)), hints.hasWork(site(1))]).toEqual([false, false]);
  });

  it('is asked for again after a failure', async () => {
    answer = () => Promise.reject(new Error('no database'));
    ahead.want(site(1));
    await rest();
    expect([ahead.has(site(1)), warnings]).toEqual([false, 1]);
    answer = (sites) => Promise.resolve(sites.map(made));
    ahead.want(site(1));
    await rest();
    expect(ahead.has(site(1))).toBe(true);
  });

  it('comes evenly, and beyond some hundreds waits for a process that has time', async () => {
    begin(400);
    isCalm = false;
    for (let n = 0; n < 20_000; n++) ahead.want(site(n));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(looks.length).toBeLessThanOrEqual(20); // one in ten milliseconds
    await eventually(() => looks.flat().length >= 500);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(looks.flat().length).toBeLessThan(520);
    isCalm = true;
    await eventually(() => looks.flat().length >= 540);
    await ahead.onApplicationShutdown();
  });
});
