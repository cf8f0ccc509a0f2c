import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CredentialUse } from '../../src/modules/identity/credentials/credential-use.js';
import { IdentityService } from '../../src/modules/identity/index.js';
import { RequestContext } from '../../src/platform/context/index.js';
import { type Client, Fleet, INTERNAL_TOKEN, SITE_INTERNAL_TOKEN, type Team } from './support/fleet.js';

const system = RequestContext.system('test');
const DAY = 86_400_000;
let fleet: Fleet;
let team: Team;
let owner: Client;
let admin: Client;
let member: Client;

beforeAll(async () => {
  fleet = await Fleet.start();
}, 60_000);
afterAll(() => fleet.stop());
beforeEach(async () => {
  team = await fleet.team();
  owner = fleet.client(await fleet.session(team.owner.userId), team.teamId, team.owner.userId);
  admin = await fleet.person(team, 'administrator');
  member = await fleet.person(team, 'member');
});

const as = (token: string): Client => fleet.client(token, team.teamId, owner.userId);
const inDays = (days: number): string => new Date((Math.floor(fleet.clock.now() / DAY) + days) * DAY).toISOString();

describe('an API credential', () => {
  const path = (rest = '', teamId: string = team.teamId): string => `/teams/${teamId}/api-credentials${rest}`;
  const make = async (by: Client = owner, fields: object = {}): Promise<{ id: string; api_key: string }> =>
    (await by.post(path(), { name: 'Sync', ...fields }).expect(200)).body as { id: string; api_key: string };

  it('is shown whole once, and works until it is deleted', async () => {
    const answer = await owner.post(path(), { name: ' Sync ', expires_at: inDays(2) }).expect(200);
    const { api_key, ...shown } = answer.body;
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(api_key).toMatch(new RegExp(`^${shown.id}:${team.teamId}:[A-Za-z0-9]{62}$`));
    expect(shown).toMatchObject({ name: 'Sync', team_id: team.teamId, abilities: null, expires_at: inDays(2), last_used_at: null });
    expect((await owner.get(path(`/${shown.id}`)).expect(200)).body).toEqual(shown);
    expect((await member.get(path()).expect(200)).body[0]).toEqual(shown);
    const program = as(api_key);
    await program.post('/site', { name: 'x' }).expect(201);
    const jwt = (await fleet.http().get('/.well-known/jwt').set('authorization', `Bearer ${api_key}`).expect(200)).body.token as string;
    await owner.delete(path(`/${shown.id}`)).expect(204);
    await program.get('/site').expect(401);
    await as(jwt).get('/site').expect(401);
    await owner.delete(path(`/${shown.id}`)).expect(404);
    await owner.get(path(`/${shown.id}`)).expect(404);
    await owner.put(path(`/${shown.id}`), { name: 'x' }).expect(404);
  });

  it('is renamed and its expiry changed, and nothing else', async () => {
    const { id, api_key } = await make();
    expect((await owner.put(path(`/${id}`), { name: 'Renamed', expires_at: inDays(3) }).expect(200)).body).toMatchObject({
      name: 'Renamed',
      expires_at: inDays(3),
    });
    expect((await owner.put(path(`/${id}`), { name: 'Again' }).expect(200)).body.expires_at).toBe(inDays(3));
    await as(api_key).get('/site').expect(200);
    expect((await owner.put(path(`/${id}`), { name: 'Again', expires_at: null }).expect(200)).body.expires_at).toBeNull();
    for (const bad of [
      { name: 'x', abilities: ['*'] },
      { name: 'x', scopes: null },
      { name: 'x', team_id: team.teamId },
      { name: 'x', api_key: 'x' },
      {},
    ])
      await owner.put(path(`/${id}`), bad).expect(422);
  });

  it('ends later than tomorrow, and has a name of at most 100 characters', async () => {
    for (const expires_at of [inDays(-1), inDays(1), new Date(Date.parse(inDays(2)) - 1).toISOString(), 'tomorrow'])
      expect((await owner.post(path(), { name: 'x', expires_at }).expect(422)).body.errors).toHaveProperty('expires_at');
    await owner.post(path(), { name: 'x'.repeat(101) }).expect(422);
    await owner.post(path(), { name: '\u200b' }).expect(422);
    await owner.post(path(), { name: 'x', abilities: ['*'] }).expect(422);
    await make(owner, { name: 'x'.repeat(100), expires_at: null });
  });

  it('is never made, nor made to live longer, by another one', async () => {
    expect((await team.owner.post(path(), { name: 'Child' }).expect(403)).body.code).toBe('person_required');
    const { id, api_key } = await make(owner, { expires_at: inDays(5) });
    const itself = as(api_key);
    for (const expires_at of [inDays(6), null])
      expect((await itself.put(path(`/${id}`), { name: 'x', expires_at }).expect(403)).body.code).toBe('person_required');
    await itself.put(path(`/${id}`), { name: 'Shorter', expires_at: inDays(4) }).expect(200);
    await itself.delete(path(`/${id}`)).expect(204);
    await itself.get('/site').expect(401);
  });

  it('is the business of who holds the scope in the team of the path', async () => {
    const { id } = await make();
    await member.post(path(), { name: 'x' }).expect(403);
    await member.put(path(`/${id}`), { name: 'x' }).expect(403);
    await member.delete(path(`/${id}`)).expect(403);
    const other = await fleet.team();
    const elsewhere = await fleet.person(other, 'owner');
    for (const rest of ['', `/${id}`]) await elsewhere.get(path(rest)).expect(404);
    await elsewhere.post(path(), { name: 'x' }).expect(404);
    await elsewhere.get(path(`/${id}`, other.teamId)).expect(404);
    await elsewhere.put(path(`/${id}`, other.teamId), { name: 'x' }).expect(404);
    await elsewhere.delete(path(`/${id}`, other.teamId)).expect(404);
    // A member here who is an administrator elsewhere.
    await fleet.app.get(IdentityService).addMember(system, team.teamId, elsewhere.userId, 'member');
    await elsewhere.post(path(), { name: 'x' }).expect(403);
    const made = (await elsewhere.post(path('', other.teamId), { name: 'x' }).expect(200)).body as { api_key: string };
    expect(made.api_key.split(':')[1]).toBe(other.teamId);
  });

  it('follows its maker’s rights, down and out', async () => {
    const { api_key } = (await admin.post(path(), { name: 'x' }).expect(200)).body as { api_key: string };
    await as(api_key).post('/site', { name: 'x' }).expect(201);
    await fleet.app.get(IdentityService).setRole(system, team.teamId, admin.userId, 'member');
    await as(api_key).post('/site', { name: 'y' }).expect(403);
    await owner.delete(`/teams/${team.teamId}/members/${admin.userId}`).expect(204);
    await as(api_key).get('/site').expect(401);
  });

  it('tells when it was used, without a query a request', async () => {
    const { id, api_key } = await make();
    await as(api_key).get('/site').expect(200);
    expect((await owner.get(path(`/${id}`)).expect(200)).body.last_used_at).toBeNull();
    await fleet.app.get(CredentialUse).flush();
    expect((await owner.get(path(`/${id}`)).expect(200)).body.last_used_at).toBe(new Date(fleet.clock.now()).toISOString());
  });
});

describe('an API key', () => {
  const make = async (by: Client, ...permissions: string[]): Promise<{ key: { id: string; key_prefix: string }; secret: string }> =>
    (await by.post('/api/keys', { name: 'Sync', permissions }).expect(201)).body.data;

  it('is shown whole once, can do what it was given, and is found by its secret alone', async () => {
    const { body } = await owner.post('/api/keys', { name: 'Sync', permissions: ['sites:read', 'sites:write', 'sites:read'] }).expect(201);
    const { key, secret, message } = body.data;
    expect(body.status).toBe('success');
    expect(message).toEqual(expect.any(String));
    expect(secret).toMatch(/^alto_sk_[A-Za-z0-9]{48}$/);
    expect(key).toMatchObject({
      object: 'api_key',
      name: 'Sync',
      key_prefix: secret.slice(0, 13),
      status: 'active',
      permissions: ['sites:read', 'sites:write'],
    });
    expect(key.id).toMatch(/^api_key_[0-9A-Za-z]{27}$/);
    expect((await owner.get(`/api/keys/${key.id}`).expect(200)).body).toEqual(key);
    expect((await owner.get('/api/keys').expect(200)).body).toEqual([key]);
    const [row] = await fleet.sql<Record<string, unknown>>(`SELECT * FROM api_key WHERE id = $1`, [key.id]);
    expect(JSON.stringify(row)).not.toContain(secret);
    await as(secret).post('/site', { name: 'x' }).expect(201);
    await as(secret).get('/team_roles').expect(403);
    await as(`${secret.slice(0, -1)}${secret.endsWith('a') ? 'b' : 'a'}`)
      .get('/site')
      .expect(401);
    await fleet.app.get(CredentialUse).flush();
    expect((await owner.get(`/api/keys/${key.id}`).expect(200)).body.last_used_at).toBe(new Date(fleet.clock.now()).toISOString());
    await owner.delete(`/api/keys/${key.id}`).expect(204);
    await as(secret).get('/site').expect(401);
    const gone = await owner.delete(`/api/keys/${key.id}`).expect(404);
    expect(gone.body).toMatchObject({ code: 'api_key_not_found', errors: { id: [expect.any(String)] } });
  });

  it('gets another secret, and the one before is dead at that moment', async () => {
    const { key, secret } = await make(owner, 'sites:read');
    await as(secret).get('/site').expect(200);
    const { data } = (await owner.post(`/api/keys/${key.id}/rotate`).expect(200)).body;
    expect(data.secret).not.toBe(secret);
    expect(data.key).toMatchObject({ id: key.id, key_prefix: data.secret.slice(0, 13) });
    await as(secret).get('/site').expect(401);
    await as(data.secret).get('/site').expect(200);
  });

  it('is given only what its maker may do', async () => {
    const refused = await member.post('/api/keys', { name: 'Sync', permissions: ['sites:read', 'sites:write'] }).expect(403);
    expect(refused.body).toMatchObject({
      code: 'key_permission_not_held',
      errors: { permissions: [expect.stringContaining('sites:write')] },
    });
    await admin.post('/api/keys', { name: 'Sync', permissions: ['teams:write'] }).expect(403); // holds not all of it
    const unknown = await owner.post('/api/keys', { name: 'Sync', permissions: ['site:view', 'sites:fly'] }).expect(422);
    expect(JSON.stringify(unknown.body.errors.permissions)).toMatch(/site:view.*sites:fly/);
    for (const bad of [
      { name: 'ab', permissions: ['sites:read'] },
      { name: 'abc', permissions: [] },
      { name: 'abc' },
      { name: 'abc', permissions: ['sites:read'], user_id: 'x' },
    ])
      await owner.post('/api/keys', bad).expect(422);
    const { secret } = await make(admin, 'sites:write');
    await as(secret).post('/site', { name: 'x' }).expect(201);
    await fleet.app.get(IdentityService).setRole(system, team.teamId, admin.userId, 'member');
    await as(secret).post('/site', { name: 'x' }).expect(403);
    await owner.delete(`/teams/${team.teamId}/members/${admin.userId}`).expect(204);
    await as(secret).get('/users').expect(401);
  });

  it('is never made or rotated by a program', async () => {
    const { key, secret } = await make(owner, 'apis:read', 'apis:write', 'sites:read');
    for (const program of [team.owner, as(secret)]) {
      expect((await program.post('/api/keys', { name: 'Child', permissions: ['sites:read'] }).expect(403)).body.code).toBe(
        'person_required',
      );
      expect((await program.post(`/api/keys/${key.id}/rotate`).expect(403)).body.code).toBe('person_required');
      expect((await program.get('/api/keys').expect(200)).body).toHaveLength(1);
    }
    await as(secret).delete(`/api/keys/${key.id}`).expect(204);
    await as(secret).get('/site').expect(401);
  });

  it('is its maker’s, and of who manages credentials in its team; for others it does not exist', async () => {
    const mine = await make(member, 'sites:read');
    const theirs = await make(owner, 'sites:write');
    const stranger = await fleet.person(await fleet.team(), 'owner');
    const plain = await fleet.person(team, 'member');
    for (const id of [mine.key.id, theirs.key.id, 'api_key_none', "'"]) {
      await stranger.get(`/api/keys/${encodeURIComponent(id)}`).expect(404);
      await stranger.delete(`/api/keys/${encodeURIComponent(id)}`).expect(404);
      await stranger.post(`/api/keys/${encodeURIComponent(id)}/rotate`).expect(404);
    }
    expect((await stranger.get('/api/keys').expect(200)).body).toEqual([]);
    expect((await plain.get('/api/keys').expect(200)).body).toHaveLength(2); // a Member holds api:view
    await plain.delete(`/api/keys/${mine.key.id}`).expect(404);
    await member.delete(`/api/keys/${mine.key.id}`).expect(204);
    await admin.get(`/api/keys/${theirs.key.id}`).expect(200);
    await admin.delete(`/api/keys/${theirs.key.id}`).expect(204);
  });

  it('is not a ladder: who gets its secret by rotation could have made it', async () => {
    const { key } = await make(owner, 'teams:write');
    expect((await admin.post(`/api/keys/${key.id}/rotate`).expect(403)).body.code).toBe('key_permission_not_held');
    const modest = await make(owner, 'sites:write');
    await admin.post(`/api/keys/${modest.key.id}/rotate`).expect(200);
  });
});

describe('calling services', () => {
  const unknown = '00000000-0000-4000-8000-000000000000';
  const general = (): Client => fleet.internal();

  it('each have a token of their own, which opens nothing else', async () => {
    const seats = `/billing/internal/seat-count/${team.teamId}`;
    const person = `/users/m2m/notifiable/email/${owner.userId}`;
    await fleet.siteInternal().get(seats).expect(200);
    await general().get(seats).expect(401);
    await general().get(person).expect(200);
    await fleet.siteInternal().get(person).expect(401);
    for (const by of [owner, team.owner]) for (const path of [seats, person, '/users/m2m/sync/site-count']) await by.get(path).expect(401);
    for (const token of [INTERNAL_TOKEN, SITE_INTERNAL_TOKEN])
      for (const path of ['/users', '/teams', '/api/user', '/api/keys', `/teams/${team.teamId}`]) await as(token).get(path).expect(401);
    await fleet.http().get(seats).expect(401);
  });

  it('learn whom to notify, and whose a team is', async () => {
    expect((await general().get(`/users/m2m/org-id/${team.teamId}`).expect(200)).body).toEqual({
      ...{ organization_id: team.organizationId, team_id: team.teamId },
      owner: { id: owner.userId, name: expect.any(String), email: expect.any(String), picture: '' },
    });
    expect((await general().get(`/users/m2m/notifiable/email/${member.userId}`).expect(200)).body).toMatchObject({
      id: member.userId,
      name: 'Person',
      email_verified: true,
    });
    expect((await general().get(`/users/m2m/notifiable/mobile/${member.userId}`).expect(200)).body).toEqual({
      id: member.userId,
      name: 'Person',
      mobile: null,
      mobile_verified: false,
    });
    await fleet.sql(`UPDATE app_user SET mobile = '+27821234567', mobile_verified_at = now() WHERE id = $1`, [member.userId]);
    expect((await general().get(`/users/m2m/notifiable/mobile/${member.userId}`).expect(200)).body).toMatchObject({
      mobile: { e164: '+27821234567', country: 'ZA' },
      mobile_verified: true,
    });
    for (const path of ['org-id', 'notifiable/email', 'notifiable/mobile'])
      for (const id of [unknown, 'x']) await general().get(`/users/m2m/${path}/${id}`).expect(404);
  });

  it('hear of seats what adoption would say', async () => {
    const limited = await fleet.team({ siteLimit: 2, organizationLimit: 5 });
    const count = async (of: Team): Promise<object> =>
      (await fleet.siteInternal().get(`/billing/internal/seat-count/${of.teamId}`).expect(200)).body;
    expect(await count(limited)).toEqual({ license_count: 5, team_available_seats: 2, org_available_seats: 5 });
    await fleet.adopted(limited);
    expect(await count(limited)).toEqual({ license_count: 5, team_available_seats: 1, org_available_seats: 4 });
    expect(await count(team)).toEqual({ license_count: 2147483647, team_available_seats: 2147483647, org_available_seats: 2147483647 });
    await fleet.siteInternal().get(`/billing/internal/seat-count/${unknown}`).expect(404);
  });

  it('charge a scan once, however often they report it', async () => {
    const report = (siteCount: number): ReturnType<Client['post']> =>
      general().post(`/users/m2m/charges/cve/${team.teamId}`, { site_count: siteCount, report_id: 'scan-1' });
    const answers = await Promise.all([report(3), report(3), report(3)]);
    expect(answers.map((a) => a.status)).toEqual([200, 200, 200]);
    expect(new Set(answers.map((a) => a.body.charge.id)).size).toBe(1);
    expect(answers[0].body.charge).toMatchObject({
      object: 'charge',
      kind: 'cve',
      organization_id: team.organizationId,
      site_count: 3,
      report_id: 'scan-1',
    });
    expect(await fleet.sql(`SELECT FROM charge WHERE organization_id = $1`, [team.organizationId])).toHaveLength(1);
    for (const bad of [
      { site_count: 0, report_id: 'x' },
      { site_count: 1 },
      { site_count: 1.5, report_id: 'x' },
      { site_count: 1, report_id: '' },
    ])
      await general().post(`/users/m2m/charges/cve/${team.teamId}`, bad).expect(422);
    await general().post(`/users/m2m/charges/cve/${unknown}`, { site_count: 1, report_id: 'x' }).expect(404);
  });

  it('set the end of a trial', async () => {
    const path = `/users/m2m/trial_ends_at/${team.organizationId}`;
    expect((await general().post(path, { timestamp: 1_800_000_000 }).expect(200)).body).toEqual({ trial_ends_at: 1_800_000_000 });
    expect(await fleet.sql(`SELECT trial_ends_at AS at FROM organization WHERE id = $1`, [team.organizationId])).toEqual([
      { at: new Date(1_800_000_000_000) },
    ]);
    for (const bad of [{}, { timestamp: '1800000000' }, { timestamp: -1 }, { timestamp: 1e15 }, { trial_ends_at: 1 }])
      await general().post(path, bad).expect(422);
    await general().post(`/users/m2m/trial_ends_at/${unknown}`, { timestamp: 1 }).expect(404);
  });

  it('have sites counted, once for many who ask', async () => {
    await team.owner.post('/site', { name: 'One' }).expect(201);
    const answers = await Promise.all([1, 2, 3].map(() => general().get('/users/m2m/sync/site-count')));
    expect(answers.map((a) => a.status)).toEqual([202, 202, 202]);
    await fleet.mails('nobody@example.net'); // until no task is due
    expect(await fleet.sql(`SELECT site_count, seats_taken FROM site_tally WHERE organization_id = $1`, [team.organizationId])).toEqual([
      { site_count: 1, seats_taken: 0 },
    ]);
  });

  it('may go on with the token before a rotation', async () => {
    const rotated = await Fleet.start({ INTERNAL_TOKEN_PREVIOUS: 'p'.repeat(40), SITE_INTERNAL_TOKEN_PREVIOUS: 'q'.repeat(40) });
    try {
      const status = async (token: string, path: string): Promise<number> =>
        (await rotated.http().get(path).set('authorization', `Bearer ${token}`)).status;
      const team = await rotated.team();
      const org = `/users/m2m/org-id/${team.teamId}`;
      const seats = `/billing/internal/seat-count/${team.teamId}`;
      expect(await Promise.all([INTERNAL_TOKEN, 'p'.repeat(40), 'q'.repeat(40)].map((t) => status(t, org)))).toEqual([200, 200, 401]);
      expect(await Promise.all([SITE_INTERNAL_TOKEN, 'q'.repeat(40), 'p'.repeat(40)].map((t) => status(t, seats)))).toEqual([
        200, 200, 401,
      ]);
    } finally {
      await rotated.stop();
    }
  }, 60_000);
});
