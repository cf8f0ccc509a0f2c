import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { SignInFlow } from '../../src/modules/identity/sign-in/sign-in-flow.js';
import { IdentityService } from '../../src/modules/identity/index.js';
import { RequestContext, type UserId } from '../../src/platform/context/index.js';
import { CookieBrowser } from './support/browser.js';
import { Fleet } from './support/fleet.js';
import { ForeignIssuer, type ForeignPerson, type Lie } from './support/foreign-issuer.js';

const system = RequestContext.system('test');
const TENANT = 'aaaabbbb-0000-4ccc-8111-dddd2222eeee';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

interface Begun {
  readonly browser: CookieBrowser;
  readonly uid: string;
}

/** Of a page: browsers get no JSON. */
const headingOf = (page: string): string | undefined => /<h1[^>]*>([^<]+)<\/h1>/.exec(page)?.[1];

describe('signing in with another OpenID provider', () => {
  let fleet: Fleet;
  let foreign: ForeignIssuer;
  let entra: ForeignIssuer;
  let people = 0;

  beforeAll(async () => {
    foreign = await ForeignIssuer.start();
    entra = await ForeignIssuer.start(`/${TENANT}/v2.0`);
    const providers = [
      foreign.entry({ name: 'Foreign' }),
      foreign.entry({ id: 'narrow', email_domains: ['example.org'] }),
      entra.entry({ id: 'entra', kind: 'microsoft', tenant_id: TENANT }),
    ];
    fleet = await Fleet.start({ IDENTITY_PROVIDERS: JSON.stringify(providers) });
    for (const issuer of [foreign, entra]) issuer.register(`${fleet.url}/callback`);
  }, 60_000);
  afterAll(async () => {
    await fleet.stop();
    await Promise.all([foreign.stop(), entra.stop()]);
  });
  afterEach(() => {
    for (const issuer of [foreign, entra]) Object.assign(issuer, { lie: undefined, isDown: false, person: undefined });
  });

  /** An application sends a browser here to sign in. */
  const begin = async (browser = new CookieBrowser(), more: Record<string, string> = {}): Promise<Begun> => {
    const query = new URLSearchParams({
      ...{ client_id: 'rosfleet-portal', redirect_uri: `${fleet.url}/app/callback`, response_type: 'code', scope: 'openid' },
      ...{ code_challenge: CHALLENGE, code_challenge_method: 'S256', state: 's', ...more },
    });
    const { location } = await browser.get(`${fleet.url}/authorize?${query.toString()}`);
    return { browser, uid: new URL(location).pathname.split('/')[2]! };
  };
  const toProvider = ({ browser, uid }: Begun, provider = 'foreign'): Promise<string> =>
    browser.follow(`${fleet.url}/sign-in/${uid}/with/${provider}`, `${fleet.url}/callback`);
  const back = async ({ browser }: Begun, callback: string): Promise<string> => {
    const { status, location, text } = await browser.get(callback);
    if (status !== 303) return `${status} ${headingOf(text)}`;
    return location.slice(fleet.url.length);
  };
  const attempt = async (person: ForeignPerson | undefined, options: { provider?: string; lie?: Lie } = {}): Promise<[string, Begun]> => {
    const issuer = options.provider === 'entra' ? entra : foreign;
    Object.assign(issuer, { person, lie: options.lie });
    const begun = await begin();
    const outcome = await back(begun, await toProvider(begun, options.provider));
    return [outcome.replace(`/sign-in/${begun.uid}`, ''), begun];
  };
  const userOf = async ({ uid }: Begun): Promise<{ step: string; id?: UserId; email?: string }> => {
    const { step, user } = await fleet.app.get(SignInFlow).progress(system, uid);
    return { step, id: user?.id, email: user?.email };
  };
  const somebody = (more: Record<string, unknown> = {}): ForeignPerson => {
    const n = ++people;
    return { sub: `foreign-${n}`, email: `Foreign${n}@Example.net`, email_verified: true, name: `Foreign ${n}`, ...more };
  };
  const createUser = (email: string, password?: string): Promise<UserId> =>
    fleet.app.get(IdentityService).createUser(system, { email, name: 'Local', password });

  it('registers somebody new with name, portrait and a personal team, and knows them by the subject from then on', async () => {
    const person = somebody({ picture: 'https://pictures.example.net/1.png' });
    const [outcome, first] = await attempt(person);
    expect(outcome).toBe('');
    const user = await userOf(first);
    expect(user).toMatchObject({ step: 'done', email: (person['email'] as string).toLowerCase() });
    const [row] = await fleet.sql(
      `SELECT name, picture, idp, password_hash, personal_team_id, email_verified_at FROM app_user WHERE id = $1`,
      [user.id],
    );
    expect(row).toMatchObject({
      ...{ name: person['name'], picture: person['picture'], idp: 'local', password_hash: null },
      ...{ personal_team_id: expect.any(String), email_verified_at: expect.any(Date) },
    });
    const [, second] = await attempt({ ...person, email: 'moved@example.net', email_verified: false });
    expect((await userOf(second)).id).toBe(user.id);
  });

  it('registers somebody once who comes twice at the same time', async () => {
    foreign.person = somebody();
    const both = [await begin(), await begin()];
    const callbacks = [await toProvider(both[0]!), await toProvider(both[1]!)];
    const outcomes = await Promise.all(both.map((begun, i) => back(begun, callbacks[i]!)));
    expect(outcomes).toEqual(both.map(({ uid }) => `/sign-in/${uid}`));
    expect((await userOf(both[0]!)).id).toBe((await userOf(both[1]!)).id);
  });

  it('finishes the sign-in at the provider of this server: the application gets its code', async () => {
    const [, { uid }] = await attempt(somebody());
    expect(await fleet.app.get(SignInFlow).finish(system, uid)).toMatchObject({ amr: ['fed'] });
  });

  it('asks the provider with PKCE, state, nonce and the one redirect URI, and trades the code with them', async () => {
    const { browser, uid } = await begin(undefined, { prompt: 'login' });
    const { location, headers } = await browser.get(`${fleet.url}/sign-in/${uid}/with/foreign`);
    const query = Object.fromEntries(new URL(location).searchParams);
    expect(query).toEqual({
      ...{ client_id: foreign.clientId, redirect_uri: `${fleet.url}/callback`, scope: 'openid email profile', response_type: 'code' },
      ...{
        code_challenge_method: 'S256',
        code_challenge: expect.stringMatching(/^[\w-]{43}$/),
        nonce: expect.stringMatching(/^[\w-]{43}$/),
      },
      ...{ state: expect.stringMatching(/^[\w-]{43}\.[\w-]{43}$/), prompt: 'login' },
    });
    expect(headers.get('set-cookie')).toMatch(/^rosfleet_federated=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=1800$/);
    expect(headers.get('cache-control')).toBe('no-store');
    const stored = await fleet.sql<{ row: string }>(`SELECT row_to_json(r)::text AS row FROM oidc_record r WHERE model = 'FederatedLogin'`);
    for (const { row } of stored) expect(row).not.toContain(query['nonce']);
  });

  it('links an account whose owner verified the same address, and tells them', async () => {
    const person = somebody();
    const id = await createUser((person['email'] as string).toLowerCase(), 'Correct-Horse-7');
    const [outcome, begun] = await attempt(person);
    expect([outcome, (await userOf(begun)).id]).toEqual(['', id]);
    const mail = await fleet.mail((person['email'] as string).toLowerCase(), 'identity-linked');
    expect(mail.text).toContain('Foreign');
    await attempt(person);
    expect(await fleet.mails((person['email'] as string).toLowerCase(), 'identity-linked')).toHaveLength(1);
  });

  it('still asks for the second factor of the account', async () => {
    const person = somebody();
    const id = await createUser((person['email'] as string).toLowerCase());
    await fleet.sql(`INSERT INTO two_factor (user_id, sealed_secret, confirmed_at) VALUES ($1, 'x', now()) RETURNING user_id`, [id]);
    const [, begun] = await attempt(person);
    expect(await userOf(begun)).toMatchObject({ step: 'second-factor', id });
  });

  it.each<[string, Record<string, unknown>]>([
    ['says that the address is not verified', { email_verified: false }],
    ['says nothing of that', { email_verified: undefined }],
    ['says it in another type', { email_verified: 'true' }],
    ['gives no address', { email: undefined }],
    ['gives something that is none', { email: 'root\r\nbcc: x@example.net' }],
  ])('takes no address when the provider %s, whether or not it has an account', async (_, claims) => {
    const person = somebody(claims);
    if (typeof claims['email'] !== 'string') await createUser(`${person.sub}@example.net`);
    expect((await attempt(person))[0]).toBe('?problem=email_unverified');
    expect(await fleet.sql(`SELECT FROM linked_identity WHERE subject = $1`, [person.sub])).toEqual([]);
  });

  it('does not link an account that somebody made with the address and never verified', async () => {
    const person = somebody();
    const id = await createUser((person['email'] as string).toLowerCase(), 'Correct-Horse-7');
    await fleet.sql(`UPDATE app_user SET email_verified_at = NULL WHERE id = $1 RETURNING id`, [id]);
    expect((await attempt(person))[0]).toBe('?problem=account_unverified');
    expect(await fleet.sql(`SELECT FROM linked_identity WHERE user_id = $1`, [id])).toEqual([]);
  });

  it('refuses an account that may not sign in, linked or not', async () => {
    const [linked, unlinked] = [somebody(), somebody()];
    const [, begun] = await attempt(linked);
    const ids = [(await userOf(begun)).id, await createUser((unlinked['email'] as string).toLowerCase())];
    await fleet.sql(`UPDATE app_user SET allow_login = false WHERE id = ANY($1) RETURNING id`, [ids]);
    for (const person of [linked, unlinked]) expect((await attempt(person))[0]).toBe('?problem=not_allowed');
  });

  it('takes addresses of the configured domains only', async () => {
    expect((await attempt(somebody(), { provider: 'narrow' }))[0]).toBe('?problem=email_unverified');
    expect((await attempt(somebody({ email: 'a@sub.example.org' }), { provider: 'narrow' }))[0]).toBe('?problem=email_unverified');
    expect((await attempt(somebody({ email: 'a@example.org' }), { provider: 'narrow' }))[0]).toBe('');
  });

  it.each<[string, Lie]>([
    ['with another nonce', (c) => ({ claims: { ...c, nonce: 'other' } })],
    ['without a nonce', ({ nonce: _, ...claims }) => ({ claims })],
    ['for another client', (c) => ({ claims: { ...c, aud: 'other' } })],
    ['for several clients, authorized for another', (c) => ({ claims: { ...c, aud: [c['aud'], 'other'], azp: 'other' } })],
    ['of another issuer', (c) => ({ claims: { ...c, iss: 'https://accounts.google.com' } })],
    ['without a subject', ({ sub: _, ...claims }) => ({ claims })],
    ['that has expired', (c) => ({ claims: { ...c, exp: Math.floor(fleet.clock.now() / 1000) - 60 } })],
    ['that is not valid yet', (c) => ({ claims: { ...c, nbf: Math.floor(fleet.clock.now() / 1000) + 3600 } })],
    ['without a signature', (claims) => ({ claims, sign: 'none' })],
    ['signed with another key', (claims) => ({ claims, sign: 'other-key' })],
  ])('refuses an ID token %s', async (_, lie) => {
    const person = somebody();
    expect((await attempt(person, { lie }))[0]).toBe('?problem=failed');
    expect(await fleet.sql(`SELECT FROM app_user WHERE email = $1`, [(person['email'] as string).toLowerCase()])).toEqual([]);
  });

  it('takes an ID token that was signed anew and not changed: what is refused above is refused for what it says', async () => {
    expect((await attempt(somebody(), { lie: (claims) => ({ claims }) }))[0]).toBe('');
  });

  it('takes an answer once, and only in the browser that asked', async () => {
    foreign.person = somebody();
    const victim = await begin();
    const callback = await toProvider(victim);
    const thief = await begin();
    await thief.browser.get(`${fleet.url}/sign-in/${thief.uid}/with/foreign`);
    expect(await back(thief, callback)).toBe('403 This sign-in has expired');
    expect(await back({ ...victim, browser: new CookieBrowser() }, callback)).toBe('403 This sign-in has expired');
    expect((await userOf(victim)).step).toBe('password');
    expect(await back(victim, callback)).toBe(`/sign-in/${victim.uid}`);
    expect(await back(victim, callback)).toBe(`/sign-in/${victim.uid}?problem=expired`);
  });

  it('keeps two sign-ins of one browser apart', async () => {
    const browser = new CookieBrowser();
    const [first, second] = [await begin(browser), await begin(browser)];
    foreign.person = somebody();
    const [a, b] = [await toProvider(first), await toProvider(second)];
    expect([await back(second, b), await back(first, a)]).toEqual([`/sign-in/${second.uid}`, `/sign-in/${first.uid}`]);
  });

  it('does not take a state that is altered, repeated, expired or missing, nor a code of another sign-in', async () => {
    foreign.person = somebody();
    const begun = await begin();
    const url = new URL(await toProvider(begun));
    const state = url.searchParams.get('state')!;
    const withState = (value: string): string => {
      const copy = new URL(url);
      copy.searchParams.set('state', value);
      return copy.href;
    };
    const [id, mac] = state.split('.') as [string, string];
    for (const bad of ['', id, `${id}.`, `${mac}.${id}`, `${state}.x`, `${id.slice(1)}A.${mac}`])
      expect([bad, await back(begun, withState(bad))]).toEqual([bad, '403 This sign-in has expired']);
    expect(await back(begun, `${url.href}&state=${state}`)).toBe('403 This sign-in has expired');
    expect(await back(begun, `${fleet.url}/callback`)).toBe('403 This sign-in has expired');
    const other = await begin(begun.browser);
    const otherCode = new URL(await toProvider(other)).searchParams.get('code')!;
    const mixed = new URL(url);
    mixed.searchParams.set('code', otherCode);
    expect(await back(begun, mixed.href)).toBe(`/sign-in/${begun.uid}?problem=failed`);
    const late = await begin();
    const lateCallback = await toProvider(late);
    await fleet.clock.advance(601_000);
    expect(await back(late, lateCallback)).toBe(`/sign-in/${late.uid}?problem=expired`);
    await fleet.clock.advance(1_200_000);
    expect(await back(late, lateCallback)).toBe('403 This sign-in has expired');
  });

  it('refuses an answer that names another issuer (RFC 9207), or none', async () => {
    for (const iss of ['https://evil.example', undefined]) {
      foreign.person = somebody();
      const begun = await begin();
      const url = new URL(await toProvider(begun));
      if (iss) url.searchParams.set('iss', iss);
      else url.searchParams.delete('iss');
      expect(await back(begun, url.href)).toBe(`/sign-in/${begun.uid}?problem=failed`);
    }
  });

  it('begins for the browser with that very sign-in alone, and for configured providers', async () => {
    const begun = await begin();
    const stranger = new CookieBrowser();
    const codeOf = async (browser: CookieBrowser, path: string): Promise<string> => {
      const { status, text } = await browser.get(`${fleet.url}${path}`);
      return `${status} ${headingOf(text)}`;
    };
    expect(await codeOf(stranger, `/sign-in/${begun.uid}/with/foreign`)).toBe('403 This sign-in has expired');
    expect(await codeOf(begun.browser, `/sign-in/${begun.uid}x/with/foreign`)).toBe('403 This sign-in has expired');
    expect(await codeOf(begun.browser, `/sign-in/${begun.uid}/with/nobody`)).toBe('404 There is nothing here');
  });

  it('says when the person cancelled and when the provider is down, and nothing more', async () => {
    expect((await attempt(undefined))[0]).toBe('?problem=cancelled');
    foreign.person = somebody();
    const begun = await begin();
    const callback = await toProvider(begun);
    foreign.isDown = true;
    expect(await back(begun, callback)).toBe(`/sign-in/${begun.uid}?problem=unavailable`);
    expect(fleet.log.join('')).not.toContain(foreign.clientSecret);
  });

  describe('Microsoft Entra', () => {
    const employee = (more: Record<string, unknown> = {}): ForeignPerson => somebody({ tid: TENANT, email_verified: undefined, ...more });

    it('takes an address that the tenant owns or that Entra verified', async () => {
      for (const claims of [{ xms_edov: true }, { xms_edov: '1' }]) {
        const [outcome, begun] = await attempt(employee(claims), { provider: 'entra' });
        expect(outcome).toBe('');
        const { id } = await userOf(begun);
        expect(await fleet.sql(`SELECT idp FROM app_user WHERE id = $1`, [id])).toEqual([{ idp: 'azure' }]);
      }
      const person = employee();
      expect((await attempt({ ...person, verified_primary_email: [person['email']] }, { provider: 'entra' }))[0]).toBe('');
    });

    it('does not believe the claim email alone, nor email_verified, which a tenant can write', async () => {
      for (const claims of [
        {},
        { email_verified: true },
        { xms_edov: false },
        { xms_edov: 0 },
        { verified_primary_email: ['other@example.net'] },
      ])
        expect((await attempt(employee(claims), { provider: 'entra' }))[0]).toBe('?problem=email_unverified');
    });

    it('takes people of its tenant only', async () => {
      const stranger = employee({ tid: '9188040d-6c67-4c5b-b112-36a304b66dad', xms_edov: true });
      expect((await attempt(stranger, { provider: 'entra' }))[0]).toBe('?problem=failed');
      expect((await attempt(employee({ tid: undefined, xms_edov: true }), { provider: 'entra' }))[0]).toBe('?problem=failed');
    });
  });
});
