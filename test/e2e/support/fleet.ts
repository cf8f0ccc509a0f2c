import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import request, { type Agent } from 'supertest';
import { createApp } from '../../../src/app.js';
import { type Settings, readSettings } from '../../../src/config/index.js';
import { JobSweep } from '../../../src/fleet/jobs/job-sweep.js';
import { HeartbeatBuffer } from '../../../src/fleet/poll/heartbeat-buffer.js';
import { Overload } from '../../../src/fleet/poll/overload.js';
import { PulseFlush } from '../../../src/fleet/poll/pulse-flush.js';
import { PulseSweep } from '../../../src/fleet/pulse/pulse-sweep.js';
import { DeletionSweep } from '../../../src/fleet/sites/deletion-sweep.js';
import { IdentityService, type SystemRoleName } from '../../../src/modules/identity/index.js';
import { JwtTokens } from '../../../src/modules/identity/access/jwt.strategy.js';
import { SessionService } from '../../../src/modules/identity/sessions/session.service.js';
import { Clock } from '../../../src/platform/clock/clock.js';
import { type OrganizationId, RequestContext, type TeamId, type UserId } from '../../../src/platform/context/index.js';
import { Database } from '../../../src/platform/database/index.js';
import { outboxFolder } from '../../../src/platform/mail/index.js';
import { Logger } from '../../../src/platform/telemetry/logger.js';
import { type RouterOptions, VirtualClock, VirtualRouter } from '../../../tools/virtual-router/index.js';
import { eventually } from '../../support/eventually.js';
import { mailsIn, type OutboxMail } from '../../support/outbox.js';
import { cloneDatabase } from '../../support/postgres.js';
import { runFolder } from '../../support/test-run.js';

export const APP_KEY = '11'.repeat(32);
export const INTERNAL_TOKEN = 'internal-token-of-the-tests-0123456789';
export const SITE_INTERNAL_TOKEN = 'site-internal-token-of-the-tests-0123456789';

/** The application's clock, turned together with that of the routers. */
class SharedClock extends Clock {
  constructor(private readonly virtual: VirtualClock) {
    super();
  }
  override millis(): number {
    return this.virtual.now();
  }
}

/** A person's or program's way to the API: every request carries the credential. */
export interface Client {
  readonly token: string;
  readonly teamId: TeamId;
  readonly userId: UserId;
  get(path: string): request.Test;
  post(path: string, body?: object): request.Test;
  put(path: string, body: object): request.Test;
  patch(path: string, body: object): request.Test;
  delete(path: string): request.Test;
  /** Queues a job and answers its body. */
  job(site: string, script: string, headers?: Record<string, string>): Promise<Record<string, unknown>>;
}

export interface Team {
  readonly teamId: TeamId;
  readonly organizationId: OrganizationId;
  readonly owner: Client;
  /** The command of a reusable runbook made for this team. */
  readonly command: string;
  readonly runbookId: string;
}

/** The real application on a real database, with virtual routers around it. */
export class Fleet {
  readonly clock: VirtualClock;
  readonly log: string[] = [];
  /** The data folder of this fleet alone. */
  readonly dataDir = mkdtempSync(join(runFolder(), 'data-'));
  app!: NestFastifyApplication;
  url = '';
  private port = 0;
  private database!: { url: string; drop(): Promise<void> };
  private routers = 0;
  private keys = 0;
  private readonly environment: NodeJS.ProcessEnv;

  private constructor(
    environment: NodeJS.ProcessEnv,
    at: string,
    private readonly appKey: string,
  ) {
    this.environment = environment;
    this.clock = new VirtualClock(at);
  }

  /**
   * @param database one of the caller's own; without it a fresh copy of the migrated template
   * @param at what the clock shows at first: for those who deal with programs that have the real time
   */
  static async start(
    environment: NodeJS.ProcessEnv = {},
    database?: { url: string; drop(): Promise<void> },
    at = '2026-01-01T12:00:00Z',
    appKey = APP_KEY,
  ): Promise<Fleet> {
    const fleet = new Fleet(environment, at, appKey);
    fleet.database = database ?? (await cloneDatabase());
    fleet.port = await freePort();
    await fleet.startApp();
    return fleet;
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.database.drop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  get databaseUrl(): string {
    return this.database.url;
  }

  /** Starts the application on the same database and port, as after a crash or an upgrade. */
  async startApp(): Promise<void> {
    this.url = `http://127.0.0.1:${this.port}`;
    this.app = await this.makeApp();
    try {
      await this.app.listen(this.port, '127.0.0.1');
    } catch (error) {
      await this.app.close();
      throw error;
    }
  }

  /** One more process of the same installation. */
  async sibling(): Promise<{ app: NestFastifyApplication; http: Agent }> {
    const app = await this.makeApp();
    const port = await freePort();
    await app.listen(port, '127.0.0.1');
    return { app, http: request(`http://127.0.0.1:${port}`) as unknown as Agent };
  }

  private async makeApp(): Promise<NestFastifyApplication> {
    const settings: Settings = readSettings({
      PORT: String(this.port),
      PUBLIC_URL: this.url,
      ROSFLEET_ADMIN_PASSWORD: 'Correct-Horse-7',
      JWT_TTL_SECONDS: '900',
      DATABASE_POOL: '8',
      DATA_DIR: this.dataDir,
      MGMT_TUNNEL: 'off', // a server for it would have an interface of this machine's network
      ...{ SFTP: 'off', BACKUP_AT_ADOPTION: 'false' }, // routers have only the jobs that a test gives them
      SECTION_RATE: '100000',
      SECTION_BUSY_PERCENT: '100', // virtual time passes while this process works
      ...this.environment,
    });
    const logger = new Logger('debug', { write: (line: string) => void this.log.push(line) });
    const app = await createApp({
      settings,
      logger,
      databaseUrl: this.database.url,
      appKey: this.appKey,
      internalToken: INTERNAL_TOKEN,
      siteInternalToken: SITE_INTERNAL_TOKEN,
      clock: new SharedClock(this.clock),
    });
    app.get(Overload).limitMs = Infinity; // a machine that is busy with other tests loses no heartbeat of this one
    return app;
  }

  /** The end of kill -9: what was only in memory is gone. */
  async crash(): Promise<void> {
    this.app.get(HeartbeatBuffer).drain();
    await this.app.close();
  }

  http(): Agent {
    return request(this.url);
  }

  internal(): Client {
    return this.client(INTERNAL_TOKEN, '' as TeamId, '' as UserId);
  }

  /** A service of the sites. */
  siteInternal(): Client {
    return this.client(SITE_INTERNAL_TOKEN, '' as TeamId, '' as UserId);
  }

  /** An organization with one team, its owner, and a runbook. */
  async team(options: { siteLimit?: number; organizationLimit?: number; name?: string } = {}): Promise<Team> {
    const identity = this.app.get(IdentityService);
    const ctx = RequestContext.system('test');
    const n = ++this.keys;
    const userId = await identity.createUser(ctx, { email: `owner${n}@example.net`, name: `Owner ${n}`, password: 'Correct-Horse-7' });
    const limit = options.organizationLimit ?? 0;
    const organizationId = await identity.createOrganization(ctx, `Organization ${n}`, limit, { ownerId: userId });
    const teamId = await identity.createTeam(ctx, {
      name: options.name ?? `Team ${n}`,
      organizationId,
      ownerId: userId,
      siteLimit: options.siteLimit ?? 0,
    });
    const owner = await this.credential(teamId, userId);
    const { body } = await owner.post('/runbook', { name: 'Shops' }).expect(201);
    return { teamId, organizationId, owner, command: body.bootstrap_command as string, runbookId: body.id as string };
  }

  /** Another person of a team, with one role. */
  async member(team: Pick<Team, 'teamId'>, role: SystemRoleName, scopes?: string[]): Promise<Client> {
    const identity = this.app.get(IdentityService);
    const ctx = RequestContext.system('test');
    const userId = await identity.createUser(ctx, { email: `member${++this.keys}@example.net`, name: 'Member' });
    await identity.addMember(ctx, team.teamId, userId, role);
    return this.credential(team.teamId, userId, scopes);
  }

  /** A person of a team who signed in by the single-page app: tokens as the provider issues them. */
  async person(
    team: Pick<Team, 'teamId'>,
    role: SystemRoleName,
    options: { email?: string; secondFactor?: boolean } = {},
  ): Promise<Client> {
    const identity = this.app.get(IdentityService);
    const ctx = RequestContext.system('test');
    const email = options.email ?? `person${++this.keys}@example.net`;
    const userId = await identity.createUser(ctx, { email, name: 'Person', password: 'Correct-Horse-7' });
    await identity.addMember(ctx, team.teamId, userId, role);
    return this.client(await this.session(userId, options.secondFactor), team.teamId, userId);
  }

  /** An access token of a new session of a person. */
  async session(userId: UserId, secondFactor = false): Promise<string> {
    const n = ++this.keys;
    const session = await this.app.get(SessionService).begin(RequestContext.system('test'), {
      ...{ userId, clientId: 'rosfleet-portal', grantId: `grant-${n}`, browserUid: `browser-${n}`, secondFactor },
      ...{ ip: '192.0.2.1', userAgent: 'test' },
    });
    return this.app.get(JwtTokens).issue({ sub: userId, session }, 900);
  }

  async credential(teamId: TeamId, userId: UserId, scopes?: string[]): Promise<Client> {
    const { token } = await this.app
      .get(IdentityService)
      .createCredential(RequestContext.system('test'), { teamId, userId, name: 'test', scopes });
    return this.client(token, teamId, userId);
  }

  client(token: string, teamId: TeamId, userId: UserId): Client {
    const as = (test: request.Test): request.Test => test.set('authorization', `Bearer ${token}`);
    const http = this.http() as unknown as Record<'get' | 'post' | 'put' | 'patch' | 'delete', (path: string) => request.Test>;
    let jobs = 0;
    return {
      ...{ token, teamId, userId },
      get: (path) => as(http.get(path)),
      post: (path, body) => (body === undefined ? as(http.post(path)) : as(http.post(path)).send(body)),
      put: (path, body) => as(http.put(path)).send(body),
      patch: (path, body) => as(http.patch(path)).send(body),
      delete: (path) => as(http.delete(path)),
      job: async (site, script, headers = {}) => {
        const key = `00000000-0000-4000-8000-${String(++jobs).padStart(12, '0')}`;
        const all = { 'content-type': 'text/plain', 'x-idempotency-key': key, ...headers };
        const response = await as(http.post(`/site/${site}/job`))
          .set(all)
          .send(script)
          .expect(201);
        return response.body as Record<string, unknown>;
      },
    };
  }

  /** A router out of its box, on the shared clock, switched on. */
  router(options: RouterOptions = {}): VirtualRouter {
    const n = ++this.routers;
    const router = new VirtualRouter({
      serial: `SER${String(n).padStart(8, '0')}`,
      identity: `router-${n}`,
      model: 'RB5009UG+S+',
      version: '7.22.3',
      clock: this.clock,
      ...options,
    });
    router.start();
    return router;
  }

  /** A router that ran the command, polled once, and the site that it serves. */
  async adopted(team: Team, options: RouterOptions = {}): Promise<{ router: VirtualRouter; site: string }> {
    const router = this.router(options);
    const known = new Set(((await team.owner.get('/site-minimal').expect(200)).body as { id: string }[]).map((s) => s.id));
    const output = await router.paste(team.command);
    await this.settled();
    const added = ((await team.owner.get('/site-minimal').expect(200)).body as { id: string }[]).filter((s) => !known.has(s.id));
    if (added.length !== 1) throw new Error(`The router was not adopted; its terminal says: ${output}`);
    return { router, site: added[0]!.id };
  }

  /** One more, once its sections are in force and were looked at: from then on it gets nothing but what the test causes. */
  async rested(team: Team, options: RouterOptions = {}): Promise<{ router: VirtualRouter; site: string }> {
    const made = await this.adopted(team, options);
    const open = `SELECT FROM site_section WHERE site_id = $1 AND (phase <> 'idle' OR wanted > applied OR due_at <= $2)`;
    for (let i = 0; (await this.sql(open, [made.site, new Date(this.clock.now())])).length; i++) {
      if (i === 60) throw new Error('The sections of the site did not come to rest within five minutes.');
      await this.pass(5);
    }
    return made;
  }

  /** Turns the clock of everybody; routers poll on their own, heartbeats are written, sweeps run. */
  async pass(seconds: number): Promise<void> {
    for (let left = seconds; left > 0; left -= 5) {
      await this.clock.advance(Math.min(5, left) * 1000);
      await this.settled();
    }
  }

  /** Everything that is due now is done: heartbeats written, sweeps run. */
  async settled(): Promise<void> {
    await this.clock.settle();
    await this.app.get(PulseFlush).flush();
    await this.sweep();
  }

  async sweep(): Promise<void> {
    const ctx = RequestContext.system('test');
    for (const sweep of [PulseSweep, JobSweep, DeletionSweep])
      await this.app.get<{ sweep(ctx: RequestContext): Promise<void> }>(sweep).sweep(ctx);
  }

  /** The newest mail to an address, of one kind if given, once everything that requests so far have caused is done. */
  async mail(to: string, kind?: string): Promise<OutboxMail> {
    const newest = (await this.mails(to, kind)).at(-1);
    if (newest) return newest;
    const there = (await mailsIn(this.dataDir)).map((mail) => `${mail.kind} to ${mail.to.address}`);
    throw new Error(`There is no ${kind ?? 'mail'} to ${to}. Mails so far: ${there.join(', ') || 'none'}.`);
  }

  /** All mails to an address, oldest first, once no task is due: what is not among them by then was not sent. */
  async mails(to: string, kind?: string): Promise<OutboxMail[]> {
    await eventually(async () => {
      const open = await this.sql(
        `SELECT FROM task WHERE every_seconds IS NULL AND state IN ('waiting', 'running') AND run_at <= $1 LIMIT 1`,
        [new Date(this.clock.now())],
      );
      return !open.length;
    });
    return (await mailsIn(this.dataDir)).filter((mail) => mail.to.address === to && (!kind || mail.kind === kind));
  }

  /** Texts of the SMS to a number, oldest first, once no task is due. */
  async sms(to: string): Promise<string[]> {
    await this.mails('nobody@example.net'); // waits
    const files = readdirSync(outboxFolder(this.dataDir)).filter((file) => file.endsWith('.sms.txt'));
    const texts = files.sort().map((file) => readFileSync(join(outboxFolder(this.dataDir), file), 'utf8'));
    return texts.filter((text) => text.startsWith(`To: ${to}\n`));
  }

  sql<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    return this.app.get(Database).query<Row>(RequestContext.system('test'), text, values);
  }
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
