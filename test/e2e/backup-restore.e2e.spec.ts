import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { VirtualRouter } from '../../tools/virtual-router/index.js';
import { S3_KEY, TestS3 } from '../support/s3.js';
import { APP_KEY, Fleet, type Team } from './support/fleet.js';

const MODEL = 'RB5009UG+S+';
const CONFIGURATION = [
  '/interface bridge add name=lan comment="Büro «Nord»"',
  '/interface bridge port add bridge=lan interface=ether2',
  '/interface vlan add interface=lan name=guests vlan-id=20',
  '/ip pool add name=dhcp ranges=192.168.88.10-192.168.88.200',
  '/ip address add address=192.168.88.1/24 interface=lan',
  '/ip address add address=10.20.0.1/22 interface=guests comment="guests; \\"quoted\\" \\$x"',
  '/ip dhcp-server network add address=192.168.88.0/24 gateway=192.168.88.1',
  '/ip firewall filter add chain=forward action=accept connection-state=established,related',
  '/ip firewall filter add chain=forward action=drop in-interface=guests out-interface=lan',
  '/ip dns set servers=192.0.2.53',
  '/system script add name=hello source=":log info \\"hello\\""',
  '/system identity set name=shop-7',
];

/** What stands below the head: that has the date, and the serial number of the one router. */
const body = (text: string): string => text.replace(/^(#.*\r?\n)+/, '');

describe('a backup is good for a restore', () => {
  let fleet: Fleet;
  let team: Team;
  const routers: VirtualRouter[] = [];
  beforeAll(async () => {
    fleet = await Fleet.start({ SFTP: 'on', SFTP_HOST: '127.0.0.1', SFTP_PORT: '0' });
    team = await fleet.team();
  }, 60_000);
  afterEach(async () => {
    for (const router of routers.splice(0)) await router.stop();
  });
  afterAll(() => fleet.stop());

  const backUp = async (fleet: Fleet, team: Team): Promise<{ router: VirtualRouter; site: string; name: string }> => {
    const { router, site } = await fleet.rested(team, { model: MODEL });
    routers.push(router);
    for (const command of CONFIGURATION) await router.run(command);
    await team.owner.post(`/backup/${site}`).expect(202);
    await fleet.pass(65);
    const [newest] = (await team.owner.get(`/backup/${site}`).expect(200)).body as { filename: string }[];
    return { router, site, name: newest!.filename };
  };
  const download = async (fleet: Fleet, token: string, site: string, name: string): Promise<Buffer> => {
    const { body } = await fleet
      .http()
      .get(`/backup/${site}/${name}`)
      .set({ authorization: `Bearer ${token}`, 'X-Download': 'true' })
      .buffer(true)
      .expect(200);
    return body as Buffer;
  };
  /** Into a router of the same model out of its box, which reaches nobody. */
  const restore = async (file: Buffer): Promise<VirtualRouter> => {
    const fresh = new VirtualRouter({
      model: MODEL,
      version: '7.22.3',
      serial: 'SPARE',
      clock: fleet.clock,
      http: () => Promise.reject(new Error('no network yet')),
    });
    routers.push(fresh);
    fresh.files.write('restore.rsc', file.toString('latin1'));
    await fresh.run('/import file-name=restore.rsc');
    return fresh;
  };

  it('in a new router of the same model, read by another process, and after APP_KEY changed', async () => {
    const { router, site, name } = await backUp(fleet, team);
    const file = await download(fleet, team.owner.token, site, name);
    const restored = await restore(file);
    expect(restored.export()).toBe(body(String(file)));
    expect(restored.export()).toBe(router.export());
    expect(restored.item('/system/identity')).toMatchObject({ name: 'shop-7' });
    expect([restored.failures, router.failures]).toEqual([[], []]);

    await fleet.crash(); // its memory is gone: what counts lies in the database and the store
    await fleet.startApp();
    expect((await download(fleet, team.owner.token, site, name)).equals(file)).toBe(true);

    const database = { url: fleet.databaseUrl, drop: () => Promise.resolve() };
    const rotated = await Fleet.start(
      { DATA_DIR: fleet.dataDir, APP_KEY_PREVIOUS: APP_KEY },
      database,
      new Date(fleet.clock.now()).toISOString(),
      '22'.repeat(32),
    );
    const after = await download(rotated, team.owner.token, site, name);
    expect(body((await restore(after)).export())).toBe(router.export());
    await rotated.stop();
  }, 60_000);

  it('from a bucket as from a folder', async () => {
    const s3 = await TestS3.start('fleet-blobs');
    const own = await Fleet.start({
      ...{ S3_BUCKET: 'fleet-blobs', S3_ENDPOINT: s3.endpoint, S3_PATH_STYLE: 'true', S3_PREFIX: 'prod/' },
      ...{ S3_ACCESS_KEY_ID: S3_KEY.accessKeyId, S3_SECRET_ACCESS_KEY: S3_KEY.secretAccessKey },
    });
    const mine = await own.team();
    expect((await own.http().get('/health').expect(200)).body.checks.blobs).toMatchObject({ store: 's3' });
    const { router, site, name } = await backUp(own, mine); // over HTTPS: there is no SFTP here
    expect((await restore(await download(own, mine.owner.token, site, name))).export()).toBe(router.export());

    await s3.stop(); // what is away now is told, and nothing is lost
    expect((await own.http().get('/health')).body.checks.blobs).toMatchObject({ warning: expect.any(String) });
    expect((await mine.owner.get(`/backup/${site}/${name}`).expect(503)).body).toMatchObject({ code: 'backup_unreadable' });
    await mine.owner.get(`/backup/${site}`).expect(200);
    await router.run('/ip dns set servers=192.0.2.54');
    await mine.owner.post(`/backup/${site}`).expect(202);
    await own.pass(120);
    const [job] = ((await mine.owner.get(`/site/${site}/job`)).body as Record<string, unknown>[]).filter(
      ({ should_backup }) => should_backup,
    );
    expect(job).toMatchObject({ state: 'failed', failure_reason: expect.stringContaining('No backup') });
    await own.stop();
  }, 120_000);
});
