import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '../../src/platform/context/index.js';
import { Fleet, type Team } from './support/fleet.js';

describe('sites', () => {
  let fleet: Fleet;
  let team: Team;

  beforeAll(async () => {
    fleet = await Fleet.start();
    team = await fleet.team();
  }, 60_000);
  afterAll(() => fleet.stop());

  const make = async (name: string): Promise<string> => (await team.owner.post('/sites', { name }).expect(201)).body.id as string;

  it('change only in the fields that are sent, by PUT and PATCH, under both generations of the path', async () => {
    const id = await make('Farm');
    await team.owner.put(`/site/${id}`, { address: 'Long Road 1' }).expect(200);
    await team.owner.patch(`/sites/${id}`, { location: { lat: 1.5, lon: -2 } }).expect(200);
    await team.owner.patch(`/site/${id}`, { timezone: 'Europe/Berlin' }).expect(200);
    expect((await team.owner.get(`/sites/${id}`).expect(200)).body).toMatchObject({
      name: 'Farm',
      address: 'Long Road 1',
      location: { lat: 1.5, lon: -2 },
      timezone: 'Europe/Berlin',
    });
    await team.owner.put(`/sites/${id}`, { address: null, location: null }).expect(200);
    expect((await team.owner.get(`/site/${id}`)).body).toMatchObject({ address: null, location: null, timezone: 'Europe/Berlin' });
    await team.owner.put(`/site/${id}`, {}).expect(422);
  });

  it('list the five that a person opened last, each once, newest first', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 7; i++) ids.push(await make(`Shop ${i}`));
    for (const id of [...ids, ids[3]!]) {
      await fleet.clock.advance(1000);
      await team.owner.get(`/site/${id}`).expect(200);
    }
    const recent = async (who = team.owner): Promise<{ id: string }[]> =>
      (await who.get('/site/recent').expect(200)).body as { id: string }[];
    expect((await recent()).map((s) => s.id)).toEqual([ids[3], ids[6], ids[5], ids[4], ids[2]]);
    expect((await recent())[0]).toMatchObject({ online: false, name: 'Shop 3', accessed_at: expect.any(String) });
    expect(await recent(await fleet.member(team, 'member'))).toEqual([]);
    await team.owner.delete(`/site/${ids[6]}`).expect(204);
    expect((await recent()).map((s) => s.id)).not.toContain(ids[6]);
    expect((await team.owner.get('/sites/recent')).body).toEqual(await recent());
  });

  it('are told to other services under the internal token', async () => {
    const other = await fleet.team();
    const { site, router } = await fleet.adopted(other);
    const internal = fleet.internal();
    expect((await internal.get('/site/internal/online').expect(200)).body).toContain(site);
    expect((await internal.get(`/site/internal/lite/${other.teamId}`).expect(200)).body).toEqual([site]);
    expect((await internal.get(`/site/internal/${other.teamId}`).expect(200)).body).toMatchObject([{ id: site, has_pulse: true }]);
    const nobody = newId();
    expect((await internal.post('/site/internal-count', { customer_ids: [other.teamId, nobody] }).expect(200)).body).toEqual({
      [other.teamId]: 1,
      [nobody]: 0,
    });
    await internal.post('/site/internal-count', { customer_ids: [] }).expect(422);
    await internal.post('/site/internal-count', { customer_ids: ['x'] }).expect(422);
    const manual = (
      await internal.post('/site/manual/create', { customer_id: other.teamId, name: 'By hand', serial_number: 'ABC' }).expect(201)
    ).body as { id: string };
    expect((await other.owner.get(`/site/${manual.id}`)).body).toMatchObject({
      name: 'By hand',
      has_pulse: false,
      serial_number: 'ABC',
      model: null,
    });
    expect((await internal.post('/site/manual/create', { customer_id: nobody, name: 'x' }).expect(422)).body.errors).toHaveProperty(
      'customer_id',
    );
    expect((await internal.get('/tasks/internal?per_page=5').expect(200)).body).toEqual(
      expect.arrayContaining([expect.objectContaining({ state: expect.any(String), name: expect.any(String) })]),
    );
    await router.stop();
  });

  it('have runbooks that can be listed, renewed and deleted', async () => {
    const made = (await team.owner.post('/runbooks', { name: 'Depot', reusable: false }).expect(201)).body as {
      id: string;
      bootstrap_command: string;
    };
    expect(made.bootstrap_command).not.toMatch(/[\n\t?]/);
    expect((await team.owner.get(`/runbooks/${made.id}`).expect(200)).body).toEqual(made);
    expect((await team.owner.get('/runbook')).body).toContainEqual(made);
    await fleet.clock.advance(1000);
    const renewed = (await team.owner.post(`/runbooks/${made.id}/tokens`, {}).expect(201)).body as { bootstrap_command: string };
    expect(renewed.bootstrap_command).not.toBe(made.bootstrap_command);
    const tokens = (await team.owner.get(`/runbook/${made.id}/token`).expect(200)).body as { id: string; revoked_at: string | null }[];
    expect(tokens.map((t) => t.revoked_at === null)).toEqual([true, false]);
    await team.owner.delete(`/bootstrap-token/${tokens[0]!.id}`).expect(204);
    expect((await team.owner.get(`/runbook/${made.id}`)).body.bootstrap_command).toBe('');
    await team.owner.post('/runbook', { name: '' }).expect(422);
    await team.owner.post('/runbook', { name: 'x', expires_at: 'tomorrow' }).expect(422);
    await team.owner.post('/runbook', { name: 'x', expires_at: '2020-01-01T00:00:00Z' }).expect(422);
    await team.owner.delete(`/runbook/${made.id}`).expect(204);
    await team.owner.get(`/runbook/${made.id}`).expect(404);
  });
});
