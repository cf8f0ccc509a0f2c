import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WorkspacesService } from '../../src/modules/identity/index.js';
import { newId, RequestContext, type UserId } from '../../src/platform/context/index.js';
import { base62ToUuid } from '../../src/platform/crypto/index.js';
import { type Client, Fleet, type Team } from './support/fleet.js';

const system = RequestContext.system('test');

describe('workspaces', () => {
  let fleet: Fleet;
  let team: Team;
  let owner: Client;
  let admin: Client;
  let viewer: Client;
  let stranger: Client;

  beforeAll(async () => {
    fleet = await Fleet.start();
    team = await fleet.team();
    owner = team.owner;
    [admin, viewer, stranger] = (await Promise.all([1, 2, 3].map(() => fleet.member(team, 'administrator')))) as [Client, Client, Client];
  }, 60_000);
  afterAll(() => fleet.stop());

  const make = async (by: Client = owner, more: object = {}): Promise<string> =>
    (await by.post('/workspaces', { name: 'Shops', billing_mode: 'assigned', ...more }).expect(201)).body.id as string;
  /** A workspace with an owner, an admin and a viewer. */
  const peopled = async (): Promise<string> => {
    const id = await make();
    await owner.post(`/workspaces/${id}/members`, { user_id: admin.userId, role: 'admin' }).expect(201);
    await owner.post(`/workspaces/${id}/members`, { user_id: viewer.userId, role: 'viewer' }).expect(201);
    return id;
  };
  const people = async (count: number): Promise<string[]> => {
    const ids = Array.from({ length: count }, () => newId<UserId>());
    await fleet.sql(`INSERT INTO app_user (id, email, name) SELECT id, id || '@example.net', 'Somebody' FROM unnest($1::uuid[]) id`, [ids]);
    return ids;
  };
  const rolesIn = async (id: string): Promise<Record<string, string>> => {
    const { body } = await owner.get(`/workspaces/${id}/members`).expect(200);
    return Object.fromEntries((body.data as { user_id: string; role: string }[]).map((m) => [m.user_id, m.role]));
  };

  it('belong to whoever makes them', async () => {
    const { body } = await owner.post('/workspaces', { name: 'Läden', description: 'All', billing_mode: 'pooled' }).expect(201);
    expect(body).toEqual({
      ...{ id: expect.stringMatching(/^ws_[0-9A-Za-z]{22}$/), name: 'Läden', description: 'All', billing_mode: 'pooled' },
      ...{ pooled_seat_limit: null, archived: false, archived_at: null },
      ...{ created_at: '2026-01-01T12:00:00.000Z', updated_at: '2026-01-01T12:00:00.000Z' },
    });
    expect((await owner.get(`/workspaces/${body.id}`).expect(200)).body).toEqual(body);
    expect((await owner.get(`/workspaces/${body.id}/members`).expect(200)).body).toMatchObject({
      data: [{ user_id: owner.userId, workspace_id: body.id, role: 'owner', created_at: '2026-01-01T12:00:00.000Z' }],
      has_more: false,
    });
  });

  it('come with the first start and with every organization made without one', async () => {
    const [admin] = await fleet.sql<{ id: UserId }>(`SELECT id FROM app_user WHERE email = 'admin@rosfleet.local'`);
    const token = await fleet.session(admin!.id);
    const { body } = await fleet.http().get('/workspaces').set('authorization', `Bearer ${token}`).expect(200);
    expect(body).toMatchObject({ data: [{ name: 'My organization', billing_mode: 'single' }], has_more: false });
    expect((await owner.get('/workspaces')).body.data[0]).toMatchObject({ name: 'Organization 1' });
  });

  it('are listed to their members only, page by page', async () => {
    const loner = await fleet.member(team, 'member');
    expect((await loner.get('/workspaces').expect(200)).body).toEqual({ data: [], has_more: false });
    const mine = [await make(loner), await make(loner), await make(loner)];
    const page = async (query: string): Promise<unknown> => {
      const { body } = await loner.get(`/workspaces?${query}`).expect(200);
      return [(body.data as { id: string }[]).map((w) => w.id), body.has_more];
    };
    expect(await page('per_page=2')).toEqual([mine.slice(0, 2), true]);
    expect(await page('per_page=2&page=2')).toEqual([mine.slice(2), false]);
    expect(await page('per_page=3')).toEqual([mine, false]);
    await loner.get('/workspaces?per_page=501').expect(422);
  });

  it('do not exist for anybody else, whatever is asked of them', async () => {
    const id = await peopled();
    const organization = (await owner.post(`/workspaces/${id}/organizations`, { name: 'A' }).expect(201)).body.id as string;
    const asked: [keyof Client & ('get' | 'post' | 'patch' | 'delete'), string, object?][] = [
      ['get', ''],
      ['patch', '', { name: 'x' }],
      ['delete', ''],
      ['get', '/members'],
      ['post', '/members', { user_id: stranger.userId, role: 'owner' }],
      ['patch', `/members/${owner.userId}`, { role: 'viewer' }],
      ['delete', `/members/${owner.userId}`],
      ['delete', `/members/${stranger.userId}`],
      ['get', '/organizations'],
      ['post', '/organizations', { name: 'x' }],
      ['get', '/organizations/usage.pdf'],
      ...['', '/parent', '/descendants', '/limits'].map((p): ['get', string] => ['get', `/organizations/${organization}${p}`]),
      ['patch', `/organizations/${organization}`, { name: 'x' }],
      ['delete', `/organizations/${organization}`],
      ['post', `/organizations/${organization}/children`, { name: 'x' }],
    ];
    for (const [method, path, body] of asked) {
      const answer = await stranger[method](`/workspaces/${id}${path}`, body as never);
      expect([method, path, answer.status, answer.body.code]).toEqual([method, path, 404, 'workspace_not_found']);
      const url = `/workspaces/${id}${path}`;
      expect((await fleet.http()[method](url).send(body)).status).toBe(401);
    }
    for (const bad of ['ws_', 'ws_1', newId(), id.slice(3), `org_${id.slice(3)}`, 'ws_zzzzzzzzzzzzzzzzzzzzzz', '%00'])
      expect((await owner.get(`/workspaces/${bad}`)).status).toBe(404);
  });

  it('take changes from owners and admins, not from viewers', async () => {
    const id = await peopled();
    const refused = await viewer.patch(`/workspaces/${id}`, { name: 'Mine' }).expect(403);
    expect(refused.body).toMatchObject({ type: 'permission_error', code: 'workspace_role_missing' });
    await viewer.get(`/workspaces/${id}`).expect(200);
    await viewer.get(`/workspaces/${id}/members`).expect(200);
    await viewer.post(`/workspaces/${id}/members`, { user_id: stranger.userId, role: 'viewer' }).expect(403);
    await viewer.patch(`/workspaces/${id}/members/${admin.userId}`, { role: 'viewer' }).expect(403);
    await viewer.delete(`/workspaces/${id}/members/${admin.userId}`).expect(403);
    await viewer.post(`/workspaces/${id}/organizations`, { name: 'x' }).expect(403);
    await viewer.delete(`/workspaces/${id}`).expect(403);
    await admin.delete(`/workspaces/${id}`).expect(403);
    await fleet.pass(5);
    const { body } = await admin.patch(`/workspaces/${id}`, { name: 'Ours' }).expect(200);
    expect(body).toMatchObject({
      name: 'Ours',
      description: null,
      billing_mode: 'assigned',
      updated_at: expect.not.stringMatching(body.created_at as string),
    });
    expect((await owner.patch(`/workspaces/${id}`, { description: 'd' })).body).toMatchObject({ name: 'Ours', description: 'd' });
    expect((await owner.patch(`/workspaces/${id}`, { description: null })).body).toMatchObject({ name: 'Ours', description: null });
  });

  it('refuse wrong fields by name', async () => {
    const { body } = await owner
      .post('/workspaces', { name: ' ', description: 'x'.repeat(201), billing_mode: 'free', pooled_seat_limit: 3 })
      .expect(422);
    expect(Object.keys(body.errors).sort()).toEqual(['billing_mode', 'description', 'name', 'pooled_seat_limit']);
    await owner.post('/workspaces', { name: 'x'.repeat(51), billing_mode: 'single' }).expect(422);
    const id = await make();
    await owner.patch(`/workspaces/${id}`, { name: null }).expect(422);
    await owner.patch(`/workspaces/${id}`, { billing_mode: 'single' }).expect(422);
    await owner.post(`/workspaces/${id}/members`, { user_id: admin.userId, role: 'god' }).expect(422);
  });

  describe('members', () => {
    it('must be users who may sign in, and be added once', async () => {
      const id = await make();
      for (const user_id of ['auth0|42', newId(), '']) {
        const { body } = await owner.post(`/workspaces/${id}/members`, { user_id, role: 'viewer' }).expect(422);
        expect(body).toMatchObject({ code: 'validation_failed', errors: { user_id: [expect.any(String)] } });
      }
      const [quiet] = await people(1);
      await fleet.sql('UPDATE app_user SET allow_login = false WHERE id = $1', [quiet]);
      await owner.post(`/workspaces/${id}/members`, { user_id: quiet, role: 'viewer' }).expect(422);
      const { body } = await owner.post(`/workspaces/${id}/members`, { user_id: admin.userId.toUpperCase(), role: 'admin' }).expect(201);
      expect(body).toEqual({
        ...{ user_id: admin.userId, workspace_id: id, role: 'admin', created_at: expect.any(String), updated_at: expect.any(String) },
      });
      const again = await owner.post(`/workspaces/${id}/members`, { user_id: admin.userId, role: 'viewer' }).expect(422);
      expect(again.body).toMatchObject({ type: 'unprocessable_entity', code: 'already_workspace_member' });
    });

    it('that are admins neither make nor unmake owners, and may do the rest', async () => {
      const id = await peopled();
      await admin.post(`/workspaces/${id}/members`, { user_id: stranger.userId, role: 'owner' }).expect(403);
      await admin.patch(`/workspaces/${id}/members/${viewer.userId}`, { role: 'owner' }).expect(403);
      await admin.patch(`/workspaces/${id}/members/${admin.userId}`, { role: 'owner' }).expect(403);
      await admin.patch(`/workspaces/${id}/members/${owner.userId}`, { role: 'viewer' }).expect(403);
      await admin.delete(`/workspaces/${id}/members/${owner.userId}`).expect(403);
      await admin.post(`/workspaces/${id}/members`, { user_id: stranger.userId, role: 'admin' }).expect(201);
      await admin.patch(`/workspaces/${id}/members/${stranger.userId}`, { role: 'viewer' }).expect(200);
      await admin.delete(`/workspaces/${id}/members/${stranger.userId}`).expect(204);
      expect(await rolesIn(id)).toEqual({ [owner.userId]: 'owner', [admin.userId]: 'admin', [viewer.userId]: 'viewer' });
      for (const unknown of [stranger.userId, newId(), 'auth0|42']) {
        expect((await owner.patch(`/workspaces/${id}/members/${unknown}`, { role: 'admin' }).expect(404)).body.code).toBe(
          'workspace_member_not_found',
        );
        await owner.delete(`/workspaces/${id}/members/${unknown}`).expect(404);
      }
    });

    it('may leave, all but the last owner, who may not step down either', async () => {
      const id = await peopled();
      await viewer.delete(`/workspaces/${id}/members/${viewer.userId}`).expect(204);
      await viewer.get(`/workspaces/${id}`).expect(404);
      await admin.delete(`/workspaces/${id}/members/${admin.userId}`).expect(204);
      for (const answer of [
        await owner.delete(`/workspaces/${id}/members/${owner.userId}`),
        await owner.patch(`/workspaces/${id}/members/${owner.userId}`, { role: 'admin' }),
      ]) {
        expect(answer.status).toBe(422);
        expect(answer.body).toMatchObject({ type: 'unprocessable_entity', code: 'cannot_remove_last_owner' });
      }
      await owner.patch(`/workspaces/${id}/members/${owner.userId}`, { role: 'owner' }).expect(200); // no change
      await owner.post(`/workspaces/${id}/members`, { user_id: admin.userId, role: 'owner' }).expect(201);
      await owner.delete(`/workspaces/${id}/members/${owner.userId}`).expect(204);
      await owner.get(`/workspaces/${id}`).expect(404);
      await admin.get(`/workspaces/${id}`).expect(200);
    });

    it('that are the last two owners cannot remove each other at the same instant', async () => {
      for (let round = 0; round < 5; round++) {
        const id = await make();
        await owner.post(`/workspaces/${id}/members`, { user_id: admin.userId, role: 'owner' }).expect(201);
        const answers = await Promise.all([
          owner.delete(`/workspaces/${id}/members/${admin.userId}`),
          admin.delete(`/workspaces/${id}/members/${owner.userId}`),
        ]);
        expect(answers.map((a) => a.status).sort()).toEqual([204, 404]); // the second one is nobody's member any more
        const both = await make();
        await owner.post(`/workspaces/${both}/members`, { user_id: admin.userId, role: 'owner' }).expect(201);
        const leaving = await Promise.all([owner, admin].map((c) => c.delete(`/workspaces/${both}/members/${c.userId}`)));
        expect(leaving.map((a) => a.status).sort()).toEqual([204, 422]);
      }
    });

    it('are a hundred at most, also when the last place is wanted twice at once', async () => {
      const id = await make();
      const crowd = await people(100);
      const sql = `INSERT INTO workspace_member (workspace_id, user_id, role) SELECT $1, id, 'viewer' FROM unnest($2::uuid[]) id`;
      await fleet.sql(sql, [base62ToUuid(id.slice(3)), crowd.slice(0, 98)]);
      expect((await owner.get(`/workspaces/${id}/members`)).body.data).toHaveLength(99);
      const answers = await Promise.all(
        crowd.slice(98).map((user_id) => owner.post(`/workspaces/${id}/members`, { user_id, role: 'viewer' })),
      );
      expect(answers.map((a) => a.status).sort()).toEqual([201, 422]);
      expect(answers.find((a) => a.status === 422)!.body).toMatchObject({ type: 'unprocessable_entity', code: 'workspace_full' });
      expect((await owner.get(`/workspaces/${id}/members?per_page=99`)).body.has_more).toBe(true);
    });
  });

  describe('when archived', () => {
    it('stay readable and refuse every change', async () => {
      const id = await peopled();
      const organization = (await owner.post(`/workspaces/${id}/organizations`, { name: 'A' }).expect(201)).body.id as string;
      await owner.delete(`/workspaces/${id}`).expect(204);
      expect((await viewer.get(`/workspaces/${id}`).expect(200)).body).toMatchObject({ archived: true, archived_at: expect.any(String) });
      expect((await owner.get('/workspaces')).body.data).toContainEqual(expect.objectContaining({ id, archived: true }));
      await viewer.get(`/workspaces/${id}/organizations/${organization}/limits`).expect(200);
      for (const answer of [
        await owner.patch(`/workspaces/${id}`, { name: 'x' }),
        await owner.delete(`/workspaces/${id}`),
        await owner.post(`/workspaces/${id}/members`, { user_id: stranger.userId, role: 'viewer' }),
        await owner.patch(`/workspaces/${id}/members/${viewer.userId}`, { role: 'admin' }),
        await viewer.delete(`/workspaces/${id}/members/${viewer.userId}`),
        await owner.post(`/workspaces/${id}/organizations`, { name: 'x' }),
        await owner.post(`/workspaces/${id}/organizations/${organization}/children`, { name: 'x' }),
        await owner.patch(`/workspaces/${id}/organizations/${organization}`, { name: 'x' }),
        await owner.delete(`/workspaces/${id}/organizations/${organization}`),
      ]) {
        expect([answer.status, answer.body.type, answer.body.code]).toEqual([409, 'conflict_error', 'workspace_archived']);
      }
    });

    it('must be without usage before', async () => {
      const used = await fleet.team();
      const [{ id }] = (await used.owner.get('/workspaces')).body.data as [{ id: string }];
      const { body } = await used.owner.delete(`/workspaces/${id}`).expect(409);
      expect(body).toMatchObject({
        type: 'conflict_error',
        code: 'workspace_not_empty',
        message: expect.stringMatching(/still uses 1 users/),
      });
      expect((await used.owner.get(`/workspaces/${id}`)).body.archived).toBe(false);
    });
  });

  it('are closed to credentials that were limited to some scopes', async () => {
    const narrow = await fleet.credential(team.teamId, owner.userId, ['site:view']);
    const id = await make();
    for (const answer of [
      await narrow.get('/workspaces'),
      await narrow.get(`/workspaces/${id}`),
      await narrow.post('/workspaces', { name: 'x', billing_mode: 'single' }),
      await narrow.delete(`/workspaces/${id}`),
    ])
      expect([answer.status, answer.body.code]).toEqual([403, 'credential_limited']);
  });

  it('sell pooled seats in pooled mode only', async () => {
    const [row] = await fleet.sql<{ id: string }>(`SELECT id FROM workspace WHERE billing_mode = 'single' LIMIT 1`);
    await expect(fleet.app.get(WorkspacesService).setPooledSeatLimit(system, row!.id as never, 3)).rejects.toThrow(
      /billing mode is single/,
    );
  });
});
