import { describe, expect, it } from '@jest/globals';
import {
  VirtualClock,
  VirtualRouter,
  type HttpRequest,
  type HttpResponse,
  type RouterOptions,
} from '../../../tools/virtual-router/index.js';
import { parseHeartbeat } from '../heartbeat/index.js';
import { matches, script } from '../script/index.js';
import {
  bootstrapCommand,
  renderAdoption,
  renderBootstrap,
  renderJob,
  renderMessage,
  renderRemoval,
  type AdoptionInput,
  type JobInput,
} from './index.js';

const link = { baseUrl: 'https://fleet.example.net', checkCertificate: true };
const token = '2nWqVJkQb3mXyZ0cD4eFgH';
const deviceToken = 'device.token-1';
const command = bootstrapCommand({ link, token });
const PLAIN: AdoptionInput = {
  link, version: '7.24', productName: 'rosfleet', siteName: 'Café "$x" [1]; שלום 🛰️', runbookName: 'Shops', siteUrl: 'https://app.example.net/deployments/1/overview', quote: 'Less is more.', deviceToken, pollSecond: 7,
}; // prettier-ignore

/** Stands where the server will be: answers the two stages, hands out one queued script a poll, notes what routers say. */
class Server {
  readonly polls: string[] = [];
  readonly reports: string[] = [];
  readonly introductions: string[] = [];
  readonly queue: string[] = [];
  adoption: AdoptionInput = PLAIN;
  refusal: string | null = null;
  notified = 0;
  /** Requests for which the network fails first, by a part of their URL. */
  readonly failing = new Map<string, number>();

  readonly http = (request: HttpRequest): Promise<HttpResponse> => {
    const url = new URL(request.url);
    for (const [part, left] of this.failing) {
      if (left > 0 && request.url.includes(part)) {
        this.failing.set(part, left - 1);
        return Promise.reject(Object.assign(new Error('no name'), { code: 'ENOTFOUND' }));
      }
    }
    return Promise.resolve(this.answer(request, url));
  };

  private answer(request: HttpRequest, url: URL): HttpResponse {
    const body = request.body?.toString('utf8') ?? '';
    const bearer = request.headers['Authorization'];
    if (url.pathname === `/${token}`) return { status: 200, body: renderBootstrap({ link, token }).toString() };
    if (url.pathname === `/adopt/${token}`) {
      this.introductions.push(body);
      if (this.refusal !== null) return { status: 200, body: this.refusal };
      return { status: 200, body: renderAdoption(this.adoption).toString() };
    }
    if (url.pathname === '/poll' && bearer === `Bearer ${deviceToken}`) {
      this.polls.push(body);
      return { status: 200, body: this.queue.shift() ?? '' };
    }
    if (url.pathname === '/job') {
      this.reports.push(url.searchParams.get('status') ?? '');
      return { status: 200, body: '' };
    }
    if (url.pathname === '/notify/delete' && bearer === `Bearer ${deviceToken}`) {
      this.notified += 1;
      return { status: 200, body: '' };
    }
    return { status: 404, body: '{}' };
  }
}

const job = (payload: string, more: Partial<JobInput> = {}): string =>
  renderJob({
    link,
    version: '7.24',
    token: 'Job1',
    busyUrl: 'https://fleet.example.net/job?status=busy&signature=1',
    doneUrl: 'https://fleet.example.net/job?status=done&signature=2',
    failUrl: 'https://fleet.example.net/job?status=fail&signature=3',
    payload,
    remaining: 0,
    ...more,
  }).toString();

const removal = (extra = script(() => undefined)): string =>
  renderRemoval({
    link,
    version: '7.24',
    notifyUrl: 'https://fleet.example.net/notify/delete?signature=4',
    deviceToken,
    extra: [extra],
  }).toString();

function factory(options: RouterOptions = {}): {
  server: Server;
  clock: VirtualClock;
  router: VirtualRouter;
  paste: (text: string) => Promise<string>;
} {
  const server = new Server();
  server.adoption = { ...PLAIN, version: options.version ?? PLAIN.version };
  const clock = new VirtualClock();
  const router = new VirtualRouter({
    clock,
    http: server.http,
    model: 'RB5009UG+S+',
    identity: 'edge;1 "x" $y',
    version: '7.24',
    uptimeMs: 3_600_000,
    random: () => 0.5,
    ...options,
  });
  router.start();
  /** Types into the terminal and lets time pass until it is done. */
  const paste = async (text: string): Promise<string> => {
    let done = false;
    const typing = router.paste(text).finally(() => (done = true));
    for (let i = 0; i < 600 && !done; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(500);
    }
    const shown = await typing;
    await clock.settle();
    expect(router.failures).toEqual([]);
    return shown;
  };
  return { server, clock, router, paste };
}

/** An export whatever the order of its items: a replaced entry comes last. */
const lines = (text: string): string[] => text.split('\n').sort();

/** A router that has been adopted and has polled. */
async function adopted(options: RouterOptions = {}) {
  const all = factory(options);
  await all.paste(command);
  await all.clock.advance(60_000);
  return all;
}

describe.each(['7.12.1', '7.16.2', '7.22.3', '7.24'])('a factory router on RouterOS %s', (version) => {
  const withVersion = (): ReturnType<typeof factory> => factory({ version });

  it('joins by the pasted command, says so, and polls at once and every half minute', async () => {
    const { server, clock, router, paste } = withVersion();
    expect((await paste(command)).split('\n').slice(0, 3)).toEqual([
      `rosfleet: site ${PLAIN.siteName} adopted by runbook Shops`,
      PLAIN.siteUrl,
      PLAIN.quote,
    ]);
    expect(parseHeartbeat(server.introductions[0] ?? '')).toMatchObject({
      identity: 'edge;1 "x" $y',
      serialNumber: 'HEX00000001',
      routerboard: true,
      version: `${version} (stable)`,
      licenceLevel: '5',
    });
    expect(server.polls).toHaveLength(1);
    await clock.advance(300_000);
    expect(server.polls).toHaveLength(11);
    expect(parseHeartbeat(server.polls[10] ?? '')).toMatchObject({
      identity: 'edge;1 "x" $y',
      serialNumber: 'HEX00000001',
      version: `${version} (stable)`,
      uptimeSeconds: expect.any(Number),
    });
    expect(router.environment).toEqual({});
    expect(router.failures).toEqual([]);
  });

  it('is the same after the command was pasted again', async () => {
    const { router, clock, paste } = withVersion();
    await paste(command);
    await clock.advance(60_000);
    const [before, ids] = [router.export(), router.items('/system/scheduler').map((entry) => entry['.id'])];
    await paste(command);
    expect(router.export()).toBe(before);
    expect(router.items('/system/scheduler').map((entry) => entry['.id'])).toEqual(ids);
  });

  it('is after removal what it was before adoption', async () => {
    const { server, router, clock, paste } = withVersion();
    const before = router.export();
    await paste(command);
    expect(router.export()).not.toBe(before);
    server.queue.push(job(':log info "ran"', { version }), removal());
    await clock.advance(120_000);
    expect(router.export()).toBe(before);
    expect(router.environment).toEqual({});
    expect(server.notified).toBe(1);
    const polls = server.polls.length;
    await clock.advance(300_000);
    expect(server.polls).toHaveLength(polls);
    expect(router.failures).toEqual([]);
  });
});

describe('a router that is not like the others', () => {
  it('joins without a routerboard, known by its licence', async () => {
    const { server, paste } = factory({ model: undefined });
    await paste(command);
    expect(parseHeartbeat(server.introductions[0] ?? '')).toMatchObject({
      routerboard: false,
      boardName: 'CHR',
      softwareId: expect.any(String),
      licenceLevel: 'free',
    });
    expect(server.polls).toHaveLength(1);
  });

  it('polls with a clock that was never set', async () => {
    const { server, clock, paste } = factory({ clockOffsetMs: Date.parse('1970-01-02T00:00:20Z') - Date.parse('2026-01-01T00:00:00Z') });
    await paste(command);
    await clock.advance(300_000);
    expect(server.polls.length).toBeGreaterThanOrEqual(10);
  });

  it('polls 3 seconds after a boot', async () => {
    const { server, clock, router } = await adopted();
    const before = server.polls.length;
    router.reboot();
    await clock.advance(4_000);
    expect(server.polls).toHaveLength(before + 1);
  });

  it.each([
    'interval=1h',
    'comment="mine"',
    'comment=""',
    'policy=read,write',
    'policy=ftp,reboot,read,write,policy,test,password,sniff,sensitive,romon',
    'policy=ftp,reboot,read,write,policy,test,password,romon,sensitive',
    'start-time=00:00:08',
    'start-date=2030-01-01',
    'on-event=":put 1"',
    'disabled=yes',
  ])('replaces an entry of our name that has %s', async (change) => {
    const { server, clock, router, paste } = await adopted();
    const good = router.export();
    await paste(`/system scheduler set rosfleet-poll ${change}`);
    // Comments remember which logging rules are ours: one of the two may be lost, not both.
    if (!change.startsWith('comment'))
      await paste(`/system scheduler set rosfleet-boot ${change.replace('start-date=2030-01-01', 'start-time=00:00:09')}`);
    expect(router.export()).not.toBe(good);
    await paste(command);
    expect(lines(router.export())).toEqual(lines(good));
    const before = server.polls.length;
    await clock.advance(60_000);
    expect(server.polls).toHaveLength(before + 2);
  });

  it('leaves entries of anybody else alone', async () => {
    const { router, paste } = await adopted();
    const good = router.export();
    await paste(
      '/system scheduler add name=other comment=rosfleet interval=1d start-date=2026-01-01 start-time=00:00:00 on-event=":put 1"',
    );
    const mine = router.export();
    await paste(command);
    expect(router.export()).toBe(mine);
    await paste('/system scheduler remove other');
    expect(router.export()).toBe(good);
  });

  it('heals half an adoption', async () => {
    const { router, paste } = await adopted();
    const good = router.export();
    await paste('/system scheduler remove rosfleet-poll');
    await paste('/system logging set [find topics~"info"] topics=info');
    await paste(command);
    expect(lines(router.export())).toEqual(lines(good));
  });

  it('still knows what to restore when its poll entry was lost', async () => {
    const { router, clock, server, paste } = factory();
    const before = router.export();
    await paste(command);
    await paste('/system scheduler remove rosfleet-poll');
    await paste(command);
    server.queue.push(removal());
    await clock.advance(60_000);
    expect(router.export()).toBe(before);
  });
});

describe('a quiet guest', () => {
  it('leaves no line in the log while it polls and works', async () => {
    const { server, clock, router } = await adopted();
    const before = router.log.length;
    server.queue.push(job(':global x 1'));
    await clock.advance(600_000);
    expect(router.log.slice(before).map((entry) => entry.message)).toEqual(['Job Job1 finished. Remaining: 0']);
  });

  it('silences each rule that would write our lines and no other, and takes back only that', async () => {
    const { server, clock, router, paste } = factory();
    await paste('/system logging add topics=info,!firewall action=memory');
    await paste('/system logging add topics=info,!fetch action=memory');
    await paste('/system logging add topics=fetch action=memory disabled=yes');
    await paste('/system logging add topics=system,info action=memory');
    await paste('/system logging add topics=info,!script action=memory disabled=yes');
    const before = router.export();
    await paste(command);
    expect(router.items('/system/logging').map((rule) => rule['topics'])).toEqual([
      'info,!fetch',
      'error',
      'warning',
      'critical',
      'info,!firewall,!fetch',
      'info,!fetch',
      'fetch',
      'system,info',
      'info,!script',
    ]);
    await paste('/system logging set [find topics~"firewall"] prefix="fw"');
    await paste('/system logging set [find prefix="fw"] prefix=""');
    server.queue.push(removal());
    await clock.advance(60_000);
    expect(router.export()).toBe(before);
  });
});

describe('a router that cannot join says why', () => {
  it('is too old', async () => {
    const { server, router, paste } = factory({ version: '6.49.10' });
    const shown = await paste(command);
    expect(shown).toContain('rosfleet: this router runs RouterOS 6.49.10 (stable); rosfleet needs 7.12 or later.');
    expect(router.log.some((entry) => entry.topics.includes('error') && entry.message.includes('7.12'))).toBe(true);
    expect(server.introductions).toEqual([]);
    expect(router.items('/system/scheduler')).toEqual([]);
  });

  it('is 7.11', async () => expect(await factory({ version: '7.11.2' }).paste(command)).toContain('needs 7.12 or later'));

  it.each([
    ['mode home', { mode: 'home' }],
    ['fetch off', { mode: 'advanced', fetch: false }],
    ['scheduler off', { mode: 'advanced', scheduler: false }],
  ] as const)('has a device-mode in the way: %s', async (_name, deviceMode) => {
    const { server, router, paste } = factory({ deviceMode: { ...deviceMode } });
    const shown = await paste(command);
    expect(shown).toContain('Type /system/device-mode/update fetch=yes scheduler=yes and within 5 minutes press the reset button');
    expect(shown.split('\n').filter((line) => line.includes('device-mode'))).toHaveLength(1);
    expect(server.introductions).toEqual([]);
    expect(router.items('/system/scheduler')).toEqual([]);
  });

  it('has an unknown token: the causes and RouterOS’s own words', async () => {
    const shown = await factory().paste(bootstrapCommand({ link, token: 'unknown' }));
    expect(shown).toContain('rosfleet: cannot read https://fleet.example.net/unknown. Usual causes');
    expect(shown.trimEnd().endsWith('failure: Status 404, Not Found')).toBe(true);
  });

  it('is refused: the server’s sentences', async () => {
    const { server, router, paste } = factory();
    server.refusal = renderMessage({ lines: ['No seat is left in team "Shops $1".'], level: 'error' }).toString();
    expect(await paste(command)).toContain('No seat is left in team "Shops $1".');
    expect(router.items('/system/scheduler')).toEqual([]);
  });

  it('gets no answer to its introduction', async () => {
    const { server, router, paste } = factory();
    server.failing.set('/adopt/', 99);
    expect(await paste(command)).toContain('rosfleet: no answer from https://fleet.example.net. Check DNS');
    expect(router.items('/system/scheduler')).toEqual([]);
    expect(router.environment).toEqual({});
  });
});

describe('a network that comes up late', () => {
  it.each([
    ['at the first step', token],
    ['at the second step', '/adopt/'],
  ])('is waited for %s', async (_name, part) => {
    const { server, paste } = factory();
    server.failing.set(part, 4);
    const shown = await paste(command);
    expect(shown).toContain('try 4 of');
    expect(shown).toContain('adopted by runbook Shops');
  });

  it('costs no poll after it', async () => {
    const { server, clock, router } = await adopted();
    router.network.dns = false;
    await clock.advance(300_000);
    router.network.dns = true;
    const before = server.polls.length;
    await clock.advance(60_000);
    expect(server.polls).toHaveLength(before + 2);
    expect(router.failures).toEqual([]);
  });
});

describe('a job', () => {
  it('comes with a poll, is reported, and does not stop heartbeats however long it takes', async () => {
    const { server, clock, router } = await adopted();
    server.queue.push(job(':delay 10m'));
    const before = server.polls.length;
    await clock.advance(660_000);
    expect(server.polls).toHaveLength(before + 22);
    expect(server.reports).toEqual(['busy', 'done']);
    expect(router.failures).toEqual([]);
  });
});

describe('a removal', () => {
  it('takes what others left too, and reports although the first reports are lost', async () => {
    const { server, router, clock, paste } = factory();
    const before = router.export();
    await paste(command);
    await paste('/ip firewall filter add chain=input action=accept comment="rosfleet:filter:1"');
    server.failing.set('/notify/', 5);
    server.queue.push(removal(script((s) => s.remove('/ip/firewall/filter', { comment: matches('^rosfleet:') }))));
    await clock.advance(180_000);
    expect(router.export()).toBe(before);
    expect(server.notified).toBe(1);
  });

  it('goes on when a part of it is unknown to this router', async () => {
    const { server, router, clock } = await adopted();
    server.queue.push(removal(script((s) => s.remove('/not/there', { name: 'x' }))));
    await clock.advance(60_000);
    expect(router.items('/system/scheduler')).toEqual([]);
    expect(server.notified).toBe(1);
  });

  it('given twice does no harm', async () => {
    const { server, router, clock } = await adopted();
    server.queue.push(removal());
    await clock.advance(30_000);
    await router.run(removal());
    await clock.advance(30_000);
    expect(server.notified).toBe(2);
    expect(router.failures).toEqual([]);
  });
});
