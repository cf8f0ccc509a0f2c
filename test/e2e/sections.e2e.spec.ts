import { afterEach, beforeAll, afterAll, describe, expect, it } from '@jest/globals';
import { ManagementPath, type PathState, type SectionDefinition, SectionMarker, Sections } from '../../src/fleet/index.js';
import { SectionsAhead } from '../../src/fleet/sections/sections-ahead.js';
import { ReportedJobs } from '../../src/fleet/jobs/reported-jobs.js';
import { type ReadSection, SectionsRepository } from '../../src/fleet/sections/sections.repository.js';
import { type JobId, newId, RequestContext, type SiteId } from '../../src/platform/context/index.js';
import { Database } from '../../src/platform/database/index.js';
import type { Wish } from '../../src/routeros/sections/index.js';
import type { VirtualRouter } from '../../tools/virtual-router/index.js';
import { eventually } from '../support/eventually.js';
import { Fleet, type Team } from './support/fleet.js';

const rule = (port: string): Wish => ({
  menus: [{ menu: '/ip/firewall/filter', place: 'top', items: [{ name: 'rule', set: { chain: 'input', action: 'accept', 'dst-port': port, protocol: 'tcp' } }] }],
  settings: [{ menu: '/snmp/community', where: { name: 'public' }, set: { 'read-access': false } }],
}); // prettier-ignore

describe('a configuration section', () => {
  let fleet: Fleet;
  let team: Team;
  let router: VirtualRouter;
  let site: string;
  let bare: string;
  let wish: Wish | null = rule('22');
  let path: PathState = 'unknown';
  let probed: PathState = 'unknown';
  const definition: SectionDefinition = {
    ...{ name: 'sample', title: 'Sample', rank: 50, menus: ['/ip/firewall/filter'], settings: rule('1').settings, cuts: () => true },
    wish: () => Promise.resolve(wish),
  };

  beforeAll(async () => {
    fleet = await Fleet.start();
    fleet.app.get(Sections).define(definition);
    fleet.app.get(ManagementPath).provide({ known: () => path, probe: () => Promise.resolve(probed) });
    team = await fleet.team();
    const fresh = fleet.router();
    bare = fresh.export();
    ({ router, site } = await fleet.adopted(team));
    await fleet.pass(185); // the policy that every site has comes first
  }, 60_000);
  afterAll(() => fleet.stop());
  afterEach(() => void (path = probed = 'unknown'));

  const mark = async (next: Wish | null): Promise<void> => {
    wish = next;
    const ctx = RequestContext.system('test').forTeam(team.teamId);
    await fleet.app.get(Database).transaction(ctx, (ctx) => fleet.app.get(SectionMarker).mark(ctx, 'sample', [site as SiteId]));
  };
  const section = async (): Promise<Record<string, unknown>> =>
    (await team.owner.get(`/sites/${site}/sections/sample`).expect(200)).body as Record<string, unknown>;
  /** How often the router said what became of a script. */
  const reports = (): number => router.requests.filter(({ url }) => url.includes('/update?')).length;
  const port = (): unknown => router.items('/ip/firewall/filter').find((one) => String(one['comment']).includes('sample'))?.['dst-port'];

  it('comes into force with the adoption', async () => {
    expect(await section()).toMatchObject({ status: 'applied', wanted: 1, applied: 1, last_error: null });
    expect(port()).toBe('22');
    expect(router.item('/snmp/community', 'public')).toMatchObject({ 'read-access': false });
    expect(router.failures).toEqual([]);
    expect((await team.owner.get(`/site/${site}/job`)).body).toEqual([]);
  });

  it('shows what a change would do, and then does it', async () => {
    await mark(rule('2222'));
    const { body } = await team.owner.get(`/sites/${site}/sections/sample/preview`).expect(200);
    expect(body).toMatchObject({ trial: true, anew: false });
    expect(body.changes).toEqual([
      { action: 'change', menu: '/ip/firewall/filter', item: 'rule', before: expect.objectContaining({ 'dst-port': '22' }), after: expect.objectContaining({ 'dst-port': '2222' }) },
    ]); // prettier-ignore
    expect((await team.owner.get(`/sites/${site}/sections/sample/render`).expect(200)).text).toContain('dst-port');
    expect(await section()).toMatchObject({ status: 'pending', wanted: 2, applied: 1 });
    for (let i = 0; i < 7 && port() !== '2222'; i++) await fleet.pass(5);
    expect(await section()).toMatchObject({ status: 'syncing' });
    expect(port()).toBe('2222');
    const scripts = reports();
    await fleet.pass(31);
    expect(await section()).toMatchObject({ status: 'applied', wanted: 2, applied: 2, checked_at: expect.any(String) });
    await fleet.pass(65);
    expect(reports()).toBe(scripts + 1); // the confirmation, and our first look with it
  });

  it('with an equal wish sends nothing', async () => {
    await mark(rule('2222'));
    const scripts = reports();
    await fleet.pass(31);
    expect(await section()).toMatchObject({ status: 'applied', wanted: 3, applied: 3 });
    await fleet.pass(65);
    expect(reports()).toBe(scripts); // nor is the router asked what it said already
  });

  it('takes the newest of many wishes', async () => {
    for (const each of ['1', '2', '3']) await mark(rule(each));
    await fleet.pass(65);
    expect(port()).toBe('3');
    expect(await section()).toMatchObject({ status: 'applied', wanted: 6, applied: 6 });
  });

  it('that cuts the management path is undone, says so, and is tried again later', async () => {
    path = 'open';
    probed = 'closed';
    await mark(rule('4'));
    for (let i = 0; i < 13; i++) {
      await fleet.pass(5);
      await fleet.mails('nobody@example.net'); // the probe is done before the next poll, as it is in real time
    }
    expect(await section()).toMatchObject({ status: 'failed', attempts: 1, last_error: expect.stringContaining('management path') });
    expect(port()).toBe('3');
    probed = 'open';
    await fleet.pass(130);
    expect(await section()).toMatchObject({ status: 'applied', attempts: 0, last_error: null });
    expect(port()).toBe('4');
  });

  it('that cuts the router off entirely is undone by the router alone', async () => {
    await mark(rule('5'));
    for (let i = 0; i < 7 && port() !== '5'; i++) await fleet.pass(5);
    router.network.down = true;
    await fleet.pass(95);
    expect(port()).toBe('4');
    router.network.down = false;
    await fleet.pass(65);
    expect((await section())['attempts']).toBeGreaterThan(0);
    await fleet.pass(160);
    expect(await section()).toMatchObject({ status: 'applied', attempts: 0 });
    expect(port()).toBe('5');
  });

  it('that fails on the router keeps what was, and says why', async () => {
    await mark({ ...rule('6'), settings: [{ menu: '/ip/service', where: { name: 'nosuch' }, set: { disabled: true } }] });
    await fleet.pass(31);
    expect(await section()).toMatchObject({ status: 'failed', last_error: expect.stringContaining('names no single item') });
    expect(port()).toBe('5');
    await mark(rule('6'));
    await fleet.pass(65);
    expect(await section()).toMatchObject({ status: 'applied', attempts: 0 });
  });

  it('that makes no sense says so, and keeps no job from its router', async () => {
    const [twice] = rule('9').menus;
    await mark({ menus: [twice!, twice!], settings: [] });
    const made = await team.owner.job(site, '/system identity set name=meanwhile');
    await fleet.pass(65);
    expect(await section()).toMatchObject({ status: 'failed', last_error: expect.stringContaining('two items named rule') });
    expect((await team.owner.get(`/site/${site}/job/${String(made['id'])}`)).body.state).toBe('done');
    await mark(rule('6'));
    await fleet.pass(65);
    expect(await section()).toMatchObject({ status: 'applied', attempts: 0 });
  });

  it('that somebody changed on the router is written anew', async () => {
    await fleet.pass(65); // the first look
    await router.paste('/ip firewall filter set [find comment~"sample"] dst-port=9999');
    await fleet.pass(31);
    expect(port()).toBe('9999');
    await fleet.sql(`UPDATE site_section SET due_at = $1 WHERE section = 'sample'`, [new Date(fleet.clock.now())]);
    await fleet.pass(130);
    expect(port()).toBe('6');
    expect(await section()).toMatchObject({ status: 'applied', drifted_at: expect.any(String) });
    const log = await fleet.sql<{ type: string }>(
      `SELECT type FROM orchestration_event WHERE site_id = $1 AND context ->> 'section' = 'sample' ORDER BY at, seq`,
      [site],
    );
    const steps = log.map(({ type }) => type.replace('section.', ''));
    expect(steps).toEqual(expect.arrayContaining(['wanted', 'pushed', 'applied', 'failed', 'drifted']));
    expect(steps.slice(-4)).toEqual(['drifted', 'pushed', 'confirmed', 'applied']);
  });

  it('leaves a job of the team its turn', async () => {
    await mark(rule('7'));
    const made = await team.owner.job(site, '/system identity set name=after');
    await fleet.pass(125);
    expect((await team.owner.get(`/site/${site}/job/${String(made['id'])}`)).body.state).toBe('done');
    expect(await section()).toMatchObject({ status: 'applied' });
    expect(port()).toBe('7');
  });

  it('made ahead is handed out without being read again, and is void once a newer one is wished', async () => {
    const [ahead, sections] = [fleet.app.get(SectionsAhead), fleet.app.get(SectionsRepository)];
    const { read } = sections;
    let reads = 0;
    sections.read = (...given) => (reads++, read.apply(sections, given));
    const madeAhead = async (next: Wish): Promise<void> => {
      await mark(next);
      ahead.want(site as SiteId);
      await eventually(() => ahead.has(site as SiteId));
    };
    await madeAhead(rule('8'));
    for (let i = 0; i < 7 && port() !== '8'; i++) await fleet.pass(5);
    expect([port(), reads]).toEqual(['8', 0]);
    await fleet.pass(65);
    await madeAhead(rule('9'));
    await mark(rule('7'));
    await fleet.pass(65);
    sections.read = read;
    expect(port()).toBe('7');
    expect(await section()).toMatchObject({ status: 'applied', attempts: 0 });
  });

  it('that goes to many comes to each router once it is made', async () => {
    const [ahead, sections] = [fleet.app.get(SectionsAhead), fleet.app.get(SectionsRepository)];
    const { read } = sections;
    let reads = 0;
    sections.read = (...given) => (reads++, read.apply(sections, given));
    Object.defineProperty(ahead, 'goesToMany', { get: () => true, configurable: true });
    await mark(rule('10'));
    for (let i = 0; i < 25 && port() !== '10'; i++) await fleet.pass(5);
    await fleet.pass(65);
    expect([port(), reads]).toEqual(['10', 0]);
    expect(await section()).toMatchObject({ status: 'applied', attempts: 0 });
    Reflect.deleteProperty(ahead, 'goesToMany');
    sections.read = read;
    await mark(rule('7'));
    await fleet.pass(95);
  });

  it('made ahead waits for a job that was queued meanwhile', async () => {
    await mark(rule('8'));
    const ahead = fleet.app.get(SectionsAhead);
    ahead.want(site as SiteId);
    await eventually(() => ahead.has(site as SiteId));
    const made = await team.owner.job(site, '/system identity set name=before');
    for (let i = 0; i < 7 && router.items('/system/identity')[0]?.['name'] !== 'before'; i++) await fleet.pass(5);
    expect(port()).toBe('7');
    await fleet.pass(95);
    expect((await team.owner.get(`/site/${site}/job/${String(made['id'])}`)).body.state).toBe('done');
    expect(port()).toBe('8');
    await mark(rule('7'));
    await fleet.pass(95);
  });

  it('that is wished anew while a report of it is being taken loses neither', async () => {
    const reported = fleet.app.get(ReportedJobs);
    const write = reported.write.bind(reported);
    const answers: (string | undefined)[] = [];
    reported.write = async (...args) => {
      if (!answers.length) await mark(rule('2302')); // between reading and writing
      const answer = await write(...args);
      answers.push(answer);
      return answer;
    };
    await mark(rule('2301'));
    const { wanted } = await section();
    await fleet.pass(125); // two changes, one after the other
    reported.write = write;
    expect(answers.slice(0, 2)).toEqual([undefined, expect.any(String)]);
    expect(await section()).toMatchObject({ status: 'applied', wanted: Number(wanted) + 1, applied: Number(wanted) + 1 });
    expect(port()).toBe('2302');
    const steps = await fleet.sql<{ n: number }>(
      `SELECT count(*)::int AS n FROM orchestration_event WHERE site_id = $1 AND type = 'section.applied' GROUP BY run`,
      [site],
    );
    expect(steps.every(({ n }) => n === 1)).toBe(true);
  });

  it('is not sent as it was read when it changed meanwhile, nor to a router that was replaced', async () => {
    const sections = fleet.app.get(SectionsRepository);
    const db = fleet.app.get(Database);
    const ctx = RequestContext.system('test').forTeam(team.teamId);
    const read = async (): Promise<ReadSection> => (await sections.read(ctx, site as SiteId)).find((row) => row.section === 'sample')!;
    const [standing] = await fleet.sql<{ generation: number }>(`SELECT device_generation AS generation FROM site WHERE id = $1`, [site]);
    const { generation } = standing!;
    const send = async (row: ReadSection, to: number): Promise<boolean> => {
      const job = { id: newId<JobId>(), title: 'A look', step: null };
      Object.assign(row, { phase: 'checking', jobId: job.id });
      return (await sections.send(ctx, row, { job, generation: to, now: new Date(fleet.clock.now()) })) !== undefined;
    };
    const inFlight = async (): Promise<number> =>
      (await fleet.sql(`SELECT FROM job WHERE site_id = $1 AND state IN ('sent', 'busy')`, [site])).length;
    const row = await read();
    let sending: Promise<boolean> | undefined;
    await db.transaction(ctx, async (ctx) => {
      await db.query(ctx, `UPDATE site_section SET path_after = 'open' WHERE site_id = $1 AND section = 'sample'`, [site]);
      sending = send(row, generation); // waits for the row
      await new Promise((resolve) => setTimeout(resolve, 100));
    });
    expect(await sending).toBe(false);
    expect(await send(await read(), generation + 1)).toBe(false);
    expect([await inFlight(), (await read()).phase]).toEqual([0, 'idle']);
    expect(await send(await read(), generation)).toBe(true);
    expect([await inFlight(), (await read()).phase]).toEqual([1, 'checking']);
    await fleet.sql(`UPDATE job SET state = 'done' WHERE site_id = $1 AND state = 'sent' RETURNING id`, [site]);
    await fleet.sql(`UPDATE site_section SET phase = 'idle', job_id = NULL WHERE site_id = $1 AND section = 'sample' RETURNING 1`, [site]);
  });

  it('that is wanted no more leaves, and so it does with the site', async () => {
    await mark(null);
    await fleet.pass(65);
    expect(port()).toBeUndefined();
    expect(router.item('/snmp/community', 'public')).toMatchObject({ 'read-access': true });
    await mark(rule('8'));
    await fleet.pass(65);
    await team.owner.delete(`/site/${site}`).expect(204);
    await fleet.pass(65);
    expect(router.export().replace(/name=\S+/, '')).toBe(bare.replace(/name=\S+/, ''));
    expect(router.failures).toEqual([]);
  });

  it('is unknown by another name, and to another team', async () => {
    const other = await fleet.team();
    const mine = await fleet.adopted(other);
    expect((await other.owner.get(`/sites/${mine.site}/sections/nothing`).expect(404)).body.code).toBe('section_not_found');
    await team.owner.get(`/sites/${mine.site}/sections`).expect(404);
    await team.owner.post(`/sites/${mine.site}/sections/sample/push`).expect(404);
    expect((await other.owner.post(`/sites/${mine.site}/sections/sample/push`).expect(200)).body).toMatchObject({ name: 'sample' });
  });
});
