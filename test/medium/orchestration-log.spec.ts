import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import { OrchestrationLog1795470000000 } from '../../migrations/1795470000000-orchestration-log.js';
import { readSettings } from '../../src/config/index.js';
import '../../src/fleet/log/orchestration-event.entity.js';
import { LogPartitions } from '../../src/fleet/log/log-partitions.js';
import { OrchestrationLog } from '../../src/fleet/log/orchestration-log.js';
import { BEGINNING, type LogEvent, type LogPosition, OrchestrationLogReader } from '../../src/fleet/log/orchestration-log-reader.js';
import { FrozenClock } from '../../src/platform/clock/clock.js';
import { newId, RequestContext, type SiteId, type TeamId } from '../../src/platform/context/index.js';
import { cloneDatabase, type OpenDatabase, openDatabase } from '../support/postgres.js';
import { RecordingLogger } from '../support/recording-logger.js';

const DAY_MS = 86_400_000;
const ALL = { from: new Date(0), until: new Date('2100-01-01T00:00:00Z') };

describe('the orchestration log', () => {
  let base: OpenDatabase;
  const clock = new FrozenClock();
  const settings = readSettings({ ORCHESTRATION_LOG_DAYS: '30' });
  const system = RequestContext.system('test');
  const logger = new RecordingLogger();
  let log: OrchestrationLog;
  let reader: OrchestrationLogReader;
  let partitions: LogPartitions;
  let teamId: TeamId;
  let siteId: SiteId;

  beforeAll(async () => {
    base = await openDatabase({ poolSize: 12 });
    log = new OrchestrationLog(base.db, clock);
    reader = new OrchestrationLogReader(base.db, clock, settings);
    partitions = new LogPartitions(base.db, clock, settings, logger);
  }, 60_000);
  afterAll(() => base.close());
  beforeEach(() => {
    clock.set(new Date('2026-01-01T12:00:00Z'));
    teamId = newId<TeamId>();
    siteId = newId<SiteId>();
  });

  const entry = (message: string, site = siteId) => ({ teamId, siteId: site, type: 'test.step', status: 'Pending' as const, message });
  const write = (message: string, site?: SiteId): Promise<void> =>
    log.write(RequestContext.system('w').forTeam(teamId), [entry(message, site)]);
  const ctx = (): RequestContext => RequestContext.system('r').forTeam(teamId);
  const walk = async (limit: number, sites = [siteId], between: () => Promise<unknown> = async () => undefined): Promise<LogEvent[]> => {
    const all: LogEvent[] = [];
    for (let at: LogPosition | null = BEGINNING; at; await between()) {
      const page = await reader.read(ctx(), { sites, ...ALL }, JSON.parse(JSON.stringify(at)) as LogPosition, limit);
      all.push(...page.events);
      at = page.next;
    }
    return all;
  };
  const messages = (events: readonly LogEvent[]): string[] => events.map(({ message }) => message);
  const tables = async (): Promise<string[]> =>
    (
      await base.db.query<{ name: string }>(
        system,
        `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'orchestration_event'::regclass ORDER BY 1`,
      )
    ).map(({ name }) => name);

  it('is read oldest first, many sites in one order, and by their team alone', async () => {
    const other = newId<SiteId>();
    for (const [message, site] of [
      ['a', siteId],
      ['b', other],
      ['c', siteId],
    ] as const) {
      await write(message, site);
      clock.advance(1);
    }
    expect(messages(await walk(2, [siteId, other]))).toEqual(['a', 'b', 'c']);
    expect(await reader.known(ctx(), [siteId, newId<SiteId>()])).toEqual(new Set([siteId]));
    const stranger = RequestContext.system('r').forTeam(newId<TeamId>());
    expect((await reader.read(stranger, { sites: [siteId], ...ALL }, BEGINNING, 10)).events).toEqual([]);
    expect(await reader.known(stranger, [siteId])).toEqual(new Set());
  });

  it('holds both ends of the time asked for, and nothing beyond', async () => {
    for (const message of ['before', 'from', 'until', 'after']) {
      await write(message);
      clock.advance(1000);
    }
    const at = (seconds: number): Date => new Date(Date.parse('2026-01-01T12:00:00Z') + seconds * 1000);
    const page = await reader.read(ctx(), { sites: [siteId], from: at(1), until: at(2) }, BEGINNING, 10);
    expect(messages(page.events)).toEqual(['from', 'until']);
  });

  it('takes what a router says, however odd, and cuts what is too long', async () => {
    await write(`a\0b ${'x'.repeat(1995)}😀 and more`);
    const [event] = await walk(10);
    expect(event!.message).toBe(`ab ${'x'.repeat(1995)}\ufffd`);
  });

  it('neither skips nor doubles an event that was dated early and committed late', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let written = (): void => undefined;
    const isWritten = new Promise<void>((resolve) => (written = resolve));
    const late = base.db.transaction(ctx(), async (inside) => {
      await log.write(inside, [entry('late')]); // the earliest of all
      written();
      await held;
    });
    await isWritten;
    for (let i = 0; i < 5; i++) {
      clock.advance(1);
      await write(`early ${i}`);
    }
    let pages = 0;
    const read = await walk(2, [siteId], async () => {
      if (++pages !== 2) return;
      release();
      await late;
    });
    expect(messages(read)).toEqual(['early 0', 'early 1', 'early 2', 'early 3', 'early 4', 'late']);
  });

  it('is not held up by a transaction that stays open', async () => {
    await base.db.transaction(ctx(), async (inside) => {
      await log.write(inside, [entry('open')]);
      await write('committed');
      expect(messages(await walk(10))).toEqual(['committed']);
    });
  });

  it('is read whole and once while many write, commit late and give up', async () => {
    const expected = new Set<string>();
    let writing = true;
    const writers = Array.from({ length: 6 }, async (_, writer) => {
      for (let i = 0; i < 40; i++) {
        const names = [`${writer}/${i}/a`, `${writer}/${i}/b`];
        await base.db
          .transaction(ctx(), async (inside) => {
            for (const name of names) {
              clock.advance(writer === 0 ? 1 : 0);
              await log.write(inside, [entry(name)]);
              await base.db.query(inside, `SELECT pg_sleep($1)`, [((i * 7 + writer) % 5) / 1000]);
            }
            if (i % 8 === 7) throw new Error('changed its mind');
          })
          .then(
            () => names.forEach((name) => expected.add(name)),
            (error: Error) => expect(error.message).toBe('changed its mind'),
          );
      }
    });
    const done = Promise.all(writers).then(() => (writing = false));
    // One walk after another until all is written. Each has, once it ends, whatever was committed before its last request.
    let metOnTheWay = 0;
    while (writing) {
      const begun = new Set(expected);
      const seen: string[] = [];
      let committed = begun;
      for (let at: LogPosition | null = BEGINNING; at;) {
        committed = new Set(expected);
        const page = await reader.read(ctx(), { sites: [siteId], ...ALL }, at, 3);
        seen.push(...messages(page.events));
        at = page.next;
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect([...committed].filter((name) => !seen.includes(name))).toEqual([]);
      metOnTheWay += [...committed].filter((name) => !begun.has(name)).length;
    }
    await done;
    expect(metOnTheWay).toBeGreaterThan(0);
    expect(new Set(messages(await walk(7)))).toEqual(expected);
  });

  it('reads what came with a dump of a server that had counted further', async () => {
    const insert = `INSERT INTO orchestration_event (site_id, at, seq, team_id, xid, type, status, message, context) VALUES ($1, $2, $3, $4, $5, 't', 'Pending', $6, '{}')`;
    for (let i = 1; i <= 4; i++) await base.db.query(ctx(), insert, [siteId, clock.now(), i, teamId, '900000000000', `old ${i}`]);
    expect(messages(await walk(3))).toEqual(['old 1', 'old 2', 'old 3', 'old 4']);
  });

  it('refuses to be changed, emptied or cut by anything but retention and the end of its team', async () => {
    await write('kept');
    for (const attempt of [
      `UPDATE orchestration_event SET message = 'forged'`,
      `UPDATE orchestration_event_default SET message = 'forged'`,
      `DELETE FROM orchestration_event`,
      `TRUNCATE orchestration_event`,
      `TRUNCATE orchestration_event_default`,
    ])
      await expect(base.db.query(system, attempt)).rejects.toThrow(/never changed/);
    const other = { ctx: ctx(), siteId };
    teamId = newId<TeamId>();
    await write('of another team');
    await log.eraseTeam(other.ctx);
    expect(messages(await walk(10))).toEqual(['of another team']);
    expect((await reader.read(other.ctx, { sites: [siteId], ...ALL }, BEGINNING, 10)).events).toEqual([]);
  });

  it('makes weeks ahead, which are locked like the whole, and drops them when all in them is too old', async () => {
    clock.set(new Date('2027-03-03T12:00:00Z')); // a Wednesday
    await partitions.onApplicationBootstrap();
    await partitions.keep(system); // a second process, or the next hour
    expect(await tables()).toEqual([
      'orchestration_event_20270301',
      'orchestration_event_20270308',
      'orchestration_event_20270315',
      'orchestration_event_default',
    ]);
    await write('in its week');
    expect(await base.db.query(system, `SELECT message FROM orchestration_event_20270301`)).toEqual([{ message: 'in its week' }]);
    expect(await base.db.query(RequestContext.system('x').forTeam(newId<TeamId>()), `SELECT FROM orchestration_event_20270301`)).toEqual(
      [],
    );
    for (const attempt of [`UPDATE orchestration_event_20270301 SET message = ''`, `TRUNCATE orchestration_event_20270301`])
      await expect(base.db.query(system, attempt)).rejects.toThrow(/never changed/);
    clock.advance(35 * DAY_MS); // 7 April: the last day of that week, 7 March, is 31 days ago
    await partitions.keep(system);
    expect(await tables()).not.toContain('orchestration_event_20270301');
    expect(await tables()).toContain('orchestration_event_20270308');
    expect(await walk(10)).toEqual([]);
    expect(logger.lines).toEqual([]);
  });

  it('shows nothing beyond its time although its week is still there', async () => {
    clock.set(new Date('2028-03-06T00:00:01Z')); // a Monday
    await partitions.keep(system);
    await write('old');
    clock.advance(31 * DAY_MS);
    expect(await walk(10)).toEqual([]);
    expect(await reader.known(ctx(), [siteId])).toEqual(new Set());
  });

  it('takes events of weeks that nobody made, keeps such a week in one place, and cuts it by retention', async () => {
    clock.set(new Date('2029-06-06T12:00:00Z'));
    await write('homeless');
    await partitions.keep(system);
    expect(await tables()).not.toContain('orchestration_event_20290604');
    expect(await tables()).toContain('orchestration_event_20290611');
    await write('same week');
    expect(messages(await walk(10))).toEqual(['homeless', 'same week']);
    clock.advance(31 * DAY_MS);
    await partitions.keep(system);
    expect(await base.db.query(system, `SELECT FROM orchestration_event_default WHERE team_id = $1`, [teamId])).toEqual([]);
  });
});

it('an installation from before keeps what it wrote of sections', async () => {
  const database = await cloneDatabase();
  const until = migrations.indexOf(OrchestrationLog1795470000000);
  const migrate = (upTo: number): Promise<DataSource> =>
    new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: migrations.slice(0, upTo),
      migrationsTransactionMode: 'each',
    }).initialize();
  const before = await migrate(until);
  await before.query('DROP SCHEMA public CASCADE');
  await before.query('CREATE SCHEMA public');
  await before.runMigrations();
  await before.query(`SELECT set_config('rosfleet.team', '*', false)`);
  const [id, team, site] = [newId(), newId(), newId()];
  await before.query(`ALTER TABLE orchestration_event DROP CONSTRAINT "FK_da4f4336ea2da9f28751dfb901e"`); // no need of a whole site
  await before.query(
    `INSERT INTO orchestration_event (id, team_id, site_id, at, subject, status, message) VALUES ($1, $2, $3, '2026-01-02T03:04:05Z', 'section:policy', 'failed', 'no')`,
    [id, team, site],
  );
  await before.destroy();
  const after = await migrate(until + 1);
  await after.runMigrations();
  await after.query(`SELECT set_config('rosfleet.team', '*', false)`);
  expect(await after.query(`SELECT team_id, site_id, type, status, message, context FROM orchestration_event`)).toEqual([
    { team_id: team, site_id: site, type: 'section.failed', status: 'Failed', message: 'no', context: { section: 'policy' } },
  ]);
  await after.destroy();
  await database.drop();
});
