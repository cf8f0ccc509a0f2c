import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Invitations } from '../../src/modules/identity/index.js';
import { RequestContext, type TeamId } from '../../src/platform/context/index.js';
import { IdentityService } from '../../src/modules/identity/index.js';
import { type Client, Fleet, type Team } from './support/fleet.js';

interface TeamBody {
  id: string;
  name: string;
  current: boolean;
  personal_team: boolean;
  site_count: number;
  site_limit: number;
  owner: { id: string };
  members: { id: string; email: string }[];
  invites: { id: string; email: string }[];
  roles: { name: string }[];
}

const system = RequestContext.system('test');
let fleet: Fleet;
let team: Team;
/** The owner of `team`, signed in. */
let owner: Client;
let member: Client;
let stranger: Client;

beforeAll(async () => {
  fleet = await Fleet.start();
}, 60_000);
afterAll(() => fleet.stop());
beforeEach(async () => {
  team = await fleet.team();
  owner = fleet.client(await fleet.session(team.owner.userId), team.teamId, team.owner.userId);
  member = await fleet.person(team, 'member');
  stranger = await fleet.person(await fleet.team(), 'owner');
});

const path = (rest = '', teamId: string = team.teamId): string => `/teams/${teamId}${rest}`;
const body = async <T>(test: PromiseLike<{ body: unknown }>): Promise<T> => (await test).body as T;
const tokenOf = (mail: { links: readonly string[] }): string => mail.links[0]!.split('/').at(-1)!;
const verified = async (email: string): Promise<Client> => fleet.person(await fleet.team(), 'member', { email });

describe('teams', () => {
  it('are listed and shown to their members, with people, invitations and counts', async () => {
    await team.owner.post('/site', { name: 'One' }).expect(201);
    await owner.post(path('/invites'), { email: 'New@Example.net' }).expect(202);
    const [shown] = await body<TeamBody[]>(member.get('/teams').expect(200));
    expect(shown).toMatchObject({ id: team.teamId, current: true, personal_team: false, site_count: 1, site_limit: 0 });
    expect(shown!.owner.id).toBe(owner.userId);
    expect(shown!.members.map((m) => m.id)).toEqual([owner.userId, member.userId]);
    expect(shown!.invites.map((i) => i.email)).toEqual(['new@example.net']);
    expect(shown!.roles.map((r) => r.name)).toEqual(['Member']);
    expect(await body<TeamBody>(member.get(path()).expect(200))).toEqual(shown);
    expect(await body<TeamBody[]>(member.get(path('/members')).expect(200))).toEqual(shown!.members);
    const one = await body<{ roles: object[] }>(owner.get(path(`/members/${member.userId}`)).expect(200));
    expect(one.roles).toMatchObject([{ name: 'Member', guard_name: 'api', team_id: null }]);
  });

  it('do not exist for anybody else', async () => {
    for (const rest of ['', '/members', `/members/${member.userId}`, '/invites', '/api-credentials'])
      expect([rest, (await stranger.get(path(rest)).expect(404)).body.code]).toEqual([rest, 'team_not_found']);
    await stranger.put(path(), { name: 'Mine' }).expect(404);
    await stranger.put(path('/switch'), {}).expect(404);
    await stranger.delete(path()).expect(404);
    await stranger.post(path('/invites'), { email: 'x@example.net' }).expect(404);
    await member.get(path('/members/not-an-id')).expect(404);
    await member.get('/teams/not-an-id').expect(404);
  });

  it('join the organization of the active team, and their maker owns them', async () => {
    await member.post('/teams', { name: 'Second' }).expect(403);
    const made = await body<TeamBody>(owner.post('/teams', { name: '  Se\u202econd ', site_limit: 5 }).expect(201));
    expect(made).toMatchObject({ name: 'Second', site_limit: 5, current: false, owner: { id: owner.userId } });
    expect(made.roles.map((r) => r.name)).toEqual(['Owner']);
    const [row] = await fleet.sql<{ organization_id: string }>(`SELECT organization_id FROM team WHERE id = $1`, [made.id]);
    expect(row!.organization_id).toBe(team.organizationId);
    await owner.post('/teams', { name: 'x', owner: member.userId, personal_team: true }).expect(422);
  });

  it('are founded anew by whoever is in none', async () => {
    await fleet.sql(`DELETE FROM membership WHERE user_id = $1 RETURNING id`, [member.userId]);
    await new Promise((r) => setTimeout(r, 200));
    expect((await member.get('/teams').expect(200)).body).toEqual([]);
    expect(await body(member.post('/teams', { name: 'My own' }).expect(201))).toMatchObject({ personal_team: true, current: true });
    await member.get('/site').expect(200);
  });

  it('are changed by their owner without the scope, and by others with it in that very team', async () => {
    await member.put(path(), { name: 'Mine' }).expect(403);
    expect(await body(owner.put(path(), { name: 'Renamed', site_limit: 3 }).expect(200))).toMatchObject({ name: 'Renamed', site_limit: 3 });
    expect(await body(owner.put(path(), { name: 'Again' }).expect(200))).toMatchObject({ site_limit: 3 });
    expect(await body(owner.put(path(), { name: 'Again', site_limit: null }).expect(200))).toMatchObject({ site_limit: 0 });
    for (const bad of [{}, { name: '' }, { name: 'x'.repeat(201) }, { name: 'x', site_limit: -1 }, { name: 'x', owner_id: member.userId }])
      await owner.put(path(), bad).expect(422);
    // An administrator elsewhere who is a mere member here: scopes are judged where the deed is done.
    const other = await fleet.team();
    const admin = await fleet.person(other, 'administrator');
    await fleet.app.get(IdentityService).addMember(system, team.teamId, admin.userId, 'member');
    await admin.put(path(), { name: 'Taken' }).expect(403);
    await admin.put(path('', other.teamId), { name: 'Fine' }).expect(200);
    // And the other way round: acting there needs no switch.
    await fleet.app.get(IdentityService).setRole(system, team.teamId, admin.userId, 'administrator');
    await fleet.app.get(IdentityService).setRole(system, other.teamId, admin.userId, 'member');
    await admin.put(path(), { name: 'From afar' }).expect(200);
  });

  it('are gone with everything of identity, but not while they have sites', async () => {
    const second = await body<TeamBody>(owner.post('/teams', { name: 'Second' }).expect(201));
    const there = fleet.client(owner.token, second.id as TeamId, owner.userId);
    await there.put(path('/switch', second.id), {}).expect(200);
    const { id: site } = await body<{ id: string }>(there.post('/site', { name: 'One' }).expect(201));
    await there.post('/runbook', { name: 'Shops' }).expect(201);
    await there.post(path('/invites', second.id), { email: 'late@example.net' }).expect(202);
    const program = await fleet.credential(second.id as TeamId, owner.userId);
    await program.get('/site').expect(200);
    expect((await there.delete(path('', second.id)).expect(409)).body).toMatchObject({ code: 'team_in_use', message: /1 sites/ });
    await there.delete(`/site/${site}`);
    await there.delete(path('', second.id)).expect(204);
    await there.delete(path('', second.id)).expect(404);
    await program.get('/site').expect(401);
    for (const table of ['membership', 'team_invitation', 'api_credential', 'runbook', 'bootstrap_token'])
      expect([table, await fleet.sql(`SELECT FROM ${table} WHERE team_id = $1`, [second.id])]).toEqual([table, []]);
    const [left] = await body<TeamBody[]>(owner.get('/teams').expect(200));
    expect(left).toMatchObject({ id: team.teamId, current: true });
    const { token } = { token: tokenOf(await fleet.mail('late@example.net')) };
    await (await verified('late@example.net')).post(`/invitations/${token}/accept`).expect(410);
  });

  it('are not deleted when they are personal, nor by a mere member', async () => {
    await member.delete(path()).expect(403);
    await (await fleet.person(team, 'administrator')).delete(path()).expect(403);
    await fleet.sql(`UPDATE app_user SET personal_team_id = $2 WHERE id = $1`, [owner.userId, team.teamId]);
    expect((await owner.delete(path()).expect(409)).body.code).toBe('personal_team');
  });
});

describe('switching', () => {
  it('acts on the next request of every session, and never on an API credential', async () => {
    const other = await fleet.team();
    await fleet.app.get(IdentityService).addMember(system, other.teamId, member.userId, 'member');
    const elsewhere = fleet.client(await fleet.session(member.userId), team.teamId, member.userId);
    await other.owner.post('/site', { name: 'There' }).expect(201);
    expect((await elsewhere.get('/site-minimal').expect(200)).body).toEqual([]);
    const switched = await body<TeamBody>(member.put(path('/switch', other.teamId), {}).expect(200));
    expect(switched).toMatchObject({ id: other.teamId, current: true });
    expect((await elsewhere.get('/site-minimal').expect(200)).body).toMatchObject([{ name: 'There' }]);
    const marks = (await body<TeamBody[]>(elsewhere.get('/teams').expect(200))).map((t) => [t.id, t.current]);
    expect(marks).toEqual([
      [team.teamId, false],
      [other.teamId, true],
    ]);
    const program = await fleet.credential(team.teamId, member.userId);
    expect((await program.put(path('/switch'), {}).expect(403)).body.code).toBe('person_required');
    expect((await body<TeamBody[]>(program.get('/teams').expect(200))).map((t) => t.id)).toEqual([team.teamId]);
    await program.get(path('', other.teamId)).expect(404);
    await program.put(path('/switch', other.teamId), {}).expect(404);
  });
});

describe('a member', () => {
  it('is removed by the owner or who holds the scope; their credentials end, their account does not', async () => {
    const program = await fleet.credential(team.teamId, member.userId);
    await program.get(path('/members')).expect(200);
    const jwt = (await fleet.http().get('/.well-known/jwt').set('authorization', `Bearer ${program.token}`).expect(200)).body
      .token as string;
    await member.delete(path(`/members/${owner.userId}`)).expect(403);
    await owner.delete(path(`/members/${stranger.userId}`)).expect(404);
    await owner.delete(path(`/members/${member.userId}`)).expect(204);
    await owner.delete(path(`/members/${member.userId}`)).expect(404);
    await program.get(path('/members')).expect(401);
    await fleet.client(jwt, team.teamId, member.userId).get(path('/members')).expect(401);
    await member.get(path()).expect(404);
    expect((await member.get('/teams').expect(200)).body).toEqual([]);
    await member.get('/userinfo').expect(200);
    const admin = await fleet.person(team, 'administrator');
    expect((await admin.delete(path(`/members/${owner.userId}`)).expect(409)).body.code).toBe('team_owner_stays');
    expect((await owner.delete(path(`/members/${owner.userId}`)).expect(409)).body.code).toBe('team_owner_stays');
  });

  it('falls back to their oldest team', async () => {
    const other = await fleet.team();
    await fleet.app.get(IdentityService).addMember(system, other.teamId, member.userId, 'member');
    await member.put(path('/switch', other.teamId), {}).expect(200);
    await other.owner.delete(path(`/members/${member.userId}`, other.teamId)).expect(204);
    expect(await body(member.get('/teams').expect(200))).toMatchObject([{ id: team.teamId, current: true }]);
  });
});

describe('an invitation', () => {
  it('is mailed, shown and accepted once, as a Member, whoever clicks twice', async () => {
    expect(await body(owner.post(path('/invites'), { email: 'Jo@example.net' }).expect(202))).toEqual({ message: expect.any(String) });
    const mail = await fleet.mail('jo@example.net', 'invitation');
    expect(mail.links[0]).toMatch(new RegExp(`^${fleet.url}/invitations/[A-Za-z0-9_-]{43}$`));
    const [invite] = await body<{ id: string }[]>(member.get(path('/invites')).expect(200));
    expect(await body(member.get(path(`/invites/${invite!.id}`)).expect(200))).toMatchObject({
      team_id: team.teamId,
      email: 'jo@example.net',
      role: 'Member',
    });
    const [row] = await fleet.sql<Record<string, unknown>>(`SELECT * FROM team_invitation WHERE id = $1`, [invite!.id]);
    expect(JSON.stringify(row)).not.toContain(tokenOf(mail));
    const shown = await fleet.app.get(Invitations).look(tokenOf(mail));
    expect(shown).toMatchObject({
      teamId: team.teamId,
      email: 'jo@example.net',
      hasAccount: false,
      inviter: expect.stringMatching(/^Owner/),
    });
    const jo = await verified('jo@example.net');
    const answers = await Promise.all([1, 2, 3].map(() => jo.post(`/invitations/${tokenOf(mail)}/accept`)));
    expect(answers.map((a) => a.status)).toEqual([200, 200, 200]);
    const rows = await fleet.sql(
      `SELECT r.system_name AS role FROM membership m JOIN role r ON r.id = m.role_id WHERE m.team_id = $1 AND m.user_id = $2`,
      [...[team.teamId, jo.userId]],
    );
    expect(rows).toEqual([{ role: 'member' }]);
    expect((await member.get(path('/invites')).expect(200)).body).toEqual([]);
    await owner.delete(path(`/members/${jo.userId}`)).expect(204);
    expect((await jo.post(`/invitations/${tokenOf(mail)}/accept`).expect(410)).body.code).toBe('invitation_gone');
  });

  it('is for the owner of its mailbox alone', async () => {
    await owner.post(path('/invites'), { email: 'kim@example.net' }).expect(202);
    const token = tokenOf(await fleet.mail('kim@example.net'));
    expect((await stranger.post(`/invitations/${token}/accept`).expect(403)).body.code).toBe('invitation_for_another');
    const kim = await verified('kim@example.net');
    await fleet.sql(`UPDATE app_user SET email_verified_at = NULL WHERE id = $1`, [kim.userId]);
    expect((await kim.post(`/invitations/${token}/accept`).expect(403)).body.code).toBe('address_unverified');
    const program = await fleet.credential(kim.teamId, kim.userId);
    expect((await program.post(`/invitations/${token}/accept`).expect(403)).body.code).toBe('person_required');
    await kim.post('/invitations/nonsense/accept').expect(410);
  });

  it('ends when it is withdrawn, replaced or a week old', async () => {
    await owner.post(path('/invites'), { email: 'lee@example.net' }).expect(202);
    const first = tokenOf(await fleet.mail('lee@example.net'));
    await owner.post(path('/invites'), { email: 'LEE@example.net' }).expect(202);
    const second = tokenOf((await fleet.mails('lee@example.net')).at(-1)!);
    expect(second).not.toBe(first);
    const invites = await body<{ id: string }[]>(owner.get(path('/invites')).expect(200));
    expect(invites).toHaveLength(1);
    const lee = await verified('lee@example.net');
    await lee.post(`/invitations/${first}/accept`).expect(410);
    await fleet.clock.advance(7 * 86_400_000 + 1000);
    await expect(fleet.app.get(Invitations).look(second)).rejects.toThrow('Ask for a new one');
    await expect(fleet.app.get(Invitations).accept(system, second, lee.userId)).rejects.toThrow('Ask for a new one');
    owner = fleet.client(await fleet.session(owner.userId), team.teamId, owner.userId);
    await owner.delete(path(`/invites/${invites[0]!.id}`)).expect(204);
    await owner.delete(path(`/invites/${invites[0]!.id}`)).expect(404);
  });

  it('is pending once, however many send it at the same moment', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => owner.post(path('/invites'), { email: 'many@example.net' })));
    expect(answers.map((a) => a.status)).toEqual(Array(5).fill(202));
    expect((await owner.get(path('/invites')).expect(200)).body).toHaveLength(1);
    const tokens = (await fleet.mails('many@example.net')).map(tokenOf);
    const working = await Promise.all(
      tokens.map((t) =>
        fleet.app
          .get(Invitations)
          .look(t)
          .then(
            () => true,
            () => false,
          ),
      ),
    );
    expect(working.filter(Boolean)).toHaveLength(1);
  });

  it('is refused for members, without the right, and when it comes too often', async () => {
    const { body: me } = await member.get('/api/user').expect(200);
    expect((await owner.post(path('/invites'), { email: me.email }).expect(422)).body.errors).toHaveProperty('email');
    await owner.post(path('/invites'), { email: 'no address' }).expect(422);
    await owner.post(path('/invites'), { email: 'x@example.net', role: 'Owner' }).expect(422);
    await member.post(path('/invites'), { email: 'x@example.net' }).expect(403);
    // A program that was limited to inviting must not reach more by whom it invites.
    const narrow = await fleet.credential(team.teamId, owner.userId, ['teams:invite-users']);
    expect((await narrow.post(path('/invites'), { email: 'x@example.net' }).expect(403)).body.code).toBe('scope_not_held');
    for (let i = 0; i < 7; i++) await owner.post(path('/invites'), { email: 'often@example.net' });
    const limited = await owner.post(path('/invites'), { email: 'often@example.net' }).expect(429);
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
  });
});
