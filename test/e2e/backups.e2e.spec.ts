import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { SiteService } from '../../src/fleet/index.js';
import { DailyRun } from '../../src/modules/backups/daily-run.js';
import { RequestContext, type SiteId } from '../../src/platform/context/index.js';
import { RouterOsError, type VirtualRouter } from '../../tools/virtual-router/index.js';
import { nodeHttp } from '../../tools/virtual-router/system/http-transport.js';
import { sftpUpload } from '../../tools/virtual-router/system/sftp-transport.js';
import { newSite } from '../support/backups.js';
import { eventually } from '../support/eventually.js';
import { Fleet, type Team } from './support/fleet.js';

const SFTP = { SFTP: 'on', SFTP_HOST: '127.0.0.1', SFTP_PORT: '0' };
const MINUTE = 60_000;
const blocked = (): Promise<void> => Promise.reject(new RouterOsError('failure: connection timeout'));
type Row = Record<string, unknown>;
type Backup = Row & { filename: string };

describe('a backup', () => {
  let fleet: Fleet;
  let team: Team;
  const routers: VirtualRouter[] = [];
  beforeAll(async () => {
    fleet = await Fleet.start(SFTP);
    team = await fleet.team();
  }, 60_000);
  afterEach(async () => {
    for (const router of routers.splice(0)) {
      expect(router.failures).toEqual([]);
      expect(Object.keys(router.files.toRecord())).not.toContain('rosfleet-export.rsc');
      await router.stop();
    }
  });
  afterAll(() => fleet.stop());

  /** A router of 7.12 waits for an upgrade with its policy, and never rests. */
  const rested: Fleet['rested'] = async (team, options) => {
    const made = await (options?.version === '7.12.1' ? fleet.adopted(team, options) : fleet.rested(team, options));
    if (options?.version === '7.12.1') await fleet.pass(300);
    routers.push(made.router);
    return made;
  };
  const list = async (site: string): Promise<Backup[]> => (await team.owner.get(`/backup/${site}`).expect(200)).body as Backup[];
  const jobs = async (site: string): Promise<Row[]> =>
    ((await team.owner.get(`/site/${site}/job`).expect(200)).body as Row[]).filter(({ should_backup }) => should_backup);
  const ask = (site: string): Promise<unknown> => team.owner.post(`/backup/${site}`).expect(202, { message: 'Backup requested' });
  const take = async (site: string): Promise<Row> => {
    await ask(site);
    await fleet.pass(65);
    return (await jobs(site))[0]!;
  };

  it.each(['7.12.1', '7.16.2', '7.24'])('comes by SFTP from RouterOS %s when somebody asks', async (version) => {
    const { router, site } = await rested(team, { version });
    expect(await take(site)).toMatchObject({ state: 'done', description: 'Configuration backup' });
    const [backup, ...more] = await list(site);
    expect(more).toEqual([]);
    expect(backup).toMatchObject({ version, model: 'RB5009UG+S+', serial_number: router.hardware.serial, changes: null });
    expect((await jobs(site))[0]!['associated_backup']).toBe(`${site}/${backup!.filename}`);
    const { body } = await team.owner.get(`/backup/${site}/${backup!.filename}`).expect(200);
    expect((body as { content: string }).content.endsWith(router.export())).toBe(true);
  });

  it('comes over HTTPS where SFTP is blocked, large and in whatever encoding', async () => {
    const { router, site } = await rested(team, { version: '7.16.2', upload: blocked });
    for (let i = 0; i < 800; i++)
      await router.run(`/ip firewall address-list add list=guests address=10.${i >> 8}.${i & 255}.1 comment="Gäste Москва ${i}"`);
    const write = router.files.write.bind(router.files);
    const odd = Buffer.from(`# Büro Москва `).toString('latin1') + '\xe9\xff\r\n'; // UTF-8, then bytes that are none
    let sent = '';
    router.files.write = (name, contents) => write(name, (sent = contents + odd.repeat(100)));
    expect(await take(site)).toMatchObject({ state: 'done', failure_reason: null });
    router.files.write = write;
    const [backup] = await list(site);
    expect(backup!['bytes']).toBe(sent.length);
    expect(sent.length).toBeGreaterThan(70_000);
    const file = `/backup/${site}/${backup!.filename}`;
    const raw = await team.owner.get(file).set('X-Download', '1').buffer(true).expect(200);
    expect((raw.body as Buffer).equals(Buffer.from(sent, 'latin1'))).toBe(true);
    expect((await team.owner.get(file).expect(200)).body).toMatchObject({ content: expect.stringContaining('# Büro Москва éÿ\r\n') });
    expect(router.requests.filter(({ url }) => url.includes('/backup')).length).toBeGreaterThan(2);
  }, 60_000);

  it('does without SFTP where the connection breaks off in the middle', async () => {
    const breaks = (request: Parameters<typeof sftpUpload>[0]): Promise<void> =>
      sftpUpload({ ...request, contents: request.contents.subarray(0, 1000) })
        .catch(() => undefined)
        .then(blocked);
    const { router, site } = await rested(team, { upload: breaks });
    await router.run('/ip dns set servers=192.0.2.53');
    expect(await take(site)).toMatchObject({ state: 'done' });
    const [backup] = await list(site);
    const { text } = await team.owner.get(`/backup/${site}/${backup!.filename}`).set('X-View', 'true').expect(200);
    expect(text.endsWith(router.export())).toBe(true);
  });

  it('that cannot come says why', async () => {
    const old = await rested(team, { version: '7.12.1', upload: blocked });
    expect(await take(old.site)).toMatchObject({ state: 'failed', failure_reason: expect.stringMatching(/before 7\.13.*SFTP/) });
    const full = await rested(team, { upload: blocked });
    full.router.files.write = () => undefined; // a disk without room
    await ask(full.site);
    await fleet.pass(700);
    expect((await jobs(full.site))[0]).toMatchObject({ state: 'failed', failure_reason: expect.stringContaining('No backup: the export was not complete after 600 s') }); // prettier-ignore
    for (const { site } of [old, full]) expect(await list(site)).toEqual([]);
  }, 60_000);

  it('waits for a board that writes for more than a minute', async () => {
    const { router, site } = await rested(team, { exportSeconds: 90 });
    await ask(site);
    await fleet.pass(90);
    expect(await list(site)).toEqual([]);
    await fleet.pass(90);
    const [backup] = await list(site);
    const { body } = await team.owner.get(`/backup/${site}/${backup!.filename}`).expect(200);
    expect((body as { content: string }).content.endsWith(router.export())).toBe(true);
    expect((await jobs(site))[0]).toMatchObject({ state: 'done' });
  }, 60_000);

  it('is one job, however often it is asked for before it came', async () => {
    const site = await newSite(fleet, team);
    await Promise.all(Array.from({ length: 8 }, () => ask(site)));
    await ask(site);
    expect(await jobs(site)).toHaveLength(1);
  });

  it('of a router on which nothing changed is the one before', async () => {
    const { router, site } = await rested(team);
    await take(site);
    const [first] = await list(site);
    for (const version of [1, 2]) {
      await fleet.pass(300 * version);
      const job = await take(site);
      expect(job).toMatchObject({ state: 'done', associated_backup: `${site}/${first!.filename}` });
    }
    const [still, ...more] = await list(site);
    expect(more).toEqual([]);
    expect(still).toMatchObject({ ...first, confirmed_at: expect.any(String) });
    expect(Date.parse(String(still!['confirmed_at'])) - Date.parse(String(first!['confirmed_at']))).toBeGreaterThan(900_000);
    await router.run('/ip dns set servers=192.0.2.53');
    await take(site);
    const [newest, before] = await list(site);
    expect(before).toEqual(still);
    expect(newest!['changes']).toEqual({ count: 1, first: [expect.stringMatching(/dns.*servers.*192\.0\.2\.53/)] });
  }, 60_000);

  describe('before a job', () => {
    const change = '/system identity set name=changed';

    it('holds what was there before its script ran', async () => {
      const { router, site } = await rested(team, { identity: 'before' });
      const job = await team.owner.job(site, change, { 'x-backup': 'true' });
      expect(job).toMatchObject({ should_backup: true, associated_backup: null });
      await fleet.pass(65);
      expect(router.item('/system/identity')).toMatchObject({ name: 'changed' });
      const [backup, ...more] = await list(site);
      expect(more).toEqual([]);
      const { body } = await team.owner.get(`/backup/${site}/${backup!.filename}`).expect(200);
      expect((body as { content: string }).content).toContain('set name=before');
      const { body: after } = await team.owner.get(`/site/${site}/job/${String(job['id'])}`).expect(200);
      expect(after).toMatchObject({ state: 'done', associated_backup: `${site}/${backup!.filename}` });
    });

    it.each([
      ['7.22.3', /No backup: the upload by HTTPS failed|No backup: neither SFTP nor HTTPS took it/],
      ['7.12.1', /script after it did not run/],
    ])(
      'keeps the script from running when it fails, on RouterOS %s',
      async (version, why) => {
        let open = true;
        const { router, site } = await rested(team, {
          ...{ version, identity: 'before', upload: blocked },
          http: (request) => (!open && request.url.includes('/backup') ? Promise.resolve({ status: 503 }) : nodeHttp(request)),
        });
        open = false;
        const job = await team.owner.job(site, change, { 'x-backup': 'true' });
        await fleet.pass(95);
        expect(router.item('/system/identity')).toMatchObject({ name: 'before' });
        const { body } = await team.owner.get(`/site/${site}/job/${String(job['id'])}`).expect(200);
        expect(body).toMatchObject({ state: 'failed', associated_backup: null, failure_reason: expect.stringMatching(why) });
        expect(await list(site)).toEqual([]);
      },
      60_000,
    );
  });

  describe('that nobody asks for', () => {
    /** What the task of each minute does. */
    const minutes = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        await fleet.clock.advance(MINUTE);
        await fleet.app.get(DailyRun).run(RequestContext.system('test'));
      }
    };
    /** On to a time of day. */
    const until = (time: string): Promise<void> => {
      const day = new Date(fleet.clock.now()).toISOString().slice(0, 10);
      const at = Date.parse(`${day}T${time}:00Z`);
      return fleet.clock.advance((at - fleet.clock.now() + 86_400_000) % 86_400_000);
    };
    /** Sites that are online without a router that has to be played. */
    const online = async (count: number): Promise<string[]> => {
      const sites = await Promise.all(Array.from({ length: count }, () => newSite(fleet, team)));
      await fleet.sql(`UPDATE site_pulse SET has_pulse = true WHERE site_id = ANY($1::uuid[])`, [sites]);
      return sites;
    };
    const asked = async (sites: string[]): Promise<{ site: string; at: Date }[]> =>
      fleet.sql(`SELECT site_id AS site, created_at AS at FROM job WHERE should_backup AND site_id = ANY($1::uuid[]) ORDER BY created_at`, [
        sites,
      ]);

    it('comes at adoption, once', async () => {
      const own = await Fleet.start({ ...SFTP, BACKUP_AT_ADOPTION: 'true' });
      const mine = await own.team();
      const { router, site } = await own.adopted(mine);
      await eventually(async () => (await own.sql(`SELECT 1 FROM job WHERE should_backup`)).length === 1);
      await own.pass(200);
      expect((await mine.owner.get(`/backup/${site}`).expect(200)).body).toHaveLength(1);
      await router.paste(mine.command); // the same router again
      await own.pass(65);
      expect(await own.sql(`SELECT description FROM job WHERE should_backup`)).toEqual([
        { description: 'Configuration backup at adoption' },
      ]);
      expect(router.failures).toEqual([]);
      await router.stop();
      await own.stop();
    }, 60_000);

    it('comes once a day for each site that is online, spread over the whole window', async () => {
      await until('00:58');
      const sites = await online(120);
      const offline = await newSite(fleet, team);
      await minutes(1);
      expect(await asked(sites)).toEqual([]);
      await minutes(245);
      const jobs = await asked(sites);
      expect(new Set(jobs.map(({ site }) => site)).size).toBe(120);
      expect(jobs).toHaveLength(120);
      const quarters = [0, 0, 0, 0];
      for (const { at } of jobs) quarters[new Date(at.getTime() - 1).getUTCHours() - 1]! += 1; // the last minute ends at 05:00
      for (const count of quarters) expect(count).toBeGreaterThan(12);
      expect(new Set(jobs.map(({ at }) => at.getTime())).size).toBeGreaterThan(60);
      expect(await asked([offline])).toEqual([]);
      await fleet.sql(`UPDATE job SET state = 'done' WHERE site_id = ANY($1::uuid[])`, [sites]);
      await minutes(10);
      expect(await asked(sites)).toHaveLength(120);
    }, 120_000);

    it('comes in the same minute whether the database looks for the site or the site for its minute', async () => {
      const service = fleet.app.get(SiteService);
      for (const id of (await online(20)) as SiteId[]) {
        const found = await service.onlineInSlots(RequestContext.system('test'), [service.slotOf(id, 240)], 240);
        expect(found.map((site) => site.id)).toContain(id);
      }
    });

    it('is made up for, a few minutes at a time, when the server was away', async () => {
      await until('00:59');
      await minutes(1);
      const sites = await online(60);
      await fleet.clock.advance(120 * MINUTE); // from 01:00 to 03:00 nobody looked
      const after = async (): Promise<number> => {
        await fleet.app.get(DailyRun).run(RequestContext.system('test'));
        return (await asked(sites)).length;
      };
      const first = await after();
      expect(first).toBeLessThan(15);
      let most = first;
      for (let i = 0; i < 30; i++) most = await after();
      expect(most).toBeGreaterThan(15);
      expect(most).toBeLessThan(50);
      await minutes(125);
      expect(await asked(sites)).toHaveLength(60);
    }, 120_000);

    it('comes when a site is back that was away in its minute, and not when it was there', async () => {
      const { router, site } = await rested(team);
      await until('00:30');
      await fleet.pass(65);
      router.network.down = true;
      await fleet.pass(600);
      expect((await team.owner.get(`/site/${site}`)).body).toMatchObject({ has_pulse: false });
      await until('05:30');
      router.network.down = false;
      await fleet.pass(65);
      await eventually(async () => (await jobs(site)).length === 1);
      expect((await jobs(site))[0]).toMatchObject({ description: 'Daily configuration backup' });
      await fleet.pass(65);
      expect(await list(site)).toHaveLength(1);
      // Its minute is made up for while it is there again.
      await fleet.sql(`UPDATE backup_round SET handled_until = handled_until - interval '5 hours'`);
      for (let i = 0; i < 61; i++) await fleet.app.get(DailyRun).run(RequestContext.system('test'));
      expect(await jobs(site)).toHaveLength(1);
      router.network.down = true; // an outage in the day
      await fleet.pass(600);
      router.network.down = false;
      await fleet.pass(130);
      await fleet.mails('nobody@example.net'); // waits for tasks
      expect(await jobs(site)).toHaveLength(1);
    }, 120_000);
  });
});
