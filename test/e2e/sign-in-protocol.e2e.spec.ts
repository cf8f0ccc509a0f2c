import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createPublicKey } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, importJWK, type JWK, SignJWT } from 'jose';
import * as oidc from 'openid-client';
import { SigningKeys } from '../../src/modules/identity/access/signing-keys.js';
import { type Client, Fleet, type Team } from './support/fleet.js';
import { type Begun, enterPassword, PORTAL, RelyingParty, signIn, type Tokens, Visitor } from './support/visitor.js';

let fleet: Fleet;
let team: Team;
let party: RelyingParty;
let visitor: Visitor;
let person: Client;
let email: string;
let people = 0;

beforeAll(async () => {
  fleet = await Fleet.start({ PORTAL_URL: PORTAL });
  await fleet.clock.advance(Date.now() - fleet.clock.now()); // the provider and its clients go by the machine's clock
  team = await fleet.team();
  party = await RelyingParty.discover(fleet);
}, 60_000);
afterAll(() => fleet.stop());
beforeEach(async () => {
  await fleet.sql(`DELETE FROM sign_in_throttle RETURNING key`);
  email = `party${++people}@example.net`;
  person = await fleet.person(team, 'member', { email });
  visitor = new Visitor(fleet.url);
});

const api = async (token: string): Promise<number> => (await fleet.http().get('/userinfo').set('authorization', `Bearer ${token}`)).status;

const codeFor = async (begun: Begun): Promise<URL> => (await enterPassword(visitor, begun, email)).leftTo!;

const exchange = (fields: Record<string, string>): Promise<Response> =>
  fetch(`${fleet.url}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      ...{ grant_type: 'authorization_code', client_id: 'rosfleet-portal', redirect_uri: `${PORTAL}/callback`, ...fields },
    }).toString(),
  });

describe('the code flow with PKCE', () => {
  it('works with a standard library, from discovery to the API', async () => {
    const tokens = await signIn(party, visitor, email);
    expect(tokens.claims()).toMatchObject({ sub: person.userId, iss: fleet.url, aud: 'rosfleet-portal', email, email_verified: true });
    expect(decodeJwt(tokens.access_token)).toMatchObject({ sub: person.userId, aud: 'rosfleet', iss: fleet.url });
    expect(await api(tokens.access_token)).toBe(200);
    const info = await oidc.fetchUserInfo(party.config, tokens.access_token, person.userId);
    expect(info).toMatchObject({ sub: person.userId, email, name: 'Person' });
    expect(party.config.serverMetadata()).toMatchObject({
      ...{ issuer: fleet.url, authorization_endpoint: `${fleet.url}/authorize`, token_endpoint: `${fleet.url}/oauth/token` },
      ...{ code_challenge_methods_supported: ['S256'], response_types_supported: ['code'] },
    });
  });

  it('renews tokens, and takes each refresh token once: one that comes back ends the session', async () => {
    const first = await signIn(party, visitor, email);
    const second = await party.refresh(first.refresh_token!);
    expect(second.refresh_token).toBeTruthy();
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(await api(second.access_token)).toBe(200);
    await expect(party.refresh(first.refresh_token!)).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(party.refresh(second.refresh_token!)).rejects.toMatchObject({ error: 'invalid_grant' });
    for (const { access_token: token } of [first, second]) expect(await api(token)).toBe(401);
  });

  it('ends what a code brought when the code is used again', async () => {
    const begun = await party.begin();
    const code = (await codeFor(begun)).searchParams.get('code')!;
    const first = await exchange({ code, code_verifier: begun.verifier });
    const tokens = (await first.json()) as Tokens;
    expect(await api(tokens.access_token)).toBe(200);
    const second = await exchange({ code, code_verifier: begun.verifier });
    expect([second.status, await second.json()]).toMatchObject([400, { error: 'invalid_grant' }]);
    expect(await api(tokens.access_token)).toBe(401);
    await expect(party.refresh(tokens.refresh_token!)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('of two exchanges of a code at once lets one through at most, and its tokens end', async () => {
    const begun = await party.begin();
    const code = (await codeFor(begun)).searchParams.get('code')!;
    const both = await Promise.all([1, 2].map(() => exchange({ code, code_verifier: begun.verifier })));
    const good = both.filter((answer) => answer.status === 200);
    expect(good.length).toBeLessThanOrEqual(1);
    for (const answer of good) expect(await api(((await answer.json()) as Tokens).access_token)).toBe(401);
  });

  it('refuses a code without the verifier that it was asked with', async () => {
    for (const verifier of [undefined, oidc.randomPKCECodeVerifier(), 'short']) {
      const begun = await party.begin({ prompt: 'login' });
      const code = (await codeFor(begun)).searchParams.get('code')!;
      const answer = await exchange({ code, ...(verifier && { code_verifier: verifier }) });
      expect([verifier, answer.status]).toEqual([verifier, 400]);
    }
  });

  it('refuses a request without PKCE, or with the plain method', async () => {
    const { url } = await party.begin();
    const without = new URL(url);
    for (const name of ['code_challenge', 'code_challenge_method']) without.searchParams.delete(name);
    const plain = new URL(url);
    plain.searchParams.set('code_challenge_method', 'plain');
    for (const wrong of [without, plain]) {
      const answer = await visitor.open(wrong);
      expect(answer.leftTo?.searchParams.get('error')).toBe('invalid_request');
      expect(answer.leftTo?.searchParams.has('code')).toBe(false);
    }
  });

  it('binds a code to its client and its redirect URI', async () => {
    const begun = await party.begin();
    const code = (await codeFor(begun)).searchParams.get('code')!;
    expect((await exchange({ code, code_verifier: begun.verifier, redirect_uri: `${PORTAL}/silent-renew` })).status).toBe(400);
    const next = await party.begin({ prompt: 'login' });
    const other = (await codeFor(next)).searchParams.get('code')!;
    expect((await exchange({ code: other, code_verifier: next.verifier, client_id: 'rosfleet-pages' })).status).toBe(400);
  });
});

describe('a redirect URI that is almost the registered one', () => {
  it.each([
    `${PORTAL}/Callback`,
    `${PORTAL}/callback/`,
    `${PORTAL}/callback?next=1`,
    `${PORTAL}/callback#x`,
    `${PORTAL}/callback/../evil`,
    `${PORTAL}/%63allback`,
    PORTAL,
    'http://localhost:5174/callback',
    'https://localhost:5173/callback',
    'http://evil.localhost:5173/callback',
    'http://localhost:5173@evil.example.net/callback',
    'http://localhost:5173.evil.example.net/callback',
    'javascript:alert(1)',
    '//evil.example.net/callback',
  ])('%s leads nowhere', async (redirectUri) => {
    const answer = await visitor.open((await party.begin({ redirect_uri: redirectUri })).url);
    expect(answer.leftTo).toBeUndefined();
    expect([answer.status, answer.title]).toEqual([400, 'Error: The application asked for something that cannot be – rosfleet']);
    expect(answer.html).not.toMatch(/href="[^"]*evil/);
  });
});

describe('somebody who is signed in in the browser', () => {
  it('is signed in elsewhere without a question, and asked when the application wants that', async () => {
    const none = await party.begin({ prompt: 'none' });
    expect((await visitor.open(none.url)).leftTo?.searchParams.get('error')).toBe('login_required');
    await signIn(party, visitor, email);
    const silent = await visitor.open(none.url);
    expect((await party.redeem(none, silent.leftTo!)).claims()).toMatchObject({ sub: person.userId });
    const asked = await visitor.open((await party.begin({ prompt: 'login' })).url);
    expect(asked.title).toBe('Sign in – rosfleet');
    const fresh = await visitor.open((await party.begin({ max_age: '0' })).url);
    expect(fresh.title).toBe('Sign in – rosfleet');
    const relaxed = await visitor.open((await party.begin({ max_age: '3600' })).url);
    expect(relaxed.leftTo?.searchParams.get('code')).toBeTruthy();
  });

  it('is not once the account is closed, the password was reset, or the session was ended elsewhere', async () => {
    const silently = async (): Promise<string | null | undefined> =>
      (await visitor.open((await party.begin({ prompt: 'none' })).url)).leftTo?.searchParams.get('error');
    const tokens = await signIn(party, visitor, email);
    expect(await silently()).toBeNull();
    await person.delete('/oauth/sessions').expect(204);
    expect(await silently()).toBe('login_required');
    expect(await api(tokens.access_token)).toBe(401);
    await signIn(party, visitor, email);
    expect(await silently()).toBeNull();
    await fleet.sql(`UPDATE app_user SET allow_login = false WHERE id = $1 RETURNING id`, [person.userId]);
    expect(await silently()).toBe('login_required');
  });

  it('gives way to another person, after a word about it', async () => {
    const mine = await signIn(party, visitor, email);
    const other = `other${people}@example.net`;
    const { userId } = await fleet.person(team, 'member', { email: other });
    const begun = await party.begin({ prompt: 'login' });
    const told = await enterPassword(visitor, begun, other);
    expect(told.title).toBe('Somebody else is signed in – rosfleet');
    const back = await visitor.submit(told, { logout: 'yes' });
    expect((await party.redeem(begun, back.leftTo!)).claims()).toMatchObject({ sub: userId });
    expect(await api(mine.access_token)).toBe(401);
  });
});

describe('signing out', () => {
  it('ends session, tokens and the browser’s sign-in, and leads back to the application', async () => {
    const tokens = await signIn(party, visitor, email);
    const url = oidc.buildEndSessionUrl(party.config, {
      ...{ id_token_hint: tokens.id_token!, post_logout_redirect_uri: `${PORTAL}/`, state: 'bye' },
    });
    const asked = await visitor.open(url);
    expect(asked).toMatchObject({ status: 200, title: 'Sign out? – rosfleet' });
    expect(asked.headers.get('content-security-policy')).toContain(`form-action 'self' ${PORTAL};`);
    expect(await api(tokens.access_token)).toBe(200); // asked, not done
    const out = await visitor.submit(asked, { logout: 'yes' });
    expect(out.leftTo?.href).toBe(`${PORTAL}/?state=bye`);
    expect(await api(tokens.access_token)).toBe(401);
    await expect(party.refresh(tokens.refresh_token!)).rejects.toMatchObject({ error: 'invalid_grant' });
    expect((await visitor.open((await party.begin({ prompt: 'none' })).url)).leftTo?.searchParams.get('error')).toBe('login_required');
    expect((await visitor.open(url)).leftTo?.href).toBe(`${PORTAL}/?state=bye`); // nobody is signed in: nothing to ask
  });

  it('leads to no address that is not the application’s', async () => {
    const { id_token: hint } = await signIn(party, visitor, email);
    const evil = { post_logout_redirect_uri: 'https://evil.example.net/' };
    const refused = await visitor.open(oidc.buildEndSessionUrl(party.config, { id_token_hint: hint!, ...evil }));
    expect([refused.status, refused.leftTo]).toEqual([400, undefined]);
    const unasked = await visitor.open(`/oidc/logout?${new URLSearchParams(evil).toString()}`);
    const out = await visitor.submit(unasked, { logout: 'yes' });
    expect([out.leftTo, out.title]).toEqual([undefined, 'You are signed out – rosfleet']);
    expect((await new Visitor(fleet.url).open(`/v2/logout?returnTo=https://evil.example.net/`)).leftTo).toBeUndefined();
  });

  it('by revoking the refresh token ends the session too', async () => {
    const tokens = await signIn(party, visitor, email);
    await oidc.tokenRevocation(party.config, tokens.refresh_token!);
    await expect(party.refresh(tokens.refresh_token!)).rejects.toMatchObject({ error: 'invalid_grant' });
    expect(await api(tokens.access_token)).toBe(401);
  });
});

describe('signing keys', () => {
  const jwks = async (): Promise<JWK[]> => ((await (await fetch(`${fleet.url}/.well-known/jwks.json`)).json()) as { keys: JWK[] }).keys;

  it('are replaced while tokens of the one before stay good', async () => {
    const old = await signIn(party, visitor, email);
    await fleet.clock.advance(1000);
    await fleet.app.get(SigningKeys).rotate();
    const fresh = await party.refresh(old.refresh_token!);
    const kids = [old, fresh].map(({ access_token: token }) => decodeProtectedHeader(token).kid!);
    expect(new Set(kids).size).toBe(2);
    expect((await jwks()).map((key) => key.kid)).toEqual(expect.arrayContaining(kids));
    for (const { access_token: token } of [old, fresh]) expect(await api(token)).toBe(200);
    await signIn(await RelyingParty.discover(fleet), new Visitor(fleet.url), email);
  });

  it('alone make tokens: what is signed otherwise, or says something else, is refused', async () => {
    const { access_token: good } = await signIn(party, visitor, email);
    const claims = decodeJwt(good);
    const { kid } = decodeProtectedHeader(good);
    const { privateKey } = fleet.app.get(SigningKeys).current;
    const key = (await jwks()).find((k) => k.kid === kid)!;
    const pem = createPublicKey({ key: key as never, format: 'jwk' })
      .export({ type: 'spki', format: 'pem' })
      .toString();
    const now = Math.floor(fleet.clock.now() / 1000);
    const signed = (change: object, header: object = {}, secret: Parameters<SignJWT['sign']>[0] = privateKey): Promise<string> =>
      new SignJWT({ ...claims, ...change }).setProtectedHeader({ alg: 'RS256', kid, ...header }).sign(secret);
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const stranger = await importJWK({ kty: 'oct', k: encode({}) }, 'HS256');
    expect(await api(await signed({}))).toBe(200); // the way they are made here is right
    const bad: Record<string, string> = {
      'alg none': `${encode({ alg: 'none', kid })}.${encode(claims)}.`,
      'HS256 with the public key': await signed({}, { alg: 'HS256' }, new TextEncoder().encode(pem)),
      'HS256 with another key': await signed({}, { alg: 'HS256' }, stranger),
      'unknown key id': await signed({}, { kid: 'unknown' }),
      'another audience': await signed({ aud: 'rosfleet-portal' }),
      'another issuer': await signed({ iss: 'https://evil.example.net' }),
      'no issuer': await signed({ iss: undefined }),
      expired: await signed({ exp: now - 1 }),
      'without an end': await signed({ exp: undefined }),
      'from the future': await signed({ nbf: now + 60 }),
      'the ID token': (await signIn(party, new Visitor(fleet.url), email)).id_token!,
      'another session': await signed({ session: '00000000-0000-4000-8000-000000000000' }),
    };
    for (const [what, token] of Object.entries(bad)) expect([what, await api(token)]).toEqual([what, 401]);
  });

  it('make access tokens that end by themselves', async () => {
    const { access_token: token } = await signIn(party, visitor, email);
    expect(await api(token)).toBe(200);
    await fleet.clock.advance(3_700_000);
    expect(await api(token)).toBe(401);
  });
});
