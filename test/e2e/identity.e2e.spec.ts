import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { createPublicKey } from 'node:crypto';
import { IdentityService } from '../../src/modules/identity/index.js';
import { RequestContext } from '../../src/platform/context/index.js';
import { Fleet, type Team } from './support/fleet.js';

const system = RequestContext.system('test');

describe('identity', () => {
  let fleet: Fleet;
  let team: Team;

  beforeAll(async () => {
    fleet = await Fleet.start();
    team = await fleet.team();
  }, 60_000);
  afterAll(() => fleet.stop());

  const trade = async (token: string): Promise<string> => {
    const { body, headers } = await fleet.http().get('/.well-known/jwt').set('authorization', `Bearer ${token}`).expect(200);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 900 });
    expect(headers['cache-control']).toBe('no-store');
    return body.token as string;
  };
  const get = (token: string, path = '/site-minimal'): Promise<{ status: number; body: { code: string } }> =>
    fleet.http().get(path).set('authorization', `Bearer ${token}`);

  it('takes an API credential of the documented form, directly or traded for a JWT', async () => {
    expect(team.owner.token).toMatch(/^[0-9a-f-]{36}:[0-9a-f-]{36}:[A-Za-z0-9]{62}$/);
    expect((await get(team.owner.token)).status).toBe(200);
    const jwt = await trade(team.owner.token);
    expect(decodeProtectedHeader(jwt)).toMatchObject({ alg: 'RS256', kid: expect.any(String) });
    expect(decodeJwt(jwt)).toMatchObject({ sub: team.owner.userId, team: team.teamId, iss: fleet.url, aud: 'rosfleet' });
    expect((await get(jwt)).status).toBe(200);
    const { body } = await fleet.http().get('/.well-known/jwks.json').expect(200);
    expect(body.keys).toMatchObject([{ kty: 'RSA', use: 'sig', alg: 'RS256', kid: decodeProtectedHeader(jwt).kid }]);
    expect(body.keys[0]).not.toHaveProperty('d');
  });

  it('keeps no secret that could be read from the database', async () => {
    const [row] = await fleet.sql<Record<string, unknown>>('SELECT * FROM api_credential LIMIT 1');
    expect(JSON.stringify(row)).not.toContain(team.owner.token.split(':')[2]);
  });

  it('refuses every token that is not quite right', async () => {
    const [id, teamId, secret] = team.owner.token.split(':') as [string, string, string];
    const other = await fleet.team();
    const jwt = await trade(team.owner.token);
    const [header, payload, signature] = jwt.split('.') as [string, string, string];
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const { body: jwks } = await fleet.http().get('/.well-known/jwks.json');
    const pem = createPublicKey({ key: jwks.keys[0], format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
    const kid = jwks.keys[0].kid as string;
    const hmacWithPublicKey = await new SignJWT({ team: team.teamId })
      .setProtectedHeader({ alg: 'HS256', kid })
      .setSubject(team.owner.userId)
      .setIssuer(fleet.url)
      .setAudience('rosfleet')
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(pem));
    const bad = [
      '',
      `${id}:${teamId}:${secret.slice(0, -1)}`,
      `${id}:${teamId}:${secret}x`,
      `${id}:${other.teamId}:${secret}`,
      `${other.owner.token.split(':')[0]}:${teamId}:${secret}`,
      `${id}:${teamId}`,
      `${id}:${teamId}:${secret}:more`,
      `::`,
      `${encode({ alg: 'none', typ: 'JWT' })}.${payload}.`,
      `${encode({ alg: 'none', kid })}.${payload}.${signature}`,
      `${encode({ alg: 'RS256', kid: 'other' })}.${payload}.${signature}`,
      `${header}.${encode({ ...decodeJwt(jwt), exp: 9999999999 })}.${signature}`,
      `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
      hmacWithPublicKey,
      'a.b.c',
      'x'.repeat(8000),
    ];
    for (const token of bad) expect([(await get(token)).status, token.slice(0, 40)]).toEqual([401, token.slice(0, 40)]);
    expect((await fleet.http().get('/.well-known/jwt').set('authorization', `Bearer ${jwt}`)).status).toBe(401); // a token never mints a token
  });

  it('ends a credential at its expiry and at its revocation, and the JWTs that it was traded for with it', async () => {
    const identity = fleet.app.get(IdentityService);
    const { id, token } = await identity.createCredential(system, {
      teamId: team.teamId,
      userId: team.owner.userId,
      name: 'short',
      expiresAt: new Date(fleet.clock.now() + 60_000),
    });
    expect((await get(token)).status).toBe(200);
    await fleet.clock.advance(61_000);
    expect((await get(token)).status).toBe(401);
    const lasting = await identity.createCredential(system, { teamId: team.teamId, userId: team.owner.userId, name: 'revoked' });
    const jwt = await trade(lasting.token);
    expect((await get(jwt)).status).toBe(200);
    await identity.revokeCredential(system, lasting.id);
    expect((await get(lasting.token)).status).toBe(401);
    expect((await get(jwt)).status).toBe(401);
    expect(id).toEqual(expect.any(String));
  });

  it('lets a role do what its scopes say and no more, from the next request on', async () => {
    const member = await fleet.member(team, 'member');
    await member.get('/site').expect(200);
    const refused = await member.post('/site', { name: 'x' }).expect(403);
    expect(refused.body).toMatchObject({
      code: 'scope_missing',
      type: 'permission_error',
      message: expect.stringContaining('site:update'),
    });
    await fleet.app.get(IdentityService).setRole(system, team.teamId, member.userId, 'administrator');
    await member.post('/site', { name: 'x' }).expect(201);
    await fleet.app.get(IdentityService).setRole(system, team.teamId, member.userId, 'member');
    await member.post('/site', { name: 'y' }).expect(403);
  });

  it('hears of a permission change that another process made', async () => {
    const member = await fleet.member(team, 'member');
    await member.get('/site').expect(200);
    await fleet.sql(`UPDATE app_user SET allow_login = false WHERE id = $1 RETURNING id`, [member.userId]);
    for (let tries = 0; tries < 50 && (await member.get('/site')).status !== 401; tries++) await new Promise((r) => setTimeout(r, 20));
    await member.get('/site').expect(401);
  });

  it('limits a credential to the scopes it was given, never beyond those of its creator', async () => {
    const narrow = await fleet.credential(team.teamId, team.owner.userId, ['site:view']);
    await narrow.get('/site').expect(200);
    await narrow.post('/runbook', { name: 'x' }).expect(403);
    const member = await fleet.member(team, 'member', ['site:view', 'site:update']);
    await member.post('/site', { name: 'x' }).expect(403);
    await expect(fleet.credential(team.teamId, team.owner.userId, ['site:fly'])).rejects.toThrow(/Unknown scope site:fly/);
  });
});
