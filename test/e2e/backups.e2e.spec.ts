import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Fleet, type Team } from './support/fleet.js';

const SFTP = { SFTP: 'on', SFTP_HOST: '127.0.0.1', SFTP_PORT: '0' };

describe('backups', () => {
  let fleet: Fleet;
  let team: Team;
  beforeAll(async () => {
    fleet = await Fleet.start(SFTP);
    team = await fleet.team();
  }, 60_000);
  afterAll(() => fleet.stop());

  it('come by SFTP when somebody asks', async () => {
    const { router, site } = await fleet.rested(team);
    await team.owner.post(`/backup/${site}`).expect(202, { message: 'Backup requested' });
    await fleet.pass(60);
    console.log(
      (await team.owner.get(`/site/${site}/job`)).body,
      router.log.slice(-6),
      fleet.log.filter((l) => /sftp|SFTP|level":50/.test(l)).slice(-5),
    );
    const { body } = await team.owner.get(`/backup/${site}/`).expect(200);
    expect(body).toHaveLength(1);
    console.log(body);
  }, 60_000);
});
