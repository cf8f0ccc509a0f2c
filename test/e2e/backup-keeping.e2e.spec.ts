import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Retention } from '../../src/modules/backups/retention.js';
import { Blobs } from '../../src/platform/blobs/index.js';
import { RequestContext } from '../../src/platform/context/index.js';
import { bring, exportOf, filesOf, newSite } from '../support/backups.js';
import { eventually } from '../support/eventually.js';
import { Fleet, type Team } from './support/fleet.js';

const DAY_MS = 86_400_000;
const system = RequestContext.system('test');

describe('backups that grow old', () => {
  let fleet: Fleet;
  let team: Team;
  beforeAll(async () => {
    fleet = await Fleet.start({ BACKUP_KEEP_DAYS: '30', BACKUP_KEEP_WEEKS: '8', BACKUP_KEEP_MONTHS: '6' });
    team = await fleet.team();
  }, 60_000);
  afterAll(() => fleet.stop());

  const numbered = (n: number): string => exportOf('/system note', `set note=${n}`);
  const stored = (): string[] =>
    readdirSync(join(fleet.dataDir, 'blobs'), { recursive: true, encoding: 'utf8' }).filter((name) => /[0-9a-f-]{36}/.test(name));
  const thinOut = (): Promise<void> => fleet.app.get(Retention).thinOut(system);
  const sweep = async (): Promise<void> => {
    for (let i = 0; i < 2; i++) {
      await fleet.clock.advance(3_700_000);
      await fleet.app.get(Blobs).sweep(system);
    }
  };
  /** Days back from now, newest first. */
  const ages = async (site: string): Promise<number[]> =>
    (await filesOf(team, site)).map((name) => Math.round((fleet.clock.now() - Number.parseInt(name) * 1000) / DAY_MS));
  /** A version for each age in days, from the oldest on, each in force until the next. */
  const versions = async (site: string, days: number[]): Promise<void> => {
    const from = fleet.clock.now();
    const first = await bring(fleet, team, site, numbered(-1));
    for (const [i, age] of days.entries()) {
      const at = new Date(from - age * DAY_MS);
      await fleet.sql(
        `INSERT INTO backup (id, team_id, site_id, taken_at, confirmed_at, size, blob_id, fingerprint)
         SELECT gen_random_uuid(), team_id, site_id, $2, $2, size, blob_id, $3 FROM backup WHERE site_id = $1 LIMIT 1`,
        [site, at, `f${i}`],
      );
    }
    await fleet.sql(`DELETE FROM backup WHERE site_id = $1 AND taken_at = $2`, [site, new Date(Number.parseInt(first) * 1000)]);
  };

  it('are all kept for a while, then one a week, then one a month, then none but the newest', async () => {
    const site = await newSite(fleet, team);
    await versions(
      site,
      Array.from({ length: 400 }, (_, i) => i + 1),
    ); // one a day
    const old = await newSite(fleet, team);
    await versions(old, [3000, 4000, 5000]);
    await thinOut();
    const left = await ages(site);
    expect(left.filter((age) => age <= 30)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    const weekly = left.filter((age) => age > 30 && age <= 30 + 56);
    expect(weekly.length).toBeGreaterThanOrEqual(8);
    expect(weekly.length).toBeLessThanOrEqual(8 + 1 + 3); // whole weeks, the one that began before, and ends of months
    const weeks = weekly.map((age) => new Date(fleet.clock.now() - age * DAY_MS));
    for (const at of weeks) expect(at.getUTCDay() === 0 || new Date(at.getTime() + DAY_MS).getUTCDate() === 1).toBe(true); // Sundays, ends of months
    const monthly = left.filter((age) => age > 86);
    expect(monthly.length).toBeGreaterThanOrEqual(5);
    expect(monthly.length).toBeLessThanOrEqual(7);
    for (const age of monthly) expect(new Date(fleet.clock.now() - (age - 1) * DAY_MS).getUTCDate()).toBe(1);
    expect(Math.max(...left)).toBeLessThan(86 + 6 * 31 + 1);
    expect(await ages(old)).toEqual([3000]);
    await thinOut();
    expect(await ages(site)).toEqual(left);
  }, 60_000);

  it('are as old as the time when their router last had them', async () => {
    const site = await newSite(fleet, team);
    await versions(site, [900, 1]);
    // It was exported, unchanged, until two days ago.
    await fleet.sql(`UPDATE backup SET confirmed_at = $2 WHERE site_id = $1 AND confirmed_at < $2`, [
      site,
      new Date(fleet.clock.now() - 2 * DAY_MS),
    ]);
    await thinOut();
    expect(await ages(site)).toEqual([1, 900]);
  });

  it('leave nothing in the store when they are gone, and what others need stays', async () => {
    const [one, two] = [await newSite(fleet, team), await newSite(fleet, team)];
    const before = stored().length;
    await bring(fleet, team, one, numbered(1001));
    await fleet.clock.advance(1000);
    await bring(fleet, team, one, numbered(1002));
    await bring(fleet, team, two, numbered(1002)); // the same content, kept once
    expect(stored().length - before).toBe(2);
    await sweep();
    expect(stored().length).toBeGreaterThanOrEqual(2);
    await team.owner.delete(`/site/${one}`).expect(204);
    await eventually(async () => (await fleet.sweep(), (await fleet.sql(`SELECT 1 FROM site WHERE id = $1`, [one])).length === 0));
    expect(await fleet.sql(`SELECT 1 FROM backup WHERE site_id = $1`, [one])).toEqual([]);
    await sweep();
    const [name] = await filesOf(team, two);
    expect((await team.owner.get(`/backup/${two}/${name}`).expect(200)).body).toMatchObject({ content: numbered(1002) });
    expect(await fleet.sql(`SELECT 1 FROM doomed_blob`)).toEqual([]);
    const [{ n }] = (await fleet.sql<{ n: number }>(`SELECT count(*)::int AS n FROM blob`)) as [{ n: number }];
    expect(stored()).toHaveLength(n);
  }, 60_000);

  it('go with their team, contents and all', async () => {
    const gone = await fleet.team();
    const site = await newSite(fleet, gone);
    await bring(fleet, gone, site, numbered(2001));
    const person = await fleet.person(gone, 'owner');
    const before = stored().length;
    await gone.owner.delete(`/site/${site}`).expect(204);
    await eventually(async () => (await fleet.sweep(), (await fleet.sql(`SELECT 1 FROM site WHERE id = $1`, [site])).length === 0));
    await person.delete(`/teams/${gone.teamId}`).expect(204);
    await fleet.mails('nobody@example.net'); // waits for tasks
    await sweep();
    expect(await fleet.sql(`SELECT 1 FROM blob WHERE team_id = $1`, [gone.teamId])).toEqual([]);
    expect(stored().length).toBeLessThan(before);
  }, 60_000);
});
