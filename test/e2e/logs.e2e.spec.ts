import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type request from 'supertest';
import { SiteService } from '../../src/fleet/index.js';
import { newId, RequestContext, type SiteId } from '../../src/platform/context/index.js';
import type { VirtualRouter } from '../../tools/virtual-router/index.js';
import { type Client, Fleet, type Team } from './support/fleet.js';

interface Page {
  readonly data: { timestamp: string; message: string; type: string }[];
  readonly next_token: string | null;
}
type Wish = Record<string, unknown>;

const ALWAYS = { start: '2025-01-01T00:00:00Z', end: '2030-01-01T00:00:00Z' };

let fleet: Fleet;
let team: Team;
let router: VirtualRouter;
let site: string;

beforeAll(async () => {
  fleet = await Fleet.start();
  team = await fleet.team();
  ({ router, site } = await fleet.rested(team));
}, 60_000);
afterAll(() => fleet.stop());

const ask = (wish: Wish, { group = 'sites', who = team.owner } = {}): request.Test =>
  who.post(`/logs/${group}`, { ...ALWAYS, streams: [site], ...wish });
const page = async (wish: Wish = {}, options?: { group?: string; who?: Client }): Promise<Page> =>
  (await ask(wish, options).expect(200)).body as Page;
const types = ({ data }: Page): string[] => data.map(({ type }) => type);
const fields = ({ data }: Page): Record<string, unknown>[] => data.map(({ message }) => JSON.parse(message) as Record<string, unknown>);
const walk = async (wish: Wish, options?: { group?: string; who?: Client }): Promise<Page['data']> => {
  const all: Page['data'] = [];
  for (let token: string | null | undefined; token !== null;) {
    const answer = await page({ ...wish, next_token: token }, options);
    all.push(...answer.data);
    token = answer.next_token;
  }
  return all;
};

/** What a person's client makes of `log_url`: the group, and the body of the search. */
function follow(url: unknown): { group: string; wish: Wish } {
  const query = new URLSearchParams(String(url).replace(/^logs\?/, ''));
  const time = (name: string): string => new Date(Number(query.get(name))).toISOString();
  const wish = {
    streams: [query.get('streams')],
    start: time('start'),
    end: time('end'),
    filter: query.get('filter'),
    limit: Number(query.get('limit')),
  };
  return { group: query.get('group')!, wish };
}

describe('the log of a job', () => {
  it('is found by its log_url: made, downloaded, begun, done, with the times of each', async () => {
    const made = await team.owner.job(site, '/system note set note=hello', { 'x-description': 'Say hello', 'x-express-execute': 'true' });
    await team.owner.job(site, ':put other');
    await fleet.pass(61);
    const job = (await team.owner.get(`/site/${site}/job/${String(made.id)}`).expect(200)).body as Record<string, unknown>;
    const { group, wish } = follow(job.log_url);
    const answer = await page(wish, { group });
    expect(types(answer)).toEqual(['job.created', 'job.express', 'job.sent', 'job.busy', 'job.done']);
    expect(fields(answer).map(({ status }) => status)).toEqual(['Pending', 'Pending', 'Pending', 'Pending', 'Completed']);
    for (const event of fields(answer))
      expect(event).toMatchObject({
        job: made.id,
        token: made.token,
        site_id: site,
        context: { job_id: made.id, description: 'Say hello' },
      });
    expect(answer.data.map(({ timestamp }) => timestamp)).toEqual([...answer.data.map(({ timestamp }) => timestamp)].sort());
    expect(answer.next_token).toBeNull();
    expect(JSON.stringify(answer)).not.toContain('note=hello'); // no script is in the log
  });

  it('says why it failed, that it was cancelled, and that it asked for no acknowledgement', async () => {
    const failed = await team.owner.job(site, '/ip address add address=10.0.0.1/24 interface=nowhere');
    const silent = await team.owner.job(site, ':put fine', { 'x-needs-ack': 'false' });
    const cancelled = await team.owner.job(site, ':put never');
    await team.owner.delete(`/site/${site}/job/${String(cancelled.id)}`).expect(204);
    await fleet.pass(61);
    const last = async (job: Wish): Promise<unknown> => fields(await page({ filter: `{ $.job = "${String(job.id)}" }` })).at(-1);
    expect(await last(failed)).toMatchObject({ type: 'job.failed', status: 'Failed', message: expect.stringMatching(/nowhere|interface/) });
    expect(await last(silent)).toMatchObject({ type: 'job.sent', status: 'Completed' });
    expect(await last(cancelled)).toMatchObject({ type: 'job.cancelled', status: 'Completed' });
  });

  it('tells of a router that dies in the middle', async () => {
    const made = await team.owner.job(site, ':delay 120s');
    await fleet.pass(31);
    router.network.down = true;
    await fleet.pass(1000);
    router.network.down = false;
    await fleet.pass(35);
    const job = (await team.owner.get(`/site/${site}/job/${String(made.id)}`).expect(200)).body as Record<string, unknown>;
    const { wish } = follow(job.log_url);
    expect(types(await page(wish))).toEqual(['job.created', 'job.sent', 'job.busy', 'job.timed-out']);
    const around = types(await page({ filter: '?"site.offline" ?"site.online"' }));
    expect(around.slice(-2)).toEqual(['site.offline', 'site.online']);
  });
});

describe('the log of a site', () => {
  it('begins with the adoption and tells what became of each section', async () => {
    const all = await page({ limit: 1000 });
    expect(types(all)[0]).toBe('site.adopted');
    expect(types(all)).toEqual(expect.arrayContaining(['site.online', 'section.pushed', 'section.applied']));
    const applied = fields(all).find(({ type }) => type === 'section.applied');
    expect(applied).toMatchObject({ status: 'Completed', context: { section: expect.any(String), generation: expect.any(Number) } });
  });

  it('is paged without a gap, in the order of time, and the last page says so', async () => {
    const whole = (await page({ limit: 1000 })).data;
    for (const limit of [1, 3, whole.length - 1, whole.length]) expect(await walk({ limit })).toEqual(whole);
    expect((await page({ limit: whole.length })).next_token).toBeNull();
    expect((await page()).data.length).toBe(Math.min(50, whole.length));
  });

  it('has the events between start and end, both included', async () => {
    const whole = (await page({ limit: 1000 })).data;
    const [start, end] = [whole[2]!.timestamp, whole.at(-3)!.timestamp];
    expect((await page({ start, end, limit: 1000 })).data).toEqual(whole.filter(({ timestamp }) => timestamp >= start && timestamp <= end));
  });

  it('is filtered by pattern, and a page of few hits is no shorter for it', async () => {
    const failed = await page({ filter: '{ $.status = "Failed" && $.job = * }' });
    expect(types(failed)).toEqual(['job.failed', 'job.timed-out']);
    expect(types(await page({ filter: '{ $.status = "Failed" && $.job = * }', limit: 1 }))).toEqual(['job.failed']);
    expect(types(await page({ filter: '%site\\.(adopted|x)%'.replace('(adopted|x)', 'adopted') }))).toEqual(['site.adopted']);
  });

  it('takes a site by its short id, and several sites in one order', async () => {
    const { pid } = (await team.owner.get(`/site/${site}`).expect(200)).body as { pid: string };
    expect(await page({ streams: [pid] })).toEqual(await page({ streams: [site, pid] }));
    const { site: second } = await fleet.adopted(team);
    const both = await walk({ streams: [second, site], limit: 7 });
    const times = both.map(({ timestamp }) => timestamp);
    expect(times).toEqual([...times].sort());
    expect(new Set(both.map(({ message }) => (JSON.parse(message) as { site_id: string }).site_id))).toEqual(new Set([site, second]));
  });

  it('stays readable when the site is gone, for its team alone', async () => {
    const { body } = await team.owner.post('/site', { name: 'Short life' }).expect(201);
    const gone = (body as { id: string }).id;
    await team.owner.delete(`/site/${gone}`).expect(204);
    expect(types(await page({ streams: [gone] }))).toEqual(['site.deleted']);
    const others = await fleet.team();
    await ask({ streams: [gone] }, { who: others.owner }).expect(404);
    await ask({ streams: [site] }, { who: others.owner }).expect(404);
  });

  it('goes with its team', async () => {
    const doomed = await fleet.team();
    const { body } = await doomed.owner.post('/site', { name: 'x' }).expect(201);
    await doomed.owner.delete(`/site/${(body as { id: string }).id}`).expect(204);
    const count = async (): Promise<unknown[]> => fleet.sql(`SELECT FROM orchestration_event WHERE team_id = $1`, [doomed.teamId]);
    expect((await count()).length).toBe(1);
    const sites = fleet.app.get(SiteService);
    expect(await sites.countRecords(RequestContext.system('test').forTeam(doomed.teamId))).toBe(0);
    const person = fleet.client(await fleet.session(doomed.owner.userId), doomed.teamId, doomed.owner.userId);
    await person.delete(`/teams/${doomed.teamId}`).expect(204);
    expect(await count()).toEqual([]);
  });
});

describe('what was done at a site', () => {
  interface Run {
    readonly description: string;
    readonly status: string;
    readonly superseded: boolean;
    readonly job_id: string | null;
    readonly created_at: string;
    readonly steps: { type: string }[];
  }
  const runs = async (query = ''): Promise<Run[]> =>
    (await team.owner.get(`/sites/${site}/orchestration-log${query}`).expect(200)).body as Run[];

  it('is a row for each job, push and event, newest first, with its steps', async () => {
    const made = await team.owner.job(site, '/system note set note=row', { 'x-description': 'A row' });
    const [waiting] = await runs('?per_page=1');
    expect(waiting).toMatchObject({
      description: 'A row',
      status: 'Pending',
      job_id: made.id,
      token: made.token,
      ran_at: null,
      ended_at: null,
    });
    await fleet.pass(31);
    const [row] = (await runs()).filter(({ job_id }) => job_id === made.id);
    expect(row).toMatchObject({ status: 'Completed', ran_at: expect.any(String), ended_at: expect.any(String), superseded: false });
    expect(row!.steps.map(({ type }) => type)).toEqual(['job.created', 'job.sent', 'job.busy', 'job.done']);
    const all = await runs('?per_page=500');
    expect(all.map(({ created_at }) => created_at)).toEqual(
      all
        .map(({ created_at }) => created_at)
        .sort()
        .reverse(),
    );
    expect(all.at(-1)).toMatchObject({ status: 'Completed', steps: [{ type: 'site.adopted' }] });
    const pushed = all.find(({ steps }) => steps.some(({ type }) => type === 'section.applied'));
    expect(pushed).toMatchObject({ description: expect.stringMatching(/^Section /), status: 'Completed' });
    expect(await runs('?per_page=3&page=2')).toEqual(all.slice(3, 6));
  });

  it('has wishes that a newer one replaced, and those that asked for nothing new', async () => {
    router.network.down = true;
    await team.owner.job(site, ':put first'); // until it has run nobody looks at what the wishes ask for
    for (let i = 0; i < 2; i++) await team.owner.post(`/sites/${site}/sections/management/push`).expect(200);
    const wished = async (): Promise<Run[]> => (await runs()).filter(({ steps }) => steps[0]!.type === 'section.wanted').slice(0, 2);
    expect((await wished()).map(({ status, superseded }) => [status, superseded])).toEqual([
      ['Pending', false],
      ['Completed', true],
    ]);
    router.network.down = false;
    await fleet.pass(95);
    const [newest] = await wished();
    expect(newest).toMatchObject({ status: 'Completed', superseded: false });
    expect(newest!.steps.at(-1)!.type).toBe('section.unchanged');
  });
});

describe('the token of a page', () => {
  const whole = { filter: '', limit: 2 };
  it('goes with its query alone', async () => {
    const { next_token: token } = await page(whole);
    expect(token).toEqual(expect.any(String));
    await ask({ ...whole, next_token: token, limit: 5 }).expect(200); // how many is free
    const { site: other } = await fleet.adopted(team);
    for (const change of [
      { filter: 'job' },
      { start: '2025-01-02T00:00:00Z' },
      { end: '2029-01-01T00:00:00Z' },
      { streams: [other] },
      { streams: [site, other] },
    ]) {
      const { body } = await ask({ ...whole, next_token: token, ...change }).expect(422);
      expect(body).toMatchObject({ code: 'validation_failed', errors: { next_token: [expect.stringMatching(/not one that/)] } });
    }
    await ask({ ...whole, streams: [team.teamId], next_token: token }, { group: 'AuditLog' }).expect(422);
  });

  it('cannot be altered or made up', async () => {
    const token = (await page(whole)).next_token!;
    const altered = token.slice(0, 20) + (token[20] === 'A' ? 'B' : 'A') + token.slice(21);
    for (const next_token of [altered, token.slice(0, -4), 'x', Buffer.from('{"seen":null}').toString('base64url')])
      await ask({ ...whole, next_token }).expect(422);
  });

  it('takes in what is written while one pages, and ends', async () => {
    const { data, next_token } = await page(whole);
    await team.owner.job(site, ':put meanwhile', { 'x-description': 'Meanwhile' });
    const seen: Page['data'] = [...data];
    for (let token = next_token; token;) {
      const next = await page({ ...whole, next_token: token });
      seen.push(...next.data);
      token = next.next_token;
    }
    expect(seen.filter(({ message }) => message.includes('Meanwhile')).length).toBe(1);
    await fleet.pass(31);
  });

  it('comes with a short page when ten thousand events were looked at', async () => {
    const { body } = await team.owner.post('/site', { name: 'Busy' }).expect(201);
    const busy = (body as { id: SiteId }).id;
    await fleet.sql(
      `INSERT INTO orchestration_event (site_id, at, team_id, type, status, message, context, seq, xid)
       SELECT $1, $3::timestamptz + n * interval '1 ms', $2, 'test.step', 'Pending', CASE WHEN n = 12345 THEN 'needle' ELSE 'hay' END, '{}', nextval('orchestration_event_seq'),
         pg_current_xact_id()::text::bigint FROM generate_series(1, 15000) n`,
      [busy, team.teamId, new Date(fleet.clock.now())],
    );
    const first = await page({ streams: [busy], filter: 'needle' });
    expect(first).toEqual({ data: [], next_token: expect.any(String) });
    const second = await page({ streams: [busy], filter: 'needle', next_token: first.next_token });
    expect(second).toMatchObject({ data: [{ type: 'test.step' }], next_token: null });
  });
});

describe('the audit log', () => {
  it('is a stream of its team, and of each of its people, oldest first', async () => {
    const boss = await fleet.person(team, 'administrator', { email: 'boss@example.net' });
    const { body } = await boss.post('/site', { name: 'Shop' }).expect(201);
    await boss.delete(`/site/${(body as { id: string }).id}`).expect(204);
    const own = await page({ streams: [boss.userId] }, { group: 'AuditLog' });
    expect(fields(own).map(({ method, endpoint, email }) => [method, endpoint, email])).toEqual([
      ['POST', '/site', 'boss@example.net'],
      ['DELETE', '/site/:site', 'boss@example.net'],
    ]);
    expect(types(own)).toEqual(['request', 'request']);
    const all = await walk({ streams: [team.teamId], limit: 3 }, { group: 'AuditLog' });
    expect(all).toEqual(await walk({ streams: [team.teamId, boss.userId], limit: 1000 }, { group: 'AuditLog' }));
    expect(all.length).toBeGreaterThan(4);
    const deletions = await page({ streams: [team.teamId], filter: '{ $.method = DELETE && $.status_code = 204 }' }, { group: 'AuditLog' });
    expect(fields(deletions).every(({ method }) => method === 'DELETE')).toBe(true);
    expect(deletions.data.length).toBeGreaterThan(1);
  });

  it('shows nothing of other teams, and searching it leaves no line in it', async () => {
    const others = await fleet.team();
    for (const streams of [[others.teamId], [others.owner.userId], [newId()], ['everybody']])
      await ask({ streams }, { group: 'AuditLog' }).expect(404);
    const before = await walk({ streams: [team.teamId], limit: 1000 }, { group: 'AuditLog' });
    expect(await walk({ streams: [team.teamId], limit: 1000 }, { group: 'AuditLog' })).toEqual(before);
  });
});

describe('a search', () => {
  it('names the groups that there are, whose names are case-sensitive', async () => {
    for (const group of ['auditlog', 'Sites', 'syslog', 'constructor']) {
      const { body } = await ask({}, { group }).expect(404);
      expect(body).toMatchObject({
        type: 'invalid_request_error',
        code: 'log_group_not_found',
        message: expect.stringContaining('AuditLog'),
      });
    }
  });

  it('finds no stream of CVE scans before there are any, nor sites that are none', async () => {
    const { body } = await ask({}, { group: 'cve-scan-log' }).expect(404);
    expect(body).toMatchObject({ code: 'log_stream_not_found' });
    for (const stream of [newId(), 'site_0000000000000000000000', 'x', team.teamId]) {
      const answer = await ask({ streams: [site, stream] }).expect(404);
      expect((answer.body as { message: string }).message).toContain(stream);
      expect((answer.body as { message: string }).message).not.toContain(site);
    }
  });

  it.each<[string, Wish, RegExp]>([
    ['no streams', { streams: [] }, /streams/],
    ['streams that are no texts', { streams: [7] }, /streams/],
    ['streams that are no list', { streams: 'x' }, /streams/],
    ['too many streams', { streams: Array.from({ length: 101 }, () => 'x') }, /streams/],
    ['a start behind the end', { start: ALWAYS.end, end: ALWAYS.start }, /start must lie before end/],
    ['a start at the end', { start: ALWAYS.end }, /start must lie before end/],
    ['no time', { start: undefined }, /start/],
    ['a time that is none', { end: 'tomorrow' }, /end/],
    ['a day that is none', { end: '2026-02-31T00:00:00Z' }, /end/],
    ['a time of no place', { end: '2026-02-01T00:00:00' }, /end/],
    ['a number for a time', { end: 1700000000000 }, /end/],
    ['no event', { limit: 0 }, /limit/],
    ['too many events', { limit: 1001 }, /limit/],
    ['half an event', { limit: 1.5 }, /limit/],
    ['a pattern that is too long', { filter: 'x'.repeat(1025) }, /filter/],
    ['a pattern that cannot be read', { filter: '{ $.status = }' }, /filter cannot be read: .* at character 14/],
    ['a pattern of no text', { filter: 7 }, /filter/],
    ['a field that is none', { stream: 'x' }, /stream is not a field/],
  ])('with %s is refused, and the answer says what is wrong', async (_what, wish, message) => {
    const { body } = await ask(wish).expect(422);
    expect(body).toMatchObject({ type: 'invalid_request_error', code: 'validation_failed', message: expect.stringMatching(message) });
  });

  it('takes null for what may be left out', async () => {
    await ask({ filter: null, next_token: null }).expect(200);
  });

  it('needs a login and the scope', async () => {
    await fleet
      .http()
      .post('/logs/sites')
      .send({ ...ALWAYS, streams: [site] })
      .expect(401);
    const limited = await fleet.credential(team.teamId, team.owner.userId, ['site:view']);
    await ask({}, { who: limited }).expect(403);
  });
});
