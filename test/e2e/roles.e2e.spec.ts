import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { IdentityService } from '../../src/modules/identity/index.js';
import { RequestContext } from '../../src/platform/context/index.js';
import { type Client, Fleet, type Team } from './support/fleet.js';

interface RoleBody {
  id: string;
  name: string;
  team_id: string | null;
  scopes: string[];
}

const system = RequestContext.system('test');
let fleet: Fleet;
let team: Team;
let owner: Client;
let admin: Client;
let member: Client;
/** Ids of scopes by name. */
let ids: Record<string, string>;

beforeAll(async () => {
  fleet = await Fleet.start();
}, 60_000);
afterAll(() => fleet.stop());
beforeEach(async () => {
  team = await fleet.team();
  owner = fleet.client(await fleet.session(team.owner.userId), team.teamId, team.owner.userId);
  admin = await fleet.person(team, 'administrator');
  member = await fleet.person(team, 'member');
  const { body } = await member.get('/scopes').expect(200);
  ids = Object.fromEntries((body as { id: string; name: string }[]).map((s) => [s.name, s.id]));
});

const scopes = (...names: string[]): string[] => names.map((name) => ids[name]!);
const role = async (by: Client, name: string, ...names: string[]): Promise<RoleBody> =>
  (await by.post('/team_roles', { name, scopes: scopes(...names) }).expect(200)).body as RoleBody;
const systemRoles = async (): Promise<Record<string, string>> =>
  Object.fromEntries(((await owner.get('/team_roles').expect(200)).body as RoleBody[]).map((r) => [r.name, r.id]));
const profile = async (of: Client): Promise<Record<string, unknown>> => {
  const { name, email, allow_login, timezone, date_format, time_format } = (await of.get('/api/user').expect(200)).body;
  return { name, email, allow_login, timezone, date_format, time_format };
};
const assign = async (by: Client, to: Client, roles: string[]): Promise<{ status: number; body: { code: string; message: string } }> =>
  by.put(`/users/${to.userId}`, { ...(await profile(to)), roles });

describe('scopes', () => {
  it('are listed with ids that never change', () => {
    expect(ids['site:view']).toBe('6f50c124-972d-5996-aa80-323b8b3811af');
    expect(new Set(Object.values(ids)).size).toBe(Object.keys(ids).length);
  });
});

describe('a role', () => {
  it('of the team is made, shown, changed and deleted; its holders feel it at once', async () => {
    const made = await role(admin, 'Site keeper', 'site:view', 'site:update', 'site:view');
    expect(made).toMatchObject({ name: 'Site keeper', team_id: team.teamId });
    expect(new Set(made.scopes)).toEqual(new Set(scopes('site:view', 'site:update')));
    expect((await member.get(`/team_roles/${made.id}`).expect(200)).body).toEqual(made);
    expect((await assign(admin, member, [made.id])).status).toBe(200);
    await member.post('/site', { name: 'x' }).expect(201);
    await member.get('/team_roles').expect(403);
    expect((await admin.delete(`/team_roles/${made.id}`).expect(409)).body.code).toBe('role_assigned');
    await admin.put(`/team_roles/${made.id}`, { name: 'Watcher', scopes: scopes('site:view') }).expect(200);
    await member.post('/site', { name: 'y' }).expect(403);
    await assign(admin, member, [(await systemRoles())['Member']!]);
    await admin.delete(`/team_roles/${made.id}`).expect(204);
    await admin.delete(`/team_roles/${made.id}`).expect(404);
  });

  it('has a name of its own in the team, and scopes that exist', async () => {
    const a = await role(admin, 'A');
    await role(admin, 'B');
    for (const name of ['A', ' A ', 'owner', 'Administrator'])
      expect((await admin.post('/team_roles', { name, scopes: [] }).expect(422)).body.errors).toHaveProperty('name');
    expect((await admin.put(`/team_roles/${a.id}`, { name: 'B', scopes: [] }).expect(422)).body.errors).toHaveProperty('name');
    const unknown = '00000000-0000-4000-8000-000000000000';
    expect((await admin.post('/team_roles', { name: 'C', scopes: [unknown] }).expect(422)).body.errors.scopes[0]).toContain(unknown);
    for (const bad of [
      { name: 'C' },
      { name: 'C', scopes: ['site:view'] },
      { name: 'C', scopes: [], team_id: null },
      { name: 7, scopes: [] },
    ])
      await admin.post('/team_roles', bad).expect(422);
    const elsewhere = await fleet.person(await fleet.team(), 'administrator');
    await elsewhere.post('/team_roles', { name: 'A', scopes: [] }).expect(200);
  });

  it('of the system is nobody’s to change', async () => {
    const { Owner, Member } = await systemRoles();
    expect((await owner.put(`/team_roles/${Owner}`, { name: 'Mine', scopes: [] }).expect(403)).body.code).toBe('system_role');
    expect((await owner.delete(`/team_roles/${Member}`).expect(403)).body.code).toBe('system_role');
  });

  it('of another team does not exist', async () => {
    const theirs = await role(await fleet.person(await fleet.team(), 'owner'), 'Theirs', 'team:delete');
    await owner.get(`/team_roles/${theirs.id}`).expect(404);
    await owner.put(`/team_roles/${theirs.id}`, { name: 'Mine', scopes: [] }).expect(404);
    await owner.delete(`/team_roles/${theirs.id}`).expect(404);
    const refused = await assign(owner, member, [theirs.id]);
    expect([refused.status, refused.body.message]).toEqual([422, expect.stringContaining(theirs.id)]);
    await owner.post('/users', { email: 'new1@example.net', name: 'New', timezone: 'UTC', roles: [theirs.id] }).expect(422);
  });
});

describe('rights grow for nobody', () => {
  it('a member cannot give himself a role, an administrator cannot give what he lacks', async () => {
    const { Owner, Administrator, Member } = await systemRoles();
    const own = await assign(member, member, [Owner!]);
    expect([own.status, own.body.code]).toEqual([403, 'scope_missing']);
    expect((await assign(member, member, [Member!])).status).toBe(200); // nothing changes
    for (const to of [admin, member]) {
      const refused = await assign(admin, to, [Owner!]);
      expect([refused.status, refused.body.code]).toEqual([403, 'scope_not_held']);
      expect(refused.body.message).toContain('team:delete');
    }
    expect((await assign(admin, member, [Administrator!])).status).toBe(200);
  });

  it('an administrator cannot lower somebody above him', async () => {
    const { Member } = await systemRoles();
    const second = await fleet.person(team, 'owner');
    const refused = await assign(admin, second, [Member!]);
    expect([refused.status, refused.body.code]).toEqual([403, 'scope_not_held']);
    expect((await assign(owner, second, [Member!])).status).toBe(200);
  });

  it('the owner of the team keeps the role Owner', async () => {
    const { Member, Owner, Administrator } = await systemRoles();
    const second = await fleet.person(team, 'owner');
    for (const by of [owner, second]) {
      const refused = await assign(by, owner, [Member!]);
      expect([refused.status, refused.body.code]).toEqual([409, 'team_owner_stays']);
    }
    expect((await assign(owner, owner, [Owner!, Administrator!])).status).toBe(200);
    expect((await assign(owner, owner, [])).status).toBe(422);
  });

  it('a role cannot be filled with scopes that its maker lacks, also not by a narrow API credential of an owner', async () => {
    const refused = await admin.post('/team_roles', { name: 'Wide', scopes: scopes('site:view', 'team:delete') }).expect(403);
    expect(refused.body).toMatchObject({ code: 'scope_not_held', message: expect.stringContaining('team:delete') });
    const narrow = await fleet.credential(team.teamId, owner.userId, ['role:create', 'role:update', 'user:update', 'user:create']);
    await narrow.post('/team_roles', { name: 'Wide', scopes: scopes('site:delete') }).expect(403);
    const made = await role(narrow, 'Narrow', 'role:create');
    await narrow.put(`/team_roles/${made.id}`, { name: 'Narrow', scopes: scopes('role:create', 'site:delete') }).expect(403);
    await narrow.put(`/team_roles/${made.id}`, { name: 'Narrow still', scopes: scopes('role:create', 'role:update') }).expect(200);
    const { Owner, Member } = await systemRoles();
    expect((await assign(narrow, member, [Owner!])).status).toBe(403);
    expect((await assign(narrow, member, [Member!, made.id])).status).toBe(200);
    // Nor by people that it makes.
    for (const roles of [[Owner!], [Member!], undefined])
      await narrow.post('/users', { email: 'new2@example.net', name: 'New', timezone: 'UTC', roles }).expect(403);
    await narrow.post('/users', { email: 'new2@example.net', name: 'New', timezone: 'UTC', roles: [made.id] }).expect(201);
  });

  it('a role of the own team that holds more than the caller is not the caller’s to give', async () => {
    const strong = await role(owner, 'Strong', 'team:delete');
    for (const to of [admin, member]) expect((await assign(admin, to, [strong.id])).body.code).toBe('scope_not_held');
    await admin.post('/users', { email: 'new3@example.net', name: 'New', timezone: 'UTC', roles: [strong.id] }).expect(403);
    await admin.put(`/team_roles/${strong.id}`, { name: 'Stronger', scopes: scopes('team:delete') }).expect(200); // adds nothing
  });

  it('a role is not deleted while it is being given to somebody', async () => {
    const made = await role(admin, 'Contested', 'site:view');
    const [gone, given] = await Promise.all([admin.delete(`/team_roles/${made.id}`), assign(admin, member, [made.id])]);
    expect([
      [204, 422],
      [409, 200],
    ]).toContainEqual([gone.status, given.status]);
    const dangling = await fleet.sql(`SELECT FROM membership m WHERE NOT EXISTS (SELECT FROM role r WHERE r.id = m.role_id)`);
    expect(dangling).toEqual([]);
    expect(await fleet.app.get(IdentityService).teamsOf(system, member.userId)).toHaveLength(1);
  });
});
