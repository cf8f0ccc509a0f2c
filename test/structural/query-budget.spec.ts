import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PulseFlush } from '../../src/fleet/poll/pulse-flush.js';
import { newId } from '../../src/platform/context/index.js';
import { Database } from '../../src/platform/database/index.js';
import { eventually } from '../support/eventually.js';
import { type Client, Fleet, type Team } from '../e2e/support/fleet.js';

/** Statements that an operation may cost, transaction control included, once what may be remembered is remembered. */
describe('the query budget', () => {
  let fleet: Fleet;
  let team: Team;
  let site: string;
  let bearer: string;
  let script = '';
  let person: Client;
  let statements: string[] = [];

  beforeAll(async () => {
    fleet = await Fleet.start();
    team = await fleet.team();
    const { router, site: id } = await fleet.rested(team);
    site = id;
    for (let i = 0; i < 40; i++) await team.owner.post('/site', { name: `Site ${i}` });
    bearer = Object.entries(router.requests.find((r) => r.url.endsWith('/poll'))!.headers).find(
      ([k]) => k.toLowerCase() === 'authorization',
    )![1];
    await fleet.pass(125); // its configuration sections are in force
    await router.stop();
    for (let i = 0; i < 3; i++) {
      await poll(); // what these heartbeats tell is known
      await fleet.app.get(PulseFlush).flush();
      await quiet();
    }
    person = await fleet.person(team, 'member');
    for (const who of [person, team.owner]) await who.get('/site-minimal').expect(200); // what they may do is remembered now
    const { dataSource } = fleet.app.get(Database);
    dataSource.logger = {
      logQuery: (sql: string) => void statements.push(sql),
      logQueryError: () => undefined,
      logQuerySlow: () => undefined,
      logSchemaBuild: () => undefined,
      logMigration: () => undefined,
      log: () => undefined,
    };
  }, 60_000);
  afterAll(() => fleet.stop());

  /** No task is due. */
  const quiet = (): Promise<unknown> =>
    eventually(async () => {
      const due = `SELECT FROM task WHERE state IN ('waiting', 'running') AND run_at <= $1 LIMIT 1`;
      return (await fleet.sql(due, [new Date(fleet.clock.now())])).length === 0;
    });
  const poll = (): Promise<unknown> =>
    fleet
      .http()
      .post('/poll')
      .set('authorization', bearer)
      .set('content-type', 'text/plain')
      .send('name=r;version=7.22.3;uptime=1h')
      .expect(200)
      .expect(({ text }) => void (script = text));
  const report = (name: string): Promise<unknown> =>
    fleet
      .http()
      .get(new RegExp(`${name} "https?://[^/]+(/[^"]+)"`).exec(script.replaceAll('\\', ''))![1]!)
      .expect(200);
  const budget: [string, number, () => Promise<unknown>][] = [
    ['a heartbeat of a router that has nothing to do', 0, poll],
    ['the short list of sites', 1, () => team.owner.get('/site-minimal').expect(200)],
    ['the short list of sites, for a person who signed in', 1, () => person.get('/site-minimal').expect(200)],
    ['the list of sites, however many', 1, () => team.owner.get('/site').expect(200)],
    ['the recent sites', 1, () => team.owner.get('/site/recent').expect(200)],
    ['one site, the visit noted', 2, () => team.owner.get(`/site/${site}`).expect(200)],
    ['the jobs of a site', 2, () => team.owner.get(`/site/${site}/job`).expect(200)],
    ['the control-plane policies, however many, with their sites', 4, () => team.owner.get('/control-plane/policies').expect(200)],
    ['the backups of a site that has none', 3, () => team.owner.get(`/backup/${site}`).expect(200)],
    ['the runbooks', 2, () => team.owner.get('/runbook').expect(200)],
    ['a new job, its line in the audit log included', 11, () => team.owner.job(site, ':put 1', { 'x-idempotency-key': newId() })],
    ['a heartbeat that gets a job', 1, poll],
    ['the report that it is under way', 1, () => report('busyUrl')],
    ['the report that it is done', 1, () => report('doneUrl')],
  ];

  it.each(budget)('of %s is %i', async (_name, most, act) => {
    await fleet.app.get(PulseFlush).flush();
    if (most === 0) await act(); // what may be remembered is remembered
    await fleet.app.get(PulseFlush).flush();
    statements = [];
    await act();
    const cost = statements.filter((sql) => !/\b(task|server_presence|UPDATE site_pulse)\b/.test(sql)); // the clockwork beside it
    expect([cost.length <= most, cost]).toEqual([true, cost]);
  });

  it('of a flush does not grow with the number of heartbeats', async () => {
    statements = [];
    for (let i = 0; i < 20; i++) await poll();
    await fleet.app.get(PulseFlush).flush();
    expect(statements.filter((sql) => /UPDATE site_pulse/.test(sql)).length).toBeLessThanOrEqual(2);
  });
});
