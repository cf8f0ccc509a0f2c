import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { VirtualRouter } from '../../tools/virtual-router/index.js';
import { Fleet, type Team } from './support/fleet.js';

describe('a job', () => {
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

  const job = async (id: unknown): Promise<Record<string, unknown>> =>
    (await team.owner.get(`/site/${site}/job/${String(id)}`).expect(200)).body as Record<string, unknown>;

  it('changes the router and is reported done', async () => {
    const made = await team.owner.job(site, '/system identity set name="Café «Nord» \\$5"', { 'x-description': 'Rename' });
    expect(made).toMatchObject({
      site_id: site,
      description: 'Rename',
      state: 'pending',
      started_at: null,
      needs_acknowledgement: true,
      should_backup: false,
      associated_backup: null,
    });
    expect(made.token).toMatch(/^[0-9A-Za-z]{22}$/);
    expect(made.log_url).toContain(`streams=${site}`);
    await fleet.pass(31);
    expect(await job(made.id)).toMatchObject({
      state: 'done',
      failed_at: null,
      started_at: expect.any(String),
      completed_at: expect.any(String),
    });
    expect(router.item('/system/identity')).toMatchObject({ name: 'Café «Nord» $5' });
    await fleet.pass(31);
    expect((await team.owner.get(`/site/${site}`)).body.identity).toBe('Café «Nord» $5');
  });

  it('that fails on the router says why', async () => {
    const made = await team.owner.job(site, '/ip address add address=10.0.0.1/24 interface=nowhere');
    await fleet.pass(31);
    const failed = await job(made.id);
    expect(failed).toMatchObject({ state: 'failed', completed_at: null, failed_at: expect.any(String) });
    expect(failed.failure_reason).toMatch(/nowhere|interface/i);
  });

  it('with a syntax error fails and does not stay silent', async () => {
    const made = await team.owner.job(site, '/ip firewall filter add chain=input action=nonsense');
    const broken = await team.owner.job(site, ':put "unterminated');
    await fleet.pass(95);
    expect((await job(made.id)).state).toBe('failed');
    expect((await job(broken.id)).state).toBe('failed');
  });

  it('runs after those queued before it, one at a time', async () => {
    const names = ['first', 'second', 'third'];
    for (const name of names) await team.owner.job(site, `/system note set note="${name}"; :delay 40s`);
    const states = async (): Promise<unknown[]> =>
      ((await team.owner.get(`/site/${site}/job?per_page=3`).expect(200)).body as { state: string }[]).map((j) => j.state).reverse();
    await fleet.pass(31);
    expect(await states()).toEqual(['busy', 'pending', 'pending']);
    await fleet.pass(60);
    expect((await states()).slice(0, 2)).toEqual(['done', 'busy']);
    await fleet.pass(120);
    expect(await states()).toEqual(['done', 'done', 'done']);
  });

  it('is queued once for one idempotency key', async () => {
    const key = { 'x-idempotency-key': '7f000000-0000-4000-8000-0000000000aa' };
    const first = await team.owner.job(site, ':put 1', key);
    const again = await team.owner.job(site, ':put 2', key);
    expect(again).toMatchObject({ id: first.id, script: ':put 1' });
    const at_once = await Promise.all(
      Array.from({ length: 8 }, () => team.owner.job(site, ':put 3', { 'x-idempotency-key': '7f000000-0000-4000-8000-0000000000bb' })),
    );
    expect(new Set(at_once.map((j) => j.id)).size).toBe(1);
    await fleet.pass(65);
  });

  it('that needs no acknowledgement is done when it was sent', async () => {
    const made = await team.owner.job(site, ':put fine', { 'x-needs-ack': 'false' });
    await fleet.pass(31);
    expect(await job(made.id)).toMatchObject({ state: 'done', needs_acknowledgement: false });
  });

  it('waits for a router that is offline', async () => {
    router.network.down = true;
    const made = await team.owner.job(site, '/system note set note="while you were away"');
    await fleet.pass(400);
    expect(await job(made.id)).toMatchObject({ state: 'pending' });
    expect((await team.owner.get(`/site/${site}`)).body.has_pulse).toBe(false);
    router.network.down = false;
    await fleet.pass(35);
    expect(await job(made.id)).toMatchObject({ state: 'done' });
    expect(router.item('/system/note')).toMatchObject({ note: 'while you were away' });
  });

  it('can be cancelled before a router has it, and not after', async () => {
    const made = await team.owner.job(site, ':put never');
    await team.owner.delete(`/site/${site}/job/${String(made.id)}`).expect(204);
    await team.owner.get(`/site/${site}/job/${String(made.id)}`).expect(404);
    const late = await team.owner.job(site, ':put late');
    await fleet.pass(31);
    const { body } = await team.owner.delete(`/site/${site}/job/${String(late.id)}`).expect(409);
    expect(body).toMatchObject({
      type: 'invalid_request_error',
      code: 'job_already_started',
      doc_url: expect.stringMatching(/\/errors\/job_already_started$/),
    });
  });

  it('whose router dies in the middle times out to failed with a reason, and the next one runs', async () => {
    const made = await team.owner.job(site, ':delay 120s');
    const next = await team.owner.job(site, '/system note set note="alive"');
    await fleet.pass(31);
    expect(await job(made.id)).toMatchObject({ state: 'busy' });
    router.reboot();
    await fleet.pass(960);
    const failed = await job(made.id);
    expect(failed.state).toBe('failed');
    expect(failed.failure_reason).toMatch(/did not report its end within 900 s/);
    await fleet.pass(31);
    expect(await job(next.id)).toMatchObject({ state: 'done' });
  });

  it('whose answer was lost on the way is sent again', async () => {
    const made = await team.owner.job(site, '/system note set note="second try"');
    await fleet.sql(`UPDATE job SET state = 'sent', deliveries = 1, sent_at = $2 WHERE id = $1`, [made.id, new Date(fleet.clock.now())]);
    await fleet.pass(60);
    expect(await job(made.id)).toMatchObject({ state: 'sent' });
    await fleet.pass(70);
    expect(await job(made.id)).toMatchObject({ state: 'done' });
    expect(router.item('/system/note')).toMatchObject({ note: 'second try' });
  });

  it('is reported on as it stands, whatever changed it since its router got it', async () => {
    const given = async (): Promise<unknown> => {
      const { id } = await team.owner.job(site, ':delay 40s');
      await fleet.pass(31);
      expect((await job(id)).state).toBe('busy');
      return id;
    };
    const [failed, touched] = [
      `UPDATE job SET state = 'failed', failed_at = now(), failure_reason = 'Gone' WHERE id = $1 RETURNING 1`,
      `UPDATE job SET deliveries = deliveries WHERE id = $1 RETURNING 1`,
    ];
    const one = await given();
    await fleet.sql(failed, [one]);
    await fleet.pass(60);
    expect(await job(one)).toMatchObject({ state: 'failed', failure_reason: 'Gone', completed_at: null });
    const other = await given();
    await fleet.sql(touched, [other]);
    await fleet.pass(60);
    expect((await job(other)).state).toBe('done');
  });

  it('survives kill -9 of the server between delivery and status', async () => {
    const made = await team.owner.job(site, ':delay 45s; /system note set note="through a crash"');
    await fleet.pass(31);
    expect((await job(made.id)).state).toBe('busy');
    await fleet.crash();
    await fleet.clock.advance(10_000);
    await fleet.startApp();
    await fleet.pass(60);
    expect(await job(made.id)).toMatchObject({ state: 'done' });
  });

  it('is delivered once to two polls at the same instant', async () => {
    await fleet.pass(30);
    await router.stop();
    const { authorization } = router.requests.filter((r) => r.url.endsWith('/poll')).at(-1)!.headers as { authorization: string };
    const bearer = authorization ?? Object.entries(router.requests.at(-1)!.headers).find(([k]) => k.toLowerCase() === 'authorization')![1];
    await team.owner.job(site, ':put once');
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        fleet.http().post('/poll').set('authorization', bearer).set('content-type', 'text/plain').send('name=x;uptime=1h').expect(200),
      ),
    );
    expect(answers.filter((a) => a.text !== '')).toHaveLength(1);
    router.start();
  });

  it('answers a clear error for each bad header', async () => {
    const send = (
      headers: Record<string, string>,
      script = ':put 1',
    ): Promise<{ status: number; body: { code: string; errors: Record<string, string[]> } }> =>
      team.owner
        .post(`/site/${site}/job`)
        .set({ 'content-type': 'text/plain', 'x-idempotency-key': '7f000000-0000-4000-8000-0000000000cc', ...headers })
        .send(script);
    expect((await send({ 'x-idempotency-key': 'abc' })).body.errors).toHaveProperty('X-Idempotency-Key');
    expect((await send({ 'x-description': 'ab', 'x-needs-ack': 'perhaps' })).body.errors).toMatchObject({
      'X-Description': expect.anything(),
      'X-Needs-Ack': expect.anything(),
    });
    expect((await send({}, 'x')).status).toBe(422);
    expect((await send({}, 'x'.repeat(10_001))).status).toBe(422);
    expect((await send({}, 'x'.repeat(50_000))).status).toBe(413);
    expect((await send({ 'content-type': 'application/json' }, '{}')).status).toBe(415);
    expect((await send({ 'x-backup': 'perhaps' })).body.errors).toHaveProperty('X-Backup');
  });
});
