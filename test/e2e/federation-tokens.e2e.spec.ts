import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createSecretKey } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import { IdentityService } from '../../src/modules/identity/index.js';
import { newId, RequestContext, type UserId } from '../../src/platform/context/index.js';
import { Fleet, type Team } from './support/fleet.js';
import { ForeignIssuer } from './support/foreign-issuer.js';

const system = RequestContext.system('test');
const AUDIENCE = 'https://fleet.example.net';

type Claims = Record<string, unknown>;

describe('an access token of an external issuer', () => {
  let fleet: Fleet;
  let team: Team;
  let foreign: ForeignIssuer;
  let fixed: ForeignIssuer;
  let people = 0;

  beforeAll(async () => {
    foreign = await ForeignIssuer.start();
    fixed = await ForeignIssuer.start();
    const issuers = [
      { issuer: foreign.url, audience: [AUDIENCE, 'another'] },
      {
        issuer: fixed.url,
        audience: AUDIENCE,
        jwks_uri: `${fixed.url}/jwks`,
        email_claim: 'https://fleet.example/email',
        algorithms: ['RS256'],
      },
    ];
    fleet = await Fleet.start({ EXTERNAL_ISSUERS: JSON.stringify(issuers), IDENTITY_PROVIDERS: JSON.stringify([foreign.entry()]) });
    for (const issuer of [foreign, fixed]) issuer.register(`${fleet.url}/callback`);
    team = await fleet.team();
  }, 60_000);
  afterAll(async () => {
    await fleet.stop();
    await Promise.all([foreign.stop(), fixed.stop()]);
  });
  afterEach(() => {
    for (const issuer of [foreign, fixed]) issuer.isDown = false;
    jest.restoreAllMocks();
  });

  const seconds = (offset: number): number => Math.floor(fleet.clock.now() / 1000) + offset;
  const claimsOf = (more: Claims = {}, issuer = foreign): Claims => ({
    ...{ iss: issuer.url, aud: AUDIENCE, sub: `auth0|${++people}`, exp: seconds(600), iat: seconds(0) },
    ...more,
  });
  const get = (token: string, path = '/site-minimal'): Promise<{ status: number; body: { code: string; message: string } }> =>
    fleet.http().get(path).set('authorization', `Bearer ${token}`);
  const member = async (email: string): Promise<UserId> => {
    const identity = fleet.app.get(IdentityService);
    const id = await identity.createUser(system, { email, name: 'Member' });
    await identity.addMember(system, team.teamId, id, 'member');
    return id;
  };
  const linkTo = (userId: UserId, sub: unknown, issuer = foreign.url): Promise<unknown> =>
    fleet.sql(`INSERT INTO linked_identity (id, user_id, issuer, subject) VALUES ($1, $2, $3, $4) RETURNING id`, [
      newId(),
      userId,
      issuer,
      sub,
    ]);
  const linked = async (): Promise<Claims> => {
    const claims = claimsOf();
    await linkTo(await member(`linked${people}@example.net`), claims['sub']);
    return claims;
  };

  it('is worth what the roles of its person say', async () => {
    const token = await foreign.token(await linked());
    expect((await get(token)).status).toBe(200);
    const refused = await fleet.http().post('/runbook').set('authorization', `Bearer ${token}`).send({ name: 'x' });
    expect(refused.body).toMatchObject({ code: 'scope_missing' });
  });

  it('finds its person by an address that both sides verified, links them, and tells them', async () => {
    const id = await member('both@example.net');
    const claims = claimsOf({ email: 'Both@Example.net', email_verified: true });
    expect((await get(await foreign.token(claims))).status).toBe(200);
    expect(await fleet.sql(`SELECT issuer, subject FROM linked_identity WHERE user_id = $1`, [id])).toEqual([
      { issuer: foreign.url, subject: claims['sub'] },
    ]);
    expect((await get(await foreign.token({ ...claims, email: undefined }))).status).toBe(200);
    await fleet.mail('both@example.net', 'identity-linked');
  });

  it('is linked once when many requests come at once', async () => {
    await member('crowd@example.net');
    const token = await foreign.token(claimsOf({ email: 'crowd@example.net', email_verified: true }));
    const answers = await Promise.all(Array.from({ length: 8 }, () => get(token)));
    expect(answers.map((a) => a.status)).toEqual(Array(8).fill(200));
  });

  it('reads the address from the claim that was configured', async () => {
    const id = await member('custom@example.net');
    const email = 'custom@example.net';
    const plain = claimsOf({ email, email_verified: true }, fixed);
    expect((await get(await fixed.token(plain))).status).toBe(401);
    const own = claimsOf({ 'https://fleet.example/email': email, 'https://fleet.example/email_verified': true }, fixed);
    expect((await get(await fixed.token(own))).status).toBe(200);
    expect(await fleet.sql(`SELECT FROM linked_identity WHERE user_id = $1`, [id])).toHaveLength(1);
  });

  it('never makes an account, and never takes one by an address that a side did not verify', async () => {
    const id = await member('unverified@example.net');
    await fleet.sql(`UPDATE app_user SET email_verified_at = NULL WHERE id = $1 RETURNING id`, [id]);
    await member('careless@example.net');
    for (const claims of [
      { email: 'nobody@example.net', email_verified: true },
      { email: 'unverified@example.net', email_verified: true },
      { email: 'careless@example.net', email_verified: false },
      { email: 'careless@example.net', email_verified: 'true' },
      { email: 'careless@example.net' },
    ]) {
      const { status, body } = await get(await foreign.token(claimsOf(claims)));
      expect([status, body.code]).toEqual([401, 'unauthenticated']);
    }
    expect(await fleet.sql(`SELECT FROM app_user WHERE email = 'nobody@example.net'`)).toEqual([]);
  });

  it('is refused when anything about it is not right', async () => {
    const claims = await linked();
    const right = await foreign.token(claims);
    expect((await get(right)).status).toBe(200);
    const { n } = foreign.publicKey;
    const shared = createSecretKey(Buffer.from(n!));
    const bad: Record<string, string> = {
      'another audience': await foreign.token({ ...claims, aud: 'https://other.example.net' }),
      'no audience': await foreign.token({ ...claims, aud: undefined }),
      'our audience': await foreign.token({ ...claims, aud: 'rosfleet' }),
      expired: await foreign.token({ ...claims, exp: seconds(-10) }),
      'no end': await foreign.token({ ...claims, exp: undefined }),
      'not yet': await foreign.token({ ...claims, nbf: seconds(60) }),
      'no subject': await foreign.token({ ...claims, sub: undefined }),
      'empty subject': await foreign.token({ ...claims, sub: '' }),
      'ID token of Keycloak': await foreign.token({ ...claims, typ: 'ID' }),
      'refresh token of Keycloak': await foreign.token({ ...claims, typ: 'Refresh' }),
      'ID token': await foreign.token({ ...claims, at_hash: 'x' }),
      'logout token': await foreign.token(claims, { typ: 'logout+jwt' }),
      'bound to a key': await foreign.token({ ...claims, cnf: { jkt: 'x' } }),
      'of another issuer, signed by this one': await foreign.token({ ...claims, iss: fixed.url }),
      'of another issuer, keys of its own': await fixed.token(claims),
      'of nobody we know': await foreign.token({ ...claims, iss: 'https://evil.example' }),
      'of us, signed by them': await foreign.token({
        ...claims,
        iss: fleet.url,
        aud: 'rosfleet',
        session: newId(),
        sub: team.owner.userId,
      }),
      'another key of the same name': await foreign.token(claims, { key: foreign.otherKey('foreign-1') }),
      'unknown key': await foreign.token(claims, { key: foreign.otherKey('unknown') }),
      'no signature': new UnsecuredJWT(claims).encode(),
      'public key as a shared secret': await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'foreign-1' }).sign(shared),
      'cut short': right.slice(0, -2),
      altered: right.replace(/\.([^.]+)\./, `.${Buffer.from(JSON.stringify({ ...claims, sub: 'x' })).toString('base64url')}.`),
    };
    for (const [what, token] of Object.entries(bad)) {
      const { status, body } = await get(token);
      expect([what, status, body.code]).toEqual([what, 401, 'unauthenticated']);
    }
  });

  it('stands only for what the issuer was configured for: its algorithms, and routes for people', async () => {
    const claims = claimsOf({}, fixed);
    await linkTo(await member('algorithms@example.net'), claims['sub'], fixed.url);
    expect((await get(await fixed.token(claims))).status).toBe(200);
    expect((await get(await fixed.token(claims, { alg: 'RS512' }))).status).toBe(401);
    expect((await get(await fixed.token(claims), '/.well-known/jwt')).status).toBe(401);
  });

  it('ends at once with the right to sign in, the role, or the link', async () => {
    const claims = await linked();
    const token = await foreign.token(claims);
    const eventually = async (status: number): Promise<void> => {
      for (let tries = 0; tries < 50 && (await get(token)).status !== status; tries++) await new Promise((r) => setTimeout(r, 20));
      expect((await get(token)).status).toBe(status);
    };
    const [{ id }] = (await fleet.sql(`SELECT user_id AS id FROM linked_identity WHERE subject = $1`, [claims['sub']])) as [{ id: UserId }];
    await eventually(200);
    await fleet.sql(`UPDATE app_user SET allow_login = false WHERE id = $1 RETURNING id`, [id]);
    await eventually(401);
    await fleet.sql(`UPDATE app_user SET allow_login = true WHERE id = $1 RETURNING id`, [id]);
    await eventually(200);
    await fleet.sql(`DELETE FROM membership WHERE user_id = $1 RETURNING id`, [id]);
    await eventually(403);
    await fleet.sql(`DELETE FROM linked_identity WHERE user_id = $1 RETURNING id`, [id]);
    await eventually(401);
  });

  it('asks for keys seldom, however many tokens name unknown ones, and takes up a new key after the rest', async () => {
    const claims = await linked();
    expect((await get(await foreign.token(claims))).status).toBe(200);
    const asked = (): number => foreign.requests.filter((r) => r.endsWith('/jwks')).length;
    const before = asked();
    const stranger = foreign.otherKey('stranger');
    await Promise.all(
      Array.from({ length: 10 }, async () => expect((await get(await foreign.token(claims, { key: stranger }))).status).toBe(401)),
    );
    expect(asked() - before).toBeLessThanOrEqual(1);
    foreign.rotateKeys('foreign-2');
    const token = await foreign.token(claims);
    expect((await get(token)).status).toBe(401);
    const real = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => real() + 31_000); // the library reads the machine's clock
    expect((await get(token)).status).toBe(200);
  });

  it('works on with known keys while its issuer is down; unknown keys stay unknown', async () => {
    const claims = await linked();
    const token = await foreign.token({ ...claims, exp: seconds(200_000) });
    expect((await get(token)).status).toBe(200);
    foreign.isDown = true;
    const real = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => real() + 3_600_000);
    expect((await get(token)).status).toBe(200);
    expect((await get(await foreign.token(claims, { key: foreign.otherKey('stranger') }))).status).toBe(401);
    const before = foreign.requests.length;
    expect((await get(token)).status).toBe(200);
    expect(foreign.requests.length).toBe(before); // it is given a rest
    await fleet.clock.advance(86_400_000 + 60_000);
    expect((await get(token)).status).toBe(503);
    foreign.isDown = false;
    await fleet.clock.advance(31_000);
    expect((await get(token)).status).toBe(200);
  });

  it('is neither right nor wrong while the keys of its issuer were never seen', async () => {
    const late = await ForeignIssuer.start();
    late.isDown = true;
    const other = await Fleet.start({ EXTERNAL_ISSUERS: JSON.stringify([{ issuer: late.url, audience: AUDIENCE }]) });
    try {
      const token = await late.token(claimsOf({ iss: late.url }));
      const { body } = await other.http().get('/site').set('authorization', `Bearer ${token}`).expect(503);
      expect(body).toMatchObject({ code: 'unavailable', message: expect.stringContaining('issuer') });
    } finally {
      await other.stop();
      await late.stop();
    }
  }, 60_000);

  describe('linked identities', () => {
    it('are listed and unlinked by their person, and by nobody else', async () => {
      const claims = await linked();
      const token = await foreign.token(claims);
      const http = fleet.http();
      const { body } = await http.get('/oauth/identities').set('authorization', `Bearer ${token}`).expect(200);
      expect(body).toEqual([
        { id: expect.any(String), issuer: foreign.url, subject: claims['sub'], provider: 'foreign', created_at: expect.any(String) },
      ]);
      const id = (body as { id: string }[])[0]!.id;
      const stranger = await fleet.person(team, 'owner');
      await stranger.delete(`/oauth/identities/${id}`).expect(404);
      await team.owner.get('/oauth/identities').expect(403); // an API credential
      const only = await http.delete(`/oauth/identities/${id}`).set('authorization', `Bearer ${token}`).expect(409);
      expect(only.body).toMatchObject({ code: 'only_way_to_sign_in', type: 'conflict_error' });
      await http.delete('/oauth/identities/x').set('authorization', `Bearer ${token}`).expect(404);
    });

    it('can all go but the last while there is no password, also when two go at once', async () => {
      const id = await member('two@example.net');
      for (const sub of ['two-a', 'two-b']) await linkTo(id, sub);
      await linkTo(id, 'two-c', 'https://gone.example'); // of no provider any more: no way to sign in
      const me = fleet.client(await fleet.session(id), team.teamId, id);
      const { body } = await me.get('/oauth/identities').expect(200);
      const ids = (body as { id: string; issuer: string }[]).filter((i) => i.issuer === foreign.url).map((i) => i.id);
      const answers = await Promise.all(ids.map((i) => me.delete(`/oauth/identities/${i}`)));
      expect(answers.map((a) => a.status).sort()).toEqual([204, 409]);
      await fleet.sql(`UPDATE app_user SET password_hash = 'x' WHERE id = $1 RETURNING id`, [id]);
      for (const { id } of (await me.get('/oauth/identities')).body as { id: string }[])
        await me.delete(`/oauth/identities/${id}`).expect(204);
      expect((await me.get('/oauth/identities')).body).toEqual([]);
    });
  });
});
