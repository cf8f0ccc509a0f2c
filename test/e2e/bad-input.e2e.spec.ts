import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Test } from 'supertest';
import type { VirtualRouter } from '../../tools/virtual-router/index.js';
import { DeviceTokens } from '../../src/fleet/poll/device-tokens.js';
import { newId, type SiteId } from '../../src/platform/context/index.js';
import { AppKeys } from '../../src/platform/crypto/index.js';
import { Fleet, type Team } from './support/fleet.js';

describe('bad input', () => {
  let fleet: Fleet;
  let team: Team;
  let router: VirtualRouter;
  let site: string;
  let bearer: string;

  beforeAll(async () => {
    fleet = await Fleet.start();
    team = await fleet.team();
    ({ router, site } = await fleet.rested(team));
    bearer = Object.entries(router.requests.find((r) => r.url.endsWith('/poll'))!.headers).find(
      ([k]) => k.toLowerCase() === 'authorization',
    )![1];
    await router.stop();
  }, 60_000);
  afterAll(() => fleet.stop());

  const poll = (authorization: string | undefined, body = 'uptime=1h', type = 'text/plain'): Test => {
    const test = fleet.http().post('/poll').set('content-type', type);
    return (authorization === undefined ? test : test.set('authorization', authorization)).send(body);
  };
  const shape = {
    type: expect.any(String),
    code: expect.any(String),
    message: expect.any(String),
    doc_url: expect.stringContaining('/errors/'),
  };

  it('in a device token is 401, whatever is wrong with it', async () => {
    const token = bearer.slice('Bearer '.length);
    const foreign = new DeviceTokens(new AppKeys('22'.repeat(32)), undefined as never).issue({
      siteId: site as SiteId,
      teamId: team.teamId,
      generation: 1,
    });
    const flipped = token.slice(0, 20) + (token[20] === 'A' ? 'B' : 'A') + token.slice(21);
    for (const bad of [
      undefined,
      'Bearer',
      'Bearer ',
      `Basic ${token}`,
      `Bearer ${token.slice(0, -1)}`,
      `Bearer ${token}x`,
      `Bearer ${flipped}`,
      `Bearer ${foreign}`,
      `Bearer ${team.owner.token}`,
      'Bearer ' + 'A'.repeat(5000),
    ]) {
      const { status, body } = await poll(bad);
      expect([status, bad?.slice(0, 30)]).toEqual([401, bad?.slice(0, 30)]);
      expect(body).toMatchObject({ ...shape, code: 'unauthenticated' });
    }
    await poll(bearer).expect(200);
  });

  it('makes no difference between device tokens of other teams and unknown ones on user routes', async () => {
    await fleet.http().get('/site').set('authorization', bearer).expect(401);
    await fleet.http().get('/site').set('authorization', `Bearer ${fleet.internal().token}`).expect(401);
    await team.owner.get('/site/internal/online').expect(401);
    await fleet.internal().get('/site/internal/online').expect(200);
  });

  it('in a signature is 403; a done URL is no fail URL', async () => {
    await team.owner.job(site, ':put 1');
    const script = (await poll(bearer).expect(200)).text;
    const url = (status: string): string => new RegExp(`/job/[0-9a-f-]+/update\\?status=${status}&signature=[\\w-]+`).exec(script)![0];
    await fleet.http().get(url('done').replace('status=done', 'status=fail')).expect(403);
    await fleet.http().get(url('done').slice(0, -2)).expect(403);
    await fleet
      .http()
      .get(url('done').replace(/signature=.*/, ''))
      .expect(403);
    await fleet
      .http()
      .get(`${url('done')}&status=fail`)
      .expect(403);
    await fleet
      .http()
      .get(`/job/${newId()}/update?${url('done').split('?')[1]}`)
      .expect(403);
    expect((await fleet.http().get(url('busy')).expect(200)).text).toBe('ok');
    await fleet.http().get(url('busy')).expect(200);
    await fleet.http().post(url('fail')).set('content-type', 'text/plain').send('it broke').expect(200);
    await fleet.http().get(url('done')).expect(200);
    const [job] = (await team.owner.get(`/site/${site}/job`)).body as Record<string, unknown>[];
    expect(job).toMatchObject({ state: 'failed', failure_reason: 'it broke', completed_at: null });
  });

  it('in a body is told by its kind: too large, wrong type, broken, not JSON enough', async () => {
    await poll(bearer, 'x'.repeat(5_000_000)).expect(413);
    await poll(bearer, 'uptime=1h', 'application/json').expect(415);
    await poll(bearer, 'uptime=1h', 'application/x-www-form-urlencoded').expect(415);
    await poll(bearer, 'garbage'.repeat(9000)).expect(400);
    const send = (text: string, type = 'application/json'): Test =>
      team.owner
        .put(`/site/${site}`, undefined as never)
        .set('content-type', type)
        .send(text);
    expect((await send('{"name":')).status).toBe(400);
    expect((await send('{"__proto__":{"polluted":true},"name":"x"}')).status).toBe(400);
    expect((await send('{"constructor":{"prototype":{"polluted":true}},"name":"x"}')).status).toBeGreaterThanOrEqual(400);
    expect((await send('[1,2,3]')).status).toBe(422);
    expect((await send('"text"')).status).toBe(422);
    expect((await send('null')).status).toBe(422);
    expect((await send(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`)).status).toBeLessThan(500);
    expect((await send('name=x', 'text/plain')).status).toBe(415);
    expect((await send(JSON.stringify({ name: 'y'.repeat(2_000_000) }))).status).toBe(413);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('in a field is named, all of them at once, unknown and read-only ones too', async () => {
    const { body } = await team.owner
      .put(`/site/${site}`, { name: '', timezone: 'Mars/Olympus', location: { lat: 100 }, id: newId(), team_id: newId(), has_pulse: false })
      .expect(422);
    expect(Object.keys(body.errors).sort()).toEqual(['has_pulse', 'id', 'location.lat', 'location.lon', 'name', 'team_id', 'timezone']);
    expect(body).toMatchObject({ ...shape, code: 'validation_failed', type: 'invalid_request_error' });
    expect((await team.owner.get(`/site/${site}`)).body.name).not.toBe('');
  });

  it('of names, in any script of the world, comes back as it went in', async () => {
    for (const name of [
      'Zürich',
      'שלום "x"',
      '日本 🗼',
      "Robert'); DROP TABLE site;--",
      '$[/system reboot]',
      'a\u202Eb',
      'x'.repeat(255),
    ]) {
      expect((await team.owner.patch(`/site/${site}`, { name }).expect(200)).body.name).toBe(name);
    }
    await team.owner.patch(`/site/${site}`, { name: 'nul\0' }).expect((r) => expect(r.status).toBeLessThan(500));
  });

  it('of ids is the same answer as for unknown ones', async () => {
    for (const id of [newId(), 'abc', '../etc', '%00', '1 OR 1=1']) {
      const { body } = await team.owner.get(`/site/${encodeURIComponent(id)}`).expect(404);
      expect(body).toMatchObject(shape);
    }
  });

  it('from another team finds nothing and changes nothing', async () => {
    const other = await fleet.team();
    const before = (await team.owner.get(`/site/${site}`)).body as Record<string, unknown>;
    await other.owner.get(`/site/${site}`).expect(404);
    await other.owner.put(`/site/${site}`, { name: 'mine now' }).expect(404);
    await other.owner.delete(`/site/${site}`).set('x-force-delete', 'true').expect(404);
    await other.owner.get(`/site/${site}/job`).expect(404);
    await other.owner
      .post(`/site/${site}/job`)
      .set({ 'content-type': 'text/plain', 'x-idempotency-key': newId() })
      .send(':put 1')
      .expect(404);
    await other.owner.post(`/site/${site}/bootstrap`, {}).expect(404);
    await other.owner.get(`/site/mikrotik-stats/${site}`).expect(404);
    await other.owner.get(`/runbook/${team.runbookId}`).expect(404);
    await other.owner.delete(`/runbook/${team.runbookId}`).expect(404);
    expect((await other.owner.get('/site')).body).toEqual([]);
    expect((await other.owner.get('/site/recent')).body).toEqual([]);
    expect((await team.owner.get(`/site/${site}`)).body).toMatchObject({ name: before.name, deleted_at: null });
  });

  it('of paging is refused, and pages are cut as asked', async () => {
    await team.owner.get('/site?page=0').expect(422);
    await team.owner.get('/site?per_page=100000').expect(422);
    await team.owner.get('/site?limit=1').expect(422);
    expect((await team.owner.get('/site?per_page=1&page=2').expect(200)).body).toEqual([]);
  });

  it('never puts tokens, passwords or scripts into the log', () => {
    const log = fleet.log.join('\n');
    for (const secret of [bearer.slice(7), team.owner.token.split(':')[2]!, fleet.internal().token, ':put 1', 'Correct-Horse-7'])
      expect(log).not.toContain(secret);
    expect(log).toContain('"route":"/site/:site"');
  });
});
