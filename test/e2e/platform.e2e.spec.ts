import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeartbeatBuffer } from '../../src/fleet/poll/heartbeat-buffer.js';
import { Overload } from '../../src/fleet/poll/overload.js';
import { PulseFlush } from '../../src/fleet/poll/pulse-flush.js';
import { RequestContext } from '../../src/platform/context/index.js';
import { EmbeddedPostgres } from '../../src/platform/embedded/index.js';
import { letter, Mailer } from '../../src/platform/mail/index.js';
import { Fleet } from './support/fleet.js';

describe('the platform', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await Fleet.start();
  }, 60_000);
  afterAll(() => fleet.stop());

  it('tells how it is', async () => {
    expect((await fleet.http().get('/health/live').expect(200)).body).toEqual({ status: 'ok' });
    const { body } = await fleet.http().get('/health/ready').expect(200);
    expect(body).toMatchObject({ status: 'ok', checks: { database: { status: 'ok' }, tasks: { status: 'ok', transport: 'in-process' } } });
    expect(body.checks.mail).toEqual({ status: 'ok', delivery: 'outbox', ms: expect.any(Number) });
    expect((await fleet.http().get('/health').expect(200)).body.status).toBe('ok');
  });

  it('sends mails, and a test reads them', async () => {
    const { text, html } = letter({
      ...{ title: 'Hi', greeting: 'Hello,', paragraphs: [], footer: 'Bye' },
      button: { label: 'Look', url: `${fleet.url}/docs` },
    });
    const to = { address: 'jo@example.net', name: 'Jo' };
    const ctx = RequestContext.system('test');
    await fleet.app.get(Mailer).send(ctx, { to, subject: 'First', text, html, kind: 'welcome' });
    await fleet.app.get(Mailer).send(ctx, { to, subject: 'Second', text, html, kind: 'reminder' });
    expect(await fleet.mail('jo@example.net')).toMatchObject({ subject: 'Second', kind: 'reminder', to, links: [`${fleet.url}/docs`] });
    expect(await fleet.mail('jo@example.net', 'welcome')).toMatchObject({ subject: 'First' });
    expect(await fleet.mails('jo@example.net')).toHaveLength(2);
    await expect(fleet.mail('al@example.net')).rejects.toThrow(
      'There is no mail to al@example.net. Mails so far: welcome to jo@example.net',
    );
  });

  it('shows its API at /docs', async () => {
    expect((await fleet.http().get('/docs').redirects(1).expect(200)).text).toContain('rosfleet API');
    const { body } = await fleet.http().get('/docs-json').expect(200);
    expect(body.paths['/poll'].post).toMatchObject({ 'x-auth': 'device', 'x-scope': null });
  });

  it('explains each error where its doc_url leads, and ties it to the log by a request id', async () => {
    const { body, headers } = await fleet.http().get('/nowhere/at/all').expect(404);
    expect(headers['x-request-id']).toBe(body.request_id);
    const page = await fleet
      .http()
      .get(new URL(body.doc_url as string).pathname)
      .expect(200);
    expect(page.text).toContain('not_found');
    expect((await fleet.http().get('/errors/api_error').expect(200)).text).toContain('internal_server_error');
    await fleet.http().get('/errors/no_such').expect(404);
  });

  it('sheds heartbeats under overload with an empty 200, unread', async () => {
    const team = await fleet.team();
    const { router } = await fleet.adopted(team);
    const overload = fleet.app.get(Overload);
    await fleet.app.get(PulseFlush).flush();
    Object.defineProperty(overload, 'isBehind', { value: true, configurable: true });
    await fleet.clock.advance(31_000);
    await fleet.clock.settle();
    expect(overload.shed).toBeGreaterThan(0);
    expect(fleet.app.get(HeartbeatBuffer).size).toBe(0);
    expect(router.requests.filter((r) => r.url.endsWith('/poll')).at(-1)!.status).toBe(200);
    await team.owner.get('/site').expect(200);
    delete (overload as { isBehind?: boolean }).isBehind;
    await router.stop();
  });

  it('runs as several processes: work that one takes in, another hands out', async () => {
    const team = await fleet.team();
    const { router, site } = await fleet.rested(team);
    const second = await fleet.sibling();
    const job = await team.owner.job(site, '/system note set note="by the other"'); // the first process hears of it
    await router.stop();
    const { authorization } = Object.fromEntries(
      Object.entries(router.requests.filter(({ url }) => url.endsWith('/poll')).at(-1)!.headers).map(([k, v]) => [k.toLowerCase(), v]),
    ) as {
      authorization: string;
    };
    const poll = async (): Promise<string> =>
      (await second.http.post('/poll').set('authorization', authorization).set('content-type', 'text/plain').send('uptime=1h').expect(200))
        .text;
    expect(await poll()).toBe('');
    await second.app.get(PulseFlush).flush();
    expect(await poll()).toContain('by the other');
    expect((await team.owner.get(`/site/${site}/job/${String(job.id)}`)).body.state).toBe('sent');
    await second.app.close();
  });
});

describe('while PostgreSQL restarts', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'rosfleet-restart-'));
  let server: EmbeddedPostgres;
  let fleet: Fleet;

  beforeAll(async () => {
    server = await EmbeddedPostgres.start({ dataDir });
    fleet = await Fleet.start({}, { url: server.url, drop: () => Promise.resolve() });
  }, 60_000);
  afterAll(async () => {
    await fleet.stop();
    await server.stop();
    rmSync(realpathSync(join(dataDir, 'postgres')), { recursive: true, force: true });
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('a router gets an empty script and comes back, people get a clear 503, and nothing is lost', async () => {
    const team = await fleet.team();
    const { router, site } = await fleet.rested(team);
    const job = await team.owner.job(site, '/system note set note="after the restart"');
    const polls = (): number[] => router.requests.filter((r) => r.url.endsWith('/poll')).map((r) => r.status!);
    const before = polls().length;
    const { port } = new URL(server.url);
    process.kill(server.pid!, 'SIGKILL');
    await new Promise((r) => setTimeout(r, 300));
    await fleet.clock.advance(31_000);
    await fleet.clock.settle();
    expect(polls().length).toBeGreaterThan(before);
    expect(
      polls()
        .slice(before)
        .every((status) => status === 200),
    ).toBe(true);
    const refused = await team.owner.get('/site');
    expect([refused.status, refused.body.code]).toEqual([503, 'unavailable']);
    await fleet.http().get('/health/ready').expect(503);
    await fleet.http().get('/health/live').expect(200);
    server = await EmbeddedPostgres.start({ dataDir, port: Number(port) });
    await fleet.settled();
    const [pulse] = await fleet.sql<{ last_seen_at: Date }>(`SELECT last_seen_at FROM site_pulse WHERE site_id = $1`, [site]);
    expect(fleet.clock.now() - pulse!.last_seen_at.getTime()).toBeLessThanOrEqual(31_000);
    await fleet.pass(35);
    expect((await team.owner.get(`/site/${site}/job/${String(job.id)}`).expect(200)).body.state).toBe('done');
    await router.stop();
  }, 60_000);
});
