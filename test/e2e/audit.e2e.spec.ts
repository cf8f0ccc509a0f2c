import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditTrail, verifyAuditLog } from '../../src/platform/audit/index.js';
import { RequestContext } from '../../src/platform/context/index.js';
import { AppKeys } from '../../src/platform/crypto/index.js';
import { Database } from '../../src/platform/database/index.js';
import { type Client, Fleet, type Team } from './support/fleet.js';

interface Line {
  readonly log_id: string;
  readonly method: string;
  readonly endpoint: string;
  readonly status_code: number;
  readonly email: string | null;
  readonly actor: string;
  readonly request_payload: Record<string, unknown>;
}

let fleet: Fleet;
let team: Team;
let boss: Client;

beforeAll(async () => {
  fleet = await Fleet.start();
  team = await fleet.team();
  boss = await fleet.person(team, 'administrator', { email: 'boss@example.net' });
}, 60_000);
afterAll(() => fleet.stop());

const lines = async (who: Client = boss, query = ''): Promise<Line[]> =>
  ((await who.get(`/audit-logs?limit=100${query}`).expect(200)).body as { data: Line[] }).data;
const verdict = (): ReturnType<typeof verifyAuditLog> => verifyAuditLog(fleet.app.get(Database), fleet.app.get(AppKeys));

describe('the audit log', () => {
  it('has every change before its answer leaves: who, what, from where, with which result', async () => {
    const { body } = await boss
      .post('/site', { name: 'Shop 1' })
      .set('user-agent', 'check/1')
      .set('referer', 'https://portal.example.net/sites?x=1')
      .expect(201);
    const [line] = await lines();
    expect(line).toMatchObject({
      ...{ method: 'POST', endpoint: '/site', status_code: 201, status_code_type: 'success', actor: 'user' },
      ...{ user_id: boss.userId, name: 'Person', email: 'boss@example.net', team_id: team.teamId },
      ...{ ip_address: '127.0.0.1', user_agent: 'check/1', frontend_page: 'https://portal.example.net/sites' },
      ...{ request_payload: { body: { name: 'Shop 1' } }, response_payload: null },
      organization_id: expect.stringMatching(/^org_/),
      workspace_id: expect.stringMatching(/^ws_/),
    });
    await boss.delete(`/site/${body.id as string}`).expect(204);
    expect((await lines())[0]).toMatchObject({ method: 'DELETE', endpoint: '/site/:site', request_payload: { params: { site: body.id } } });
  });

  it('has refused requests too, and reading leaves no trace', async () => {
    const before = (await lines()).length;
    const member = await fleet.person(team, 'member', { email: 'member@example.net' });
    await member.get('/site').expect(200);
    await member.post('/site', { name: 'x' }).expect(403);
    await boss.post('/site', { name: '' }).expect(422);
    const now = await lines();
    expect(now.length).toBe(before + 2);
    expect(now[0]).toMatchObject({ status_code: 422, email: 'boss@example.net' });
    expect(now[1]).toMatchObject({ status_code: 403, email: 'member@example.net' });
    await fleet.http().post('/site').send({ name: 'x' }).expect(401);
    const [nobody] = await fleet.sql<{ actor: string; status: number }>(`SELECT actor, status FROM audit_event ORDER BY seq DESC LIMIT 1`);
    expect(nobody).toEqual({ actor: 'public', status: 401 });
  });

  it('keeps no secrets', async () => {
    await boss.put('/oauth/password', { current_password: 'Wrong-Horse-7', password: 'Another-Horse-8' }).expect(401);
    const [{ payload }] = (await fleet.sql<{ payload: string }>(`SELECT payload FROM audit_event ORDER BY seq DESC LIMIT 1`)) as [
      { payload: string },
    ];
    expect(payload).not.toMatch(/Horse/);
    const { body } = await boss.post('/site', { name: 'Shop 2' });
    await boss.job(body.id as string, ':put "very secret"');
    expect(JSON.stringify((await lines())[0])).not.toMatch(/very secret/);
  });

  it('shows a team its own lines only, to those who may change the team', async () => {
    const other = await fleet.team();
    const stranger = await fleet.person(other, 'owner');
    await stranger.post('/site', { name: 'theirs' }).expect(201);
    expect(JSON.stringify(await lines())).not.toMatch(/theirs/);
    expect((await lines(stranger)).every((l) => !JSON.stringify(l).includes('Shop 1'))).toBe(true);
    await (await fleet.person(team, 'member')).get('/audit-logs').expect(403);
  });

  it('is paged by a cursor that new lines do not shift', async () => {
    for (let i = 0; i < 7; i++) await boss.post('/site', { name: `Paged ${i}` });
    type Page = { data: Line[]; pagination: { cursor: string; has_more: boolean; count: number } };
    const first = (await boss.get('/audit-logs?limit=3').expect(200)).body as Page;
    await boss.post('/site', { name: 'meanwhile' });
    const second = (await boss.get(`/audit-logs?limit=3&cursor=${first.pagination.cursor}`).expect(200)).body as Page;
    expect([...first.data, ...second.data].map((l) => (l.request_payload['body'] as { name: string }).name)).toEqual(
      [6, 5, 4, 3, 2, 1].map((i) => `Paged ${i}`),
    );
    expect(first.pagination).toMatchObject({ count: 3, limit: 3, has_more: true });
    await boss.get('/audit-logs?cursor=nonsense').expect(422);
  });

  it('is filtered by time, method, status, person and text', async () => {
    expect((await lines(boss, '&http_verb=DELETE')).every((l) => l.method === 'DELETE')).toBe(true);
    expect((await lines(boss, '&status_code=422')).every((l) => l.status_code === 422)).toBe(true);
    expect((await lines(boss, `&user_id=${boss.userId}`)).every((l) => l.email === 'boss@example.net')).toBe(true);
    expect(await lines(boss, '&search_term=Paged%203')).toHaveLength(1);
    expect(await lines(boss, '&search_term=100%25')).toHaveLength(0);
    expect(await lines(boss, '&start_date=2030-01-01T00:00:00Z')).toHaveLength(0);
    await boss.get('/audit-logs?limit=101').expect(422);
  });

  it('is one chain over many requests at once, and over processes', async () => {
    const sibling = await fleet.sibling();
    const post = (i: number): Promise<unknown> =>
      i % 2
        ? boss.post('/site', { name: `n${i}` })
        : sibling.http
            .post('/site')
            .set('authorization', `Bearer ${boss.token}`)
            .send({ name: `n${i}` });
    await Promise.all(Array.from({ length: 60 }, (_, i) => post(i)));
    await sibling.app.close();
    expect((await verdict()).brokenAt).toBeUndefined();
    expect(await lines(boss, '&search_term=n5')).toHaveLength(11);
  });

  it('refuses changes in the database, and shows those that were made behind its back', async () => {
    await expect(fleet.sql(`UPDATE audit_event SET status = 200 WHERE seq = 3`)).rejects.toThrow(/never changed/);
    await expect(fleet.sql(`DELETE FROM audit_event WHERE seq = 3`)).rejects.toThrow(/by retention alone/);
    const forge = async (sql: string): Promise<string | undefined> => {
      await fleet.sql(`ALTER TABLE audit_event DISABLE TRIGGER USER`);
      await fleet.sql(`CREATE TABLE kept AS SELECT * FROM audit_event`);
      await fleet.sql(sql);
      const { brokenAt } = await verdict();
      await fleet.sql(`DELETE FROM audit_event`);
      await fleet.sql(`INSERT INTO audit_event SELECT * FROM kept`);
      await fleet.sql(`DROP TABLE kept`);
      await fleet.sql(`ALTER TABLE audit_event ENABLE TRIGGER USER`);
      return brokenAt?.why;
    };
    expect(await forge(`UPDATE audit_event SET email = 'else@example.net' WHERE seq = 4 RETURNING seq`)).toMatch(/line 4 was altered/);
    expect(await forge(`DELETE FROM audit_event WHERE seq = 5 RETURNING seq`)).toMatch(/line 5 is missing/);
    expect(await forge(`DELETE FROM audit_event WHERE seq <= 2 RETURNING seq`)).toMatch(/line 1 is missing/);
    expect((await verdict()).brokenAt).toBeUndefined();
  });

  it('loses its oldest lines to retention, and is still whole', async () => {
    const before = (await verdict()).lines;
    await fleet.clock.advance(366 * 86_400_000);
    const late = await fleet.person(team, 'administrator');
    await late.post('/site', { name: 'late' }).expect(201);
    await fleet.app.get(AuditTrail).cut();
    const after = await verdict();
    expect(after).toEqual({ lines: expect.any(Number) });
    expect(after.lines).toBeLessThan(before);
    await late.post('/site', { name: 'later' }).expect(201);
    expect((await verdict()).lines).toBe(after.lines + 1);
  });

  it('waits for a database that is away, and loses nothing', async () => {
    const trail = fleet.app.get(AuditTrail);
    const db = fleet.app.get(Database);
    const { transaction } = db;
    let tries = 0;
    db.transaction = () => (tries++, Promise.reject(new Error('the database is away')));
    await trail.add(RequestContext.system('test'), { method: 'EVENT', endpoint: 'while-away', status: 200, payload: '{}' });
    db.transaction = transaction;
    await trail.flush(); // the one that failed
    await trail.flush();
    expect(tries).toBe(1);
    expect(await fleet.sql(`SELECT FROM audit_event WHERE endpoint = 'while-away'`)).toHaveLength(1);
  });
});
