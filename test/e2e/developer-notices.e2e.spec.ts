import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RouterDial } from '../../src/modules/control-plane/live/router-dial.js';
import { Resolver } from '../../src/platform/outbound/resolver.js';
import type { VirtualRouter } from '../../tools/virtual-router/index.js';
import { eventually } from '../support/eventually.js';
import { Fleet, type Team } from './support/fleet.js';
import { Tunnels } from './support/reachable.js';

interface Got {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: { status: string; idempotency_key: string };
}

/** What a receiver does to check a message, by the words of the specification. */
const isSignedBy = (secret: string, { headers, text }: Got): boolean => {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const right = createHmac('sha256', key)
    .update(`${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${text}`)
    .digest('base64');
  return String(headers['webhook-signature']).split(' ').includes(`v1,${right}`);
};

describe('notices of jobs', () => {
  let fleet: Fleet;
  let team: Team;
  let router: VirtualRouter;
  let site: string;
  let receiver: Server;
  let url: string;
  let answers: number[] = [];
  const got: Got[] = [];

  beforeAll(async () => {
    fleet = await Fleet.start({ DEVELOPER_API_RATE: '1000', WEBHOOK_HTTP: 'true', WEBHOOK_ALLOW: '127.0.0.3/32' });
    team = await fleet.team();
    ({ router, site } = await fleet.rested(team));
    receiver = createServer((request, response) => {
      let text = '';
      request.on('data', (part: Buffer) => (text += part.toString()));
      request.on('end', () => {
        got.push({ headers: request.headers, text, body: JSON.parse(text) as Got['body'] });
        response.writeHead(answers.shift() ?? 204).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.3', resolve));
    url = `http://127.0.0.3:${(receiver.address() as AddressInfo).port}/jobs?team=7`;
  }, 60_000);
  beforeEach(() => {
    got.length = 0;
    answers = [];
  });
  afterAll(async () => {
    await new Promise((resolve) => receiver.close(resolve));
    await fleet.stop();
  });

  const queue = async (body: object = {}): Promise<Record<string, string>> =>
    (
      await team.owner
        .post(`/api/asynchronous/${site}`, {
          description: 'Probe',
          script: ':log info x',
          needs_acknowledgement: true,
          notify_url: url,
          ...body,
        })
        .expect(200)
    ).body.data as Record<string, string>;
  const notices = async () => (await team.owner.get(`/api/routers/${site}/notices`).expect(200)).body as Record<string, unknown>[];
  const secret = async () => (await team.owner.get('/api/webhook-secret').expect(200)).body as Record<string, string>;
  /** Time passes, and what is due by then is done. */
  const pass = async (seconds: number): Promise<void> => {
    await fleet.pass(seconds);
    await fleet.mails('nobody@example.net');
  };
  const statuses = (): string[] => got.map(({ body }) => body.status);

  it('say busy, then done, signed as Standard Webhooks says', async () => {
    const accepted = await queue();
    await pass(40);
    await eventually(() => Promise.resolve(got.length === 2));
    expect(got.map(({ body }) => body)).toEqual(
      ['busy', 'done'].map((status) => ({
        ...{ idempotency_key: accepted['idempotency_key'], request_id: accepted['request_id'], target: site, status },
        date: expect.stringMatching(/^\d{4}-.*Z$/),
      })),
    );
    const { secret: own } = await secret();
    for (const one of got) {
      expect(isSignedBy(own!, one)).toBe(true);
      expect(isSignedBy(`${own!.slice(0, -4)}AAA=`, one)).toBe(false);
      expect(one.headers['content-type']).toBe('application/json');
      expect(Math.abs(Number(one.headers['webhook-timestamp']) - fleet.clock.now() / 1000)).toBeLessThan(60);
    }
    expect(new Set(got.map(({ headers }) => headers['webhook-id'])).size).toBe(2);
    expect((await notices()).slice(0, 2)).toMatchObject([
      { state: 'delivered', attempts: 1, last_status: 204, last_error: null, next_attempt_at: null, notice: { status: 'done' } },
      { state: 'delivered', notice: { status: 'busy' } },
    ]);
  }, 30_000);

  it('say fail of a script that fails, and done at once of one that needs no acknowledgement', async () => {
    await queue({ script: ':error "no"' });
    await queue({ needs_acknowledgement: false });
    await pass(100);
    expect(statuses().sort()).toEqual(['busy', 'done', 'fail']);
  }, 30_000);

  it('are repeated until they are taken, in their order, under one id', async () => {
    answers = [500, 302, 503];
    await queue();
    await pass(40);
    for (let i = 0; i < 12 && got.length < 5; i++) await pass(30);
    expect(statuses()).toEqual(['busy', 'busy', 'busy', 'busy', 'done']);
    expect(new Set(got.slice(0, 4).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(got.slice(0, 4).map(({ headers }) => headers['webhook-timestamp'])).size).toBeGreaterThan(1);
    expect((await notices()).slice(0, 2)).toMatchObject([
      { state: 'delivered', attempts: 1 },
      { state: 'delivered', attempts: 4, last_error: null },
    ]);
  }, 60_000);

  it('tell why they do not arrive, and end after a day', async () => {
    answers = Array<number>(200).fill(500);
    await queue();
    await pass(40);
    expect((await notices()).at(0)).toMatchObject({ state: 'waiting' });
    const waiting = (await notices()).find(({ attempts }) => Number(attempts) > 0);
    expect(waiting).toMatchObject({
      state: 'waiting',
      last_status: 500,
      last_error: 'The receiver answered 500.',
      next_attempt_at: expect.any(String),
    });
    const aged = await fleet.sql<{ id: string }>(
      `UPDATE webhook_delivery SET created_at = created_at - interval '24 hours' WHERE state = 'waiting' RETURNING id`,
    );
    await pass(60);
    const states = (await notices()).filter(({ id }) => aged.some((one) => one.id === id)).map(({ state }) => state);
    expect(states).toEqual(['given-up', 'given-up']);
    const before = got.length;
    await pass(120);
    expect(got).toHaveLength(before);
  }, 60_000);

  it('are given up at once when the receiver is gone for good, or may not be called', async () => {
    answers = [410, 410];
    await queue();
    fleet.app.get(Resolver).resolve = () => Promise.resolve(['127.0.0.1']);
    await queue({ notify_url: 'http://hooks.example:1/' });
    await pass(100);
    expect(got).toHaveLength(2);
    const [newest] = await notices();
    expect(newest).toMatchObject({ state: 'given-up', attempts: 1, last_error: expect.stringContaining('loopback') });
    expect((await notices()).slice(0, 4).map(({ state }) => state)).toEqual(['given-up', 'given-up', 'given-up', 'given-up']);
  }, 60_000);

  it('are signed by both secrets for a day after a change', async () => {
    const old = await secret();
    const fresh = (await team.owner.post('/api/webhook-secret/rotate').expect(200)).body as Record<string, string>;
    expect(fresh['secret']).not.toBe(old['secret']);
    expect(fresh['previous_valid_until']).toBe(new Date(fleet.clock.now() + 86_400_000).toISOString());
    expect(await secret()).toEqual(fresh);
    await queue();
    await pass(40);
    for (const one of got) expect([isSignedBy(old['secret']!, one), isSignedBy(fresh['secret']!, one)]).toEqual([true, true]);
    expect(got.length).toBe(2);
    const stranger = await fleet.team();
    expect((await stranger.owner.get('/api/webhook-secret').expect(200)).body.secret).not.toBe(fresh['secret']);
    const reader = await fleet.credential(team.teamId, team.owner.userId, ['job:view', 'api:view']);
    await reader.get('/api/webhook-secret').expect(403);
  }, 60_000);

  it('come of jobs that were queued for a router that is away, and of none that was cancelled', async () => {
    router.powerOff();
    const accepted = await queue();
    const cancelled = await queue();
    const jobs = (await team.owner.get(`/api/routers/${site}/jobs`).expect(200)).body as { id: string; idempotency_key: string }[];
    const { id } = jobs.find((job) => job.idempotency_key === cancelled['idempotency_key'])!;
    await team.owner.delete(`/sites/${site}/jobs/${id}`).expect(204);
    await pass(400);
    expect(got).toEqual([]);
    router.powerOn();
    await pass(100);
    expect(got.map(({ body }) => [body.idempotency_key, body.status])).toEqual([
      [accepted['idempotency_key'], 'busy'],
      [accepted['idempotency_key'], 'done'],
    ]);
  }, 60_000);

  it('are forgotten with the team', async () => {
    const { teamId, owner } = await fleet.team();
    await owner.get('/api/webhook-secret').expect(200);
    await owner.delete(`/teams/${teamId}`).expect(({ status }) => expect([200, 204]).toContain(status));
    expect(await fleet.sql(`SELECT FROM webhook_secret WHERE team_id = $1`, [teamId])).toEqual([]);
  });
});

describe('express execution', () => {
  let fleet: Fleet;
  let tunnels: Tunnels;
  let team: Team;
  let router: VirtualRouter;
  let site: string;

  beforeAll(async () => {
    fleet = await Fleet.start({ DEVELOPER_API_RATE: '1000' });
    tunnels = await Tunnels.open(fleet);
    team = await fleet.team();
    ({ router, site } = await fleet.rested(team));
    await tunnels.serve(router, team.teamId, site);
    await tunnels.up(router);
  }, 60_000);
  afterAll(async () => {
    await tunnels.close();
    await fleet.stop();
  });

  const logged = (text: string): boolean => router.log.some(({ message }) => message === text);
  const script = (text: string): object => ({ description: 'Probe', script: `:log info ${text}`, needs_acknowledgement: true });
  const stateOf = async (text: string) =>
    ((await team.owner.get(`/api/routers/${site}/jobs`).expect(200)).body as { script: string; state: string }[]).find((job) =>
      job.script.endsWith(` ${text}`),
    )?.state;
  /** Not a second passes on the clock of routers: nobody polls by itself. */
  const ran = (text: string): Promise<boolean> =>
    eventually(async () => {
      await fleet.clock.settle();
      return logged(text) && (await stateOf(text)) === 'done';
    });

  it('does not wait for the poll, by the developer API and by the job route', async () => {
    await team.owner.post(`/api/asynchronous/${site}`, script('patient')).expect(200);
    await fleet.clock.settle();
    expect(await stateOf('patient')).toBe('pending');
    await team.owner.post(`/api/asynchronous/${site}`, { ...script('hasty'), express_execute: true }).expect(200);
    await ran('patient'); // who waited before goes first
    await ran('hasty');
    await team.owner.job(site, ':log info headlong', { 'x-express-execute': 'true' });
    await ran('headlong');
    expect(router.failures).toEqual([]);
  }, 30_000);

  it('of many jobs at once calls the router a few times, and all of them run', async () => {
    let opened = 0;
    const dial = fleet.app.get(RouterDial);
    const { open } = dial;
    dial.open = (...args) => (opened++, open(...args));
    const texts = Array.from({ length: 8 }, (_, n) => `many-${n}`);
    await Promise.all(
      texts.map((text) => team.owner.post(`/api/asynchronous/${site}`, { ...script(text), express_execute: true }).expect(200)),
    );
    for (const text of texts) await ran(text);
    dial.open = open;
    expect(opened).toBeLessThanOrEqual(2); // the connection is kept
  }, 30_000);

  it('waits for the poll when the router cannot be called, and asks nobody for a site that is offline', async () => {
    const dial = fleet.app.get(RouterDial);
    const { open } = dial;
    let opened = 0;
    dial.open = (...args) => (opened++, open(args[0], 1));
    const { router: quiet, site: away } = await fleet.adopted(team);
    await team.owner.post(`/api/asynchronous/${away}`, { ...script('untunnelled'), express_execute: true }).expect(200);
    await fleet.pass(100);
    expect(quiet.log.some(({ message }) => message === 'untunnelled')).toBe(true);
    quiet.powerOff();
    await fleet.pass(400);
    opened = 0;
    await team.owner.post(`/api/asynchronous/${away}`, { ...script('later'), express_execute: true }).expect(200);
    expect(opened).toBe(0);
    dial.open = open;
    expect(fleet.log.some((line) => line.includes('"level":50') && line.includes('express'))).toBe(false);
  }, 60_000);
});

describe('the limit of requests', () => {
  let fleet: Fleet;
  let team: Team;

  beforeAll(async () => {
    fleet = await Fleet.start();
    team = await fleet.team();
  }, 60_000);
  afterAll(() => fleet.stop());

  it('is sixty a minute for each credential, told with every answer, and shared by all processes', async () => {
    const { app, http } = await fleet.sibling();
    const elsewhere = () => http.get('/api/routers').set('authorization', `Bearer ${team.owner.token}`);
    const first = await team.owner.get('/api/routers').expect(200);
    expect(first.headers).toMatchObject({
      ...{ 'ratelimit-policy': '"developer";q=60;w=60', ratelimit: '"developer";r=59;t=60' },
      ...{ 'ratelimit-limit': '60', 'ratelimit-remaining': '59', 'ratelimit-reset': '60' },
    });
    await fleet.clock.advance(10_000);
    await Promise.all(Array.from({ length: 57 }, (_, n) => (n % 2 ? team.owner.get('/api/routers') : elsewhere()).expect(200)));
    await team.owner.get('/api/routers/00000000-0000-4000-8000-000000000000/oem').expect(404); // counts too
    expect((await elsewhere().expect(200)).headers).toMatchObject({ 'ratelimit-remaining': '0', 'ratelimit-reset': '50' });
    const refused = await team.owner.get('/api/routers').expect(429);
    expect(refused.headers).toMatchObject({ 'retry-after': '50', ratelimit: '"developer";r=0;t=50' });
    expect(refused.body).toMatchObject({
      type: 'invalid_request_error',
      code: 'rate_limited',
      message: expect.stringContaining('60 requests'),
      doc_url: expect.any(String),
    });
    await elsewhere().expect(429);
    expect((await team.owner.get('/site-minimal').expect(200)).headers).not.toHaveProperty('ratelimit'); // other operations have no part in it
    await fleet.clock.advance(50_000);
    expect((await team.owner.get('/api/routers').expect(200)).headers).toMatchObject({ 'ratelimit-remaining': '59' });
    await app.close();
  }, 60_000);

  it('is of each credential alone, and of a person over all sessions', async () => {
    const other = await fleet.credential(team.teamId, team.owner.userId);
    expect((await other.get('/api/routers').expect(200)).headers['ratelimit-remaining']).toBe('59');
    const sessions = [await fleet.session(team.owner.userId), await fleet.session(team.owner.userId)];
    const left = [];
    for (const token of sessions) {
      const answer = await fleet.client(token, team.teamId, team.owner.userId).get('/api/routers').expect(200);
      left.push(answer.headers['ratelimit-remaining']);
    }
    expect(left).toEqual(['59', '58']);
    await fleet.http().get('/api/routers').expect(401);
  });
});
