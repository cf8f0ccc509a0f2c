import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AccountService } from '../../src/modules/identity/accounts/account.service.js';
import { passwordMatches } from '../../src/modules/identity/accounts/passwords.js';
import { complaints } from '../../src/modules/identity/accounts/password-policy.js';
import { RegistrationService } from '../../src/modules/identity/accounts/registration.service.js';
import { IdentityService } from '../../src/modules/identity/index.js';
import { RequestContext, type UserId } from '../../src/platform/context/index.js';
import { type Client, Fleet, type Team } from './support/fleet.js';

interface Profile {
  name: string;
  email: string;
  allow_login: boolean;
  timezone: string;
  date_format: string;
  time_format: string;
}

const system = RequestContext.system('test');
const FIELDS = ['name', 'email', 'allow_login', 'timezone', 'date_format', 'time_format'] as const;
let fleet: Fleet;
let team: Team;
let owner: Client;
let admin: Client;
let member: Client;
let count = 0;

beforeAll(async () => {
  fleet = await Fleet.start({ SUPPORT_EMAIL: 'help@example.net' });
}, 60_000);
afterAll(() => fleet.stop());
beforeEach(async () => {
  team = await fleet.team();
  owner = fleet.client(await fleet.session(team.owner.userId), team.teamId, team.owner.userId);
  admin = await fleet.person(team, 'administrator');
  member = await fleet.person(team, 'member');
});

const mailbox = (): string => `new${++count}@example.net`;
const identity = (): IdentityService => fleet.app.get(IdentityService);
const joins = async (who: Client, role: 'owner' | 'administrator' | 'member'): Promise<Team> => {
  const other = await fleet.team();
  await identity().addMember(system, other.teamId, who.userId, role);
  return other;
};
/** What PUT needs, as it is now. */
const profile = async (id: UserId): Promise<Profile> => {
  const { body } = await owner.get(`/users/${id}`).expect(200);
  return Object.fromEntries(FIELDS.map((f) => [f, body[f]])) as unknown as Profile;
};
const change = async (by: Client, id: UserId, fields: object): Promise<{ status: number; body: Record<string, never> }> =>
  by.put(`/users/${id}`, { ...(await profile(id)), ...fields });
const refusal = async (by: Client, id: UserId, fields: object): Promise<[number, string]> => {
  const { status, body } = await change(by, id, fields);
  return [status, body['code']!];
};
const tokenIn = (text: string, page: string): string => new RegExp(`/${page}/([A-Za-z0-9_-]+)`).exec(text)![1]!;

describe('people of a team', () => {
  it('are listed and shown to who may see them, and to no other team', async () => {
    const list = (await member.get('/users').expect(200)).body as { id: string; roles: { id: string }[] }[];
    expect(list.map((u) => u.id)).toEqual([owner.userId, admin.userId, member.userId]);
    expect(list[2]!.roles).toEqual([{ id: expect.any(String) }]);
    const { body } = await member.get(`/users/${member.userId}`).expect(200);
    expect(body).toEqual(list[2]);
    expect(body).toMatchObject({
      idp: 'local',
      email_verified: true,
      mobile_verified: false,
      allow_login: true,
      timezone: 'UTC',
      mfa_enabled: false,
    });
    expect(JSON.stringify(body)).not.toMatch(/password|argon/);
    const stranger = await fleet.person(await fleet.team(), 'owner');
    await stranger.get(`/users/${member.userId}`).expect(404);
    await stranger.delete(`/users/${member.userId}`).expect(404);
    await stranger.put(`/users/${member.userId}`, await profile(member.userId)).expect(404);
    expect(((await stranger.get('/users').expect(200)).body as object[]).length).toBe(2);
  });

  it('have a profile with their teams; an API credential is nobody with a second factor', async () => {
    const other = await joins(member, 'administrator');
    for (const path of ['/api/user', '/oauth/userinfo']) {
      const { body } = await member.get(path).expect(200);
      expect(body).toMatchObject({ id: member.userId, mfa_verified: false });
      expect(body.teams.map((t: { id: string }) => t.id)).toEqual([team.teamId, other.teamId]);
      expect(body.teams[0].members).toHaveLength(3);
    }
    const strong = await fleet.person(team, 'member', { secondFactor: true });
    expect((await strong.get('/api/user').expect(200)).body.mfa_verified).toBe(true);
    const program = await fleet.credential(team.teamId, member.userId);
    expect((await program.get('/api/user').expect(200)).body.teams).toHaveLength(1);
  });
});

describe('a new person', () => {
  it('gets a temporary password once, and links for address and number', async () => {
    const email = mailbox();
    const wish = {
      email: email.toUpperCase(),
      name: 'Jo',
      timezone: 'Africa/Johannesburg',
      mobile: { local: `082 123 45${count + 10}`, country: 'ZA' },
    };
    const { body } = await admin.post('/users', wish).expect(201);
    expect(body.user).toMatchObject({
      email,
      email_verified: false,
      mobile_verified: false,
      timezone: 'Africa/Johannesburg',
      allow_login: true,
    });
    expect(body.user.mobile).toEqual({ e164: `+278212345${count + 10}`, local: `082 123 45${count + 10}`, country: 'ZA' });
    expect(complaints(body.password)).toEqual([]);
    const [row] = await fleet.sql<{ password_hash: string; must_change_password: boolean }>(`SELECT * FROM app_user WHERE email = $1`, [
      email,
    ]);
    expect(row!.must_change_password).toBe(true);
    expect(await passwordMatches(row!.password_hash, body.password)).toBe(true);
    await fleet.app.get(AccountService).verifyEmail(system, tokenIn((await fleet.mail(email, 'verify-email')).text, 'verify-email'));
    const [sms] = await fleet.sms(body.user.mobile.e164);
    expect(sms).toMatch(new RegExp(`${fleet.url}/verify-mobile/`));
    await fleet.app.get(AccountService).verifyMobile(system, tokenIn(sms!, 'verify-mobile'));
    await expect(fleet.app.get(AccountService).verifyMobile(system, tokenIn(sms!, 'verify-mobile'))).rejects.toThrow('used already');
    expect((await admin.get(`/users/${body.user.id}`).expect(200)).body).toMatchObject({ email_verified: true, mobile_verified: true });
  });

  it('who only hears of things has no password and nothing to verify', async () => {
    const email = mailbox();
    const { body } = await admin.post('/users', { email, name: 'Pager', timezone: 'UTC', allow_login: false }).expect(201);
    expect(body).toMatchObject({ password: null, user: { allow_login: false } });
    expect(await fleet.mails(email)).toEqual([]);
  });

  it('who has an account is only added: nothing of it changes', async () => {
    const known = await fleet.person(await fleet.team(), 'owner', { email: mailbox() });
    const before = await fleet.sql(`SELECT * FROM app_user WHERE id = $1`, [known.userId]);
    const email = `new${count}@example.net`;
    const { body } = await admin.post('/users', { email, name: 'Renamed', allow_login: false, timezone: 'Asia/Tokyo' }).expect(201);
    expect(body).toMatchObject({ password: null, user: { id: known.userId, name: 'Person', allow_login: true } });
    expect(await fleet.sql(`SELECT * FROM app_user WHERE id = $1`, [known.userId])).toEqual(before);
    expect((await admin.post('/users', { email }).expect(422)).body.errors).toHaveProperty('email');
    expect(await fleet.mails(email)).toEqual([]);
  });

  it('is one person, however many add them at the same moment', async () => {
    const email = mailbox();
    const elsewhere = await fleet.person(await fleet.team(), 'administrator');
    const answers = await Promise.all([admin, owner, elsewhere].map((by) => by.post('/users', { email, name: 'Jo', timezone: 'UTC' })));
    expect(answers.map((a) => a.status).sort()).toEqual([201, 201, 422]);
    expect(answers.filter((a) => a.status === 201 && a.body.password)).toHaveLength(1);
    expect(await fleet.sql(`SELECT FROM app_user WHERE email = $1`, [email])).toHaveLength(1);
  });

  it.each<[string, object, string]>([
    ['no name', { timezone: 'UTC' }, 'name'],
    ['no time zone while nobody knows where the caller is', { name: 'Jo' }, 'timezone'],
    ['a time zone that is none', { name: 'Jo', timezone: 'Mars/Base' }, 'timezone'],
    ['an invisible name', { name: '\u200b', timezone: 'UTC' }, 'name'],
    ['a number that is none', { name: 'Jo', timezone: 'UTC', mobile: { local: '12', country: 'ZA' } }, 'mobile.local'],
    ['a number without a country', { name: 'Jo', timezone: 'UTC', mobile: { local: '0821234567' } }, 'mobile.country'],
    ['an address that is none', { email: 'nobody', name: 'Jo', timezone: 'UTC' }, 'email'],
    ['an address in quotes, which no mail can be sent to', { email: '"jo"@example.net', name: 'Jo', timezone: 'UTC' }, 'email'],
    ['a role that is no id', { name: 'Jo', timezone: 'UTC', roles: ['Owner'] }, 'roles'],
    ['an id of their own', { name: 'Jo', timezone: 'UTC', id: '00000000-0000-4000-8000-000000000000' }, 'id'],
    ['a proven address', { name: 'Jo', timezone: 'UTC', email_verified: true }, 'email_verified'],
    ['another team', { name: 'Jo', timezone: 'UTC', team_id: '00000000-0000-4000-8000-000000000000' }, 'team_id'],
  ])('cannot have %s', async (_what, fields, field) => {
    const { body } = await admin.post('/users', { email: mailbox(), ...fields }).expect(422);
    expect(Object.keys(body.errors)).toEqual([field]);
  });

  it('is made only by who may', async () => {
    await member.post('/users', { email: mailbox(), name: 'Jo', timezone: 'UTC' }).expect(403);
  });
});

describe('a profile', () => {
  it('is everybody’s own to change, and a new address or number must be proven again', async () => {
    const old = (await profile(member.userId)).email;
    const email = mailbox();
    const { status, body } = await change(member, member.userId, {
      name: ' Ki\u202em ',
      email: email.toUpperCase(),
      timezone: 'Asia/Tokyo',
    });
    expect([status, body]).toEqual([200, expect.objectContaining({ name: 'Kim', email, email_verified: false, timezone: 'Asia/Tokyo' })]);
    expect((await fleet.mails(email)).map((m) => m.kind)).toEqual(['verify-email']);
    expect((await fleet.mails(old)).map((m) => m.kind)).toEqual(['address-changed']);
    const withMobile = await change(member, member.userId, { mobile: { local: '030 901820', country: 'DE' } });
    expect(withMobile.body).toMatchObject({ mobile: { e164: '+4930901820' }, mobile_verified: false });
    expect(await fleet.sms('+4930901820')).toHaveLength(1);
    expect((await change(member, member.userId, {})).body).toHaveProperty('mobile');
    expect((await change(member, member.userId, { mobile: null })).body).not.toHaveProperty('mobile');
    expect(await refusal(member, member.userId, { allow_login: false })).toEqual([422, 'validation_failed']);
    expect(await refusal(member, member.userId, { email: (await profile(admin.userId)).email })).toEqual([422, 'validation_failed']);
    for (const bad of [
      { date_format: 'x' },
      { time_format: 'x' },
      { timezone: '+02:00' },
      { idp: 'google' },
      { email_verified: true },
      { name: null },
    ])
      expect((await change(member, member.userId, bad)).status).toBe(422);
  });

  it('links sent to an address that was given up open nothing', async () => {
    const { email } = await profile(member.userId);
    await fleet.app.get(RegistrationService).forgot(system, email, '192.0.2.1');
    const token = tokenIn((await fleet.mail(email, 'reset-password')).text, 'reset-password');
    await change(member, member.userId, { email: mailbox() });
    await expect(fleet.app.get(AccountService).resetPassword(system, token, 'Better-Battery-9')).rejects.toThrow('used already');
  });

  it('of somebody else is changed by who may change people, downward only', async () => {
    expect((await change(admin, member.userId, { name: 'Renamed' })).status).toBe(200);
    expect(await refusal(member, admin.userId, { name: 'Renamed' })).toEqual([403, 'scope_missing']);
    // An administrator would become the owner by way of the owner's mailbox.
    expect(await refusal(admin, owner.userId, { email: mailbox() })).toEqual([403, 'outranked']);
    expect(await refusal(admin, owner.userId, { mobile: { local: '030 901820', country: 'DE' } })).toEqual([403, 'outranked']);
    expect(await refusal(admin, owner.userId, { name: 'Renamed' })).toEqual([403, 'outranked']);
    const second = await fleet.person(team, 'owner');
    expect(await refusal(second, owner.userId, { email: mailbox() })).toEqual([403, 'outranked']);
    expect(await refusal(admin, second.userId, { email: mailbox() })).toEqual([403, 'outranked']);
    expect((await change(admin, owner.userId, { timezone: 'Asia/Tokyo' })).status).toBe(200);
  });

  it('of a person in other teams is not one team’s to change', async () => {
    const other = await joins(member, 'member');
    expect(await refusal(admin, member.userId, { email: mailbox() })).toEqual([403, 'user_in_other_teams']);
    await identity().addMember(system, other.teamId, admin.userId, 'member');
    expect(await refusal(admin, member.userId, { email: mailbox() })).toEqual([403, 'user_in_other_teams']);
    await identity().setRole(system, other.teamId, admin.userId, 'administrator');
    expect((await change(admin, member.userId, { name: 'Both agree' })).status).toBe(200);
    await identity().setRole(system, other.teamId, member.userId, 'owner');
    expect(await refusal(admin, member.userId, { email: mailbox() })).toEqual([403, 'outranked']);
  });

  it('stays in reach when a stranger gives its person a seat in a workspace of his own', async () => {
    const stranger = await fleet.person(await fleet.team(), 'owner');
    const { body } = await stranger.post('/workspaces', { name: 'Mine', billing_mode: 'single' }).expect(201);
    await stranger.post(`/workspaces/${body.id as string}/members`, { user_id: member.userId, role: 'owner' }).expect(201);
    await admin.delete(`/users/${member.userId}`).expect(204);
  });

  it('of somebody who stands higher in a workspace is out of reach', async () => {
    const [workspace] = await fleet.sql<{ id: string }>(`SELECT workspace_id AS id FROM organization WHERE id = $1`, [team.organizationId]);
    const seat = (who: Client, role: string): Promise<unknown> =>
      fleet.sql(`INSERT INTO workspace_member (workspace_id, user_id, role) VALUES ($1, $2, $3)`, [workspace!.id, who.userId, role]);
    await seat(member, 'admin');
    expect(await refusal(admin, member.userId, { email: mailbox() })).toEqual([403, 'outranked']);
    expect((await admin.delete(`/users/${member.userId}`).expect(403)).body.code).toBe('outranked');
    await seat(admin, 'owner');
    expect((await change(admin, member.userId, { email: mailbox() })).status).toBe(200);
  });

  it('is not a program’s way to become a person', async () => {
    const program = team.owner; // an API credential of the owner with all scopes
    expect(await refusal(program, member.userId, { email: mailbox() })).toEqual([403, 'person_required']);
    expect(await refusal(program, member.userId, { allow_login: false })).toEqual([403, 'person_required']);
    expect(await refusal(program, owner.userId, { email: mailbox() })).toEqual([403, 'person_required']);
    expect(await refusal(program, owner.userId, { name: 'Renamed' })).toEqual([403, 'outranked']);
    expect((await change(program, member.userId, { name: 'Renamed' })).status).toBe(200);
    // Nor is a credential its maker: it needs the scope for them too.
    const narrow = await fleet.credential(team.teamId, member.userId, ['user:view']);
    expect(await refusal(narrow, member.userId, { name: 'Me' })).toEqual([403, 'scope_missing']);
  });

  it('without sign-in ends every session and credential; an owner keeps theirs', async () => {
    const program = await fleet.credential(team.teamId, member.userId);
    expect((await change(admin, member.userId, { allow_login: false })).status).toBe(200);
    await member.get('/userinfo').expect(401);
    await program.get('/site').expect(401);
    expect((await change(admin, member.userId, { allow_login: true })).status).toBe(200);
    await member.get('/userinfo').expect(401);
    const heir = await fleet.person(team, 'member');
    await fleet.sql(`INSERT INTO team (id, organization_id, name, owner_id) VALUES (gen_random_uuid(), $1, 'Theirs', $2)`, [
      team.organizationId,
      heir.userId,
    ]);
    expect(await refusal(admin, heir.userId, { allow_login: false })).toEqual([409, 'team_owner_stays']);
  });

  it('of a person in no team is still their own', async () => {
    const fields = await profile(member.userId);
    await owner.delete(`/teams/${team.teamId}/members/${member.userId}`).expect(204);
    await member.put(`/users/${member.userId}`, { ...fields, name: 'Alone' }).expect(200);
    await member.put(`/users/${member.userId}`, { ...fields, roles: ['00000000-0000-4000-8000-000000000000'] }).expect(403);
    await member.get(`/users/${member.userId}/verification-notification/email`).expect(204);
    await member.post('/users/feedback', { message: 'Hello' }).expect(200);
    expect((await member.get('/api/user').expect(200)).body).toMatchObject({ name: 'Alone', teams: [] });
    for (const path of ['/users', '/team_roles', `/users/${owner.userId}`]) await member.get(path).expect(403);
    expect((await member.get('/api/keys').expect(200)).body).toEqual([]);
    await member.delete(`/users/${member.userId}`).expect(204);
  });
});

describe('verification', () => {
  it('is sent again to oneself, or by who may change people', async () => {
    const { body } = await admin.post('/users', { email: mailbox(), name: 'Jo', timezone: 'UTC' }).expect(201);
    const path = `/users/${body.user.id}/verification-notification`;
    expect((await admin.get(`${path}/email`).expect(202)).body).toEqual({ message: expect.any(String) });
    expect(await fleet.mails(body.user.email, 'verify-email')).toHaveLength(2);
    await member.get(`${path}/email`).expect(403);
    await (await fleet.person(await fleet.team(), 'owner')).get(`${path}/email`).expect(404);
    expect((await admin.get(`${path}/mobile`).expect(422)).body.errors).toHaveProperty('mobile');
    const answer = await admin.get(`/users/${member.userId}/verification-notification/email`).expect(204);
    expect(answer.text).toBe('');
    for (let i = 0; i < 6; i++) await admin.get(`${path}/email`);
    expect(Number((await admin.get(`${path}/email`).expect(429)).headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('the end of an account', () => {
  it('takes every row of the person with it', async () => {
    await member.post('/oauth/2fa').expect(200);
    await fleet.credential(team.teamId, member.userId);
    await member.post('/api/keys', { name: 'Key', permissions: ['sites:read'] }).expect(201);
    await member.post('/users/feedback', { message: 'Hello' }).expect(200);
    const { body: site } = await owner.post('/site', { name: 'One' }).expect(201);
    await member.get(`/site/${site.id}`).expect(200);
    await admin.delete(`/users/${member.userId}`).expect(204);
    await admin.delete(`/users/${member.userId}`).expect(404);
    await member.get('/userinfo').expect(401);
    const columns = await fleet.sql<{ table: string }>(
      `SELECT table_name AS table FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'user_id' AND table_name <> 'audit_event'`,
    );
    expect(columns.length).toBeGreaterThan(8);
    for (const { table } of columns)
      expect([table, await fleet.sql(`SELECT FROM ${table} WHERE user_id = $1`, [member.userId])]).toEqual([table, []]);
    expect(await fleet.sql(`SELECT FROM app_user WHERE id = $1`, [member.userId])).toEqual([]);
  });

  it('is not for others to bring about upward, elsewhere, or for an owner', async () => {
    const code = async (by: Client, id: UserId): Promise<[number, string]> => {
      const { status, body } = await by.delete(`/users/${id}`);
      return [status, body.code];
    };
    expect(await code(member, admin.userId)).toEqual([403, 'scope_missing']);
    expect(await code(admin, owner.userId)).toEqual([403, 'outranked']);
    expect(await code(owner, owner.userId)).toEqual([409, 'owns_teams']);
    const program = team.owner;
    expect(await code(program, owner.userId)).toEqual([403, 'outranked']);
    await joins(member, 'member');
    expect(await code(admin, member.userId)).toEqual([403, 'user_in_other_teams']);
    expect(await code(member, member.userId)).toEqual([204, undefined as never]);
  });

  it('takes an empty personal team along, but no other one', async () => {
    const personal = await identity().givePersonalTeam(system, member.userId, 'Own');
    const there = await fleet.credential(personal, member.userId);
    const { body: site } = await there.post('/site', { name: 'One' }).expect(201);
    expect((await member.delete(`/users/${member.userId}`).expect(409)).body.code).toBe('team_in_use');
    await there.delete(`/site/${site.id}`);
    await identity().addMember(system, personal, admin.userId, 'member');
    expect((await member.delete(`/users/${member.userId}`).expect(409)).body.code).toBe('owns_teams');
    await there.delete(`/teams/${personal}/members/${admin.userId}`).expect(204);
    await member.delete(`/users/${member.userId}`).expect(204);
    expect(await fleet.sql(`SELECT FROM team WHERE id = $1`, [personal])).toEqual([]);
  });

  it('leaves no workspace that others use without an owner, and archives an empty one', async () => {
    const personal = await identity().givePersonalTeam(system, member.userId, 'Own');
    const [workspace] = await fleet.sql<{ id: string }>(
      `SELECT workspace_id AS id FROM organization WHERE id = (SELECT organization_id FROM team WHERE id = $1)`,
      [personal],
    );
    await fleet.sql(`INSERT INTO workspace_member (workspace_id, user_id, role) VALUES ($1, $2, 'admin')`, [workspace!.id, admin.userId]);
    expect((await member.delete(`/users/${member.userId}`).expect(409)).body.code).toBe('owns_workspaces');
    await fleet.sql(`DELETE FROM workspace_member WHERE user_id = $1 RETURNING user_id`, [admin.userId]);
    await member.delete(`/users/${member.userId}`).expect(204);
    expect(await fleet.sql(`SELECT FROM workspace WHERE id = $1 AND archived_at IS NOT NULL`, [workspace!.id])).toHaveLength(1);
  });
});

describe('feedback', () => {
  it('is kept, mailed on, and not without end', async () => {
    await member.post('/users/feedback', { subject: 'Line\r\nBcc: x@y.z', message: 'It works.' }).expect(200);
    const mail = await fleet.mail('help@example.net', 'feedback');
    expect(mail.subject).toBe('Feedback: Line Bcc: x@y.z');
    expect(mail.text).toContain('It works.');
    expect(await fleet.sql(`SELECT message FROM feedback WHERE user_id = $1`, [member.userId])).toEqual([{ message: 'It works.' }]);
    for (const bad of [{}, { message: '' }, { message: 'x', subject: 'x'.repeat(256) }, { message: 'x', user_id: owner.userId }])
      await member.post('/users/feedback', bad).expect(422);
    for (let i = 0; i < 6; i++) await member.post('/users/feedback', { message: 'again' });
    await member.post('/users/feedback', { message: 'again' }).expect(429);
  });
});
