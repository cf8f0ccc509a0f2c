import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateSync } from 'otplib';
import { IdentityService } from '../../src/modules/identity/index.js';
import { RequestContext } from '../../src/platform/context/index.js';
import { type Client, Fleet, type Team } from './support/fleet.js';
import { type Begun, enterPassword, PORTAL, RelyingParty, signIn, Visitor, type WebPage } from './support/visitor.js';

const PASSWORD = 'Correct-Horse-7';
const system = RequestContext.system('test');

let fleet: Fleet;
let team: Team;
let party: RelyingParty;
let visitor: Visitor;
let person: Client;
let email: string;
let begun: Begun;
let people = 0;

beforeAll(async () => {
  fleet = await Fleet.start({ PORTAL_URL: PORTAL });
  team = await fleet.team();
  party = await RelyingParty.discover(fleet);
}, 60_000);
afterAll(() => fleet.stop());
beforeEach(async () => {
  await fleet.clock.advance(3_600_000); // attempts of the test before no longer slow this one down
  await fleet.sql(`DELETE FROM sign_in_throttle RETURNING key`);
  email = `visitor${++people}@example.net`;
  person = await fleet.person(team, 'member', { email });
  visitor = new Visitor(fleet.url);
  begun = await party.begin();
});

const code = (secret: string): string => generateSync({ secret, epoch: Math.floor(fleet.clock.now() / 1000) });

async function enrol(): Promise<{ secret: string; recoveryCodes: string[] }> {
  await person.post('/oauth/2fa').expect(200);
  const { secretKey: secret } = (await person.get('/oauth/2fa-secret-key').expect(200)).body as { secretKey: string };
  const recoveryCodes = (await person.get('/oauth/2fa-recovery-codes').expect(200)).body as string[];
  await person.post('/oauth/confirm-2fa', { code: code(secret) }).expect(200);
  await fleet.clock.advance(60_000); // the code of the enrolment is spent
  return { secret, recoveryCodes };
}

describe('signing in', () => {
  it('leads from the application through the password back to it', async () => {
    const page = await visitor.open(begun.url);
    expect(page).toMatchObject({ status: 200, title: 'Sign in – rosfleet' });
    expect(new URL(page.url).pathname).toMatch(/^\/sign-in\/[\w-]{20,}$/);
    const back = await visitor.submit(page, { email: ` ${email.toUpperCase()} `, password: PASSWORD }, '/password');
    expect(back.leftTo?.origin).toBe(PORTAL);
    expect(back.leftTo?.searchParams.get('state')).toBe(begun.state);
    const tokens = await party.redeem(begun, back.leftTo!);
    expect(tokens.claims()).toMatchObject({ sub: person.userId, nonce: begun.nonce, email });
    await fleet.client(tokens.access_token, team.teamId, person.userId).get('/site').expect(200);
  });

  it('shows what was wrong on the page, with the address still there and the password not', async () => {
    const page = await visitor.open(begun.url);
    const wrong = await visitor.submit(page, { email, password: 'Wrong-Horse-7' }, '/password');
    expect(wrong).toMatchObject({ status: 401, title: 'Error: Sign in – rosfleet' });
    expect(wrong.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(wrong.text).toContain('The e-mail address or the password is wrong.');
    expect(wrong.html).toContain(`value="${email}"`);
    expect(wrong.html).not.toContain('Wrong-Horse-7');
    const noted = JSON.stringify(await fleet.sql(`SELECT * FROM audit_event WHERE endpoint = '/sign-in/:uid/password'`));
    expect(noted).toContain(email);
    for (const secret of ['Wrong-Horse-7', page.forms[0]!.fields['csrf']!]) expect(noted).not.toContain(secret);
    const empty = await visitor.submit(page, { email: 'nobody', password: '' }, '/password');
    expect(empty.status).toBe(422);
    expect(empty.text).toContain('Enter an e-mail address such as name@example.net. Enter your password.');
    for (const field of ['email', 'password']) {
      expect(empty.html).toContain(`<a href="#${field}">`);
      expect(empty.html).toMatch(
        new RegExp(`<input(?=[^>]* id="${field}")(?=[^>]* aria-invalid="true")(?=[^>]* aria-describedby="${field}-error")`),
      );
    }
    expect((await visitor.submit(wrong, { email, password: PASSWORD }, '/password')).leftTo?.searchParams.get('code')).toBeTruthy();
  });

  it('answers a stranger as it answers somebody with an account, at the same pace', async () => {
    const page = await visitor.open(begun.url);
    const body = (answer: WebPage, who: string): string => answer.html.replaceAll(who, 'X').replaceAll(/value="[\w-]{43}"/g, '');
    const times: Record<string, number[]> = { known: [], unknown: [] };
    for (let round = 0; round < 3; round++) {
      await fleet.sql(`DELETE FROM sign_in_throttle RETURNING key`);
      const answers: string[] = [];
      for (const [kind, who] of Object.entries({ known: email, unknown: `nobody${people}@example.net` })) {
        const start = performance.now();
        const answer = await visitor.submit(page, { email: who, password: 'Wrong-Horse-7' }, '/password');
        times[kind]!.push(performance.now() - start);
        answers.push(`${answer.status} ${body(answer, who)}`);
      }
      expect(answers[0]).toBe(answers[1]);
    }
    const median = (of: number[]): number => of.toSorted((a, b) => a - b)[1]!;
    // An argon2 that is left out would make it five times as fast or more.
    expect(median(times['unknown']!)).toBeGreaterThan(median(times['known']!) / 4);
  });

  it.each(['known', 'unknown'])('makes whoever guesses the password of an %s account wait', async (kind) => {
    const who = kind === 'known' ? email : `guess${people}@example.net`;
    const page = await visitor.open(begun.url);
    for (let n = 0; n < 6; n++) await visitor.submit(page, { email: who, password: `Guess-Horse-${n}` }, '/password');
    const limited = await visitor.submit(page, { email: who, password: PASSWORD }, '/password');
    expect(limited.status).toBe(429);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(limited.text).toMatch(/Too many attempts. Try again in \d+ (second|minute)s?\./);
    await fleet.clock.advance(Number(limited.headers.get('retry-after')) * 1000);
    if (kind === 'known') expect((await visitor.submit(limited, { email, password: PASSWORD }, '/password')).leftTo).toBeDefined();
  });

  it('belongs to the browser in which it began', async () => {
    const page = await visitor.open(begun.url);
    const other = new Visitor(fleet.url);
    const stranger = await other.open(page.url);
    expect(stranger).toMatchObject({ status: 403, title: 'Error: This sign-in has expired – rosfleet' });
    const stolen = await other.submit({ ...page }, { email, password: PASSWORD }, '/password');
    expect(stolen.status).toBe(403);
    expect((await visitor.open('/sign-in/no-such-sign-in')).status).toBe(403);
    await fleet.clock.advance(31 * 60_000);
    expect((await visitor.open(page.url)).title).toBe('Error: This sign-in has expired – rosfleet');
  });

  it('that is cancelled tells the application so', async () => {
    const back = await visitor.submit(await visitor.open(begun.url), {}, '/cancel');
    expect(back.leftTo?.searchParams.get('error')).toBe('access_denied');
    expect(back.leftTo?.searchParams.get('state')).toBe(begun.state);
  });

  it('is not for who may not', async () => {
    await fleet.sql(`UPDATE app_user SET allow_login = false WHERE id = $1 RETURNING id`, [person.userId]);
    expect((await enterPassword(visitor, begun, email)).status).toBe(401);
  });

  it('takes an address that the application proposes as text, whatever it holds', async () => {
    const hint = `"><script>alert(1)</script>@example.net`;
    const page = await visitor.open((await party.begin({ login_hint: hint })).url);
    expect(page.html).not.toContain('<script');
    expect(page.html).toContain('value="&quot;>&lt;script>alert(1)&lt;/script>@example.net"');
  });
});

describe('a second factor', () => {
  it('is asked for after the password, by code', async () => {
    const { secret } = await enrol();
    const asked = await enterPassword(visitor, begun, email);
    expect(asked).toMatchObject({ status: 200, title: 'Enter your code – rosfleet' });
    expect(asked.html).toMatch(/<input[^>]* autocomplete="one-time-code"/);
    const wrong = await visitor.submit(asked, { code: '000000' }, '/second-factor');
    expect(wrong).toMatchObject({ status: 401, title: 'Error: Enter your code – rosfleet' });
    const back = await visitor.submit(wrong, { code: code(secret) }, '/second-factor');
    const { access_token: token } = await party.redeem(begun, back.leftTo!);
    const sessions = (await fleet.client(token, team.teamId, person.userId).get('/oauth/sessions').expect(200)).body as unknown[];
    expect(sessions).toContainEqual(expect.objectContaining({ current: true, mfa_verified: true, client_id: 'rosfleet-portal' }));
    const again = await party.begin({ prompt: 'login' });
    const repeated = await visitor.submit(await enterPassword(visitor, again, email), { code: code(secret) }, '/second-factor');
    expect(repeated.status).toBe(401); // each code works once
  });

  it('may be a recovery code, once', async () => {
    const { recoveryCodes } = await enrol();
    const asked = await enterPassword(visitor, begun, email);
    const recovery = await visitor.open(`${asked.url}?factor=recovery`);
    expect(recovery.title).toBe('Use a recovery code – rosfleet');
    expect((await visitor.submit(recovery, { code: recoveryCodes[0]!.toUpperCase() }, '/recovery-code')).leftTo).toBeDefined();
    const again = await party.begin({ prompt: 'login' });
    const next = await enterPassword(visitor, again, email);
    const spent = await visitor.submit(await visitor.open(`${next.url}?factor=recovery`), { code: recoveryCodes[0]! }, '/recovery-code');
    expect(spent).toMatchObject({ status: 401, title: 'Error: Use a recovery code – rosfleet' });
  });

  it('cannot be gone around by asking for a later page', async () => {
    const { secret } = await enrol();
    const page = await visitor.open(begun.url);
    const uid = page.url.split('/').at(-1)!;
    const { csrf } = page.forms[0]!.fields as { csrf: string };
    expect((await visitor.post(`/sign-in/${uid}/second-factor`, { csrf, code: code(secret) })).status).toBe(403);
    expect((await visitor.post(`/sign-in/${uid}/new-password`, { csrf, password: 'Better-Battery-9' })).status).toBe(403);
    await visitor.submit(page, { email, password: PASSWORD }, '/password');
    const resumed = await visitor.open(`/authorize/${uid}`);
    expect(resumed.leftTo).toBeUndefined();
    expect(resumed.title).not.toBe('');
  });

  it('slows the guessing of codes down', async () => {
    await enrol();
    let page = await enterPassword(visitor, begun, email);
    for (let n = 0; n < 7; n++) page = await visitor.submit(page, { code: '000000' }, '/second-factor');
    expect(page.status).toBe(429);
    expect(page.text).toContain('Too many attempts.');
  });

  it('can be left for another account', async () => {
    await enrol();
    const asked = await enterPassword(visitor, begun, email);
    expect(asked.text).toContain(email);
    expect(await visitor.submit(asked, {}, '/again')).toMatchObject({ status: 200, title: 'Sign in – rosfleet' });
  });
});

describe('a password that was handed out', () => {
  it('opens nothing until its person has chosen another one', async () => {
    const identity = fleet.app.get(IdentityService);
    const address = `temporary${people}@example.net`;
    await identity.createUser(system, { email: address, name: 'New', password: PASSWORD, mustChangePassword: true });
    const asked = await enterPassword(visitor, begun, address);
    expect(asked.title).toBe('Choose a new password – rosfleet');
    const weak = await visitor.submit(asked, { password: 'password' }, '/new-password');
    expect(weak).toMatchObject({ status: 422, title: 'Error: Choose a new password – rosfleet' });
    expect(weak.text).toContain('Password must have 8 to 256 characters');
    expect((await visitor.submit(weak, { password: PASSWORD }, '/new-password')).status).toBe(422);
    const back = await visitor.submit(weak, { password: 'Better-Battery-9' }, '/new-password');
    expect((await party.redeem(begun, back.leftTo!)).access_token).toBeTruthy();
    await signIn(party, new Visitor(fleet.url), address, 'Better-Battery-9');
  });
});

describe('every form', () => {
  it('is taken only from the browser that was shown it, on our own pages', async () => {
    const page = await visitor.open(begun.url);
    const form = page.forms[0]!;
    const fields: Record<string, string> = { ...form.fields, email, password: PASSWORD };
    const refused = async (given: Record<string, string>, headers: Record<string, string> = {}): Promise<void> => {
      const answer = await visitor.post(form.action, given, headers);
      expect([answer.status, answer.title]).toEqual([403, 'Error: We could not accept this form – rosfleet']);
    };
    const { csrf: _, ...without } = fields;
    await refused(without);
    await refused({ ...fields, csrf: '' });
    await refused({ ...fields, csrf: `${fields.csrf!.slice(0, -4)}AAAA` });
    const elsewhere = (await new Visitor(fleet.url).open('/register')).forms[0]!.fields['csrf']!;
    await refused({ ...fields, csrf: elsewhere });
    for (const site of ['cross-site', 'same-site']) await refused(fields, { 'sec-fetch-site': site });
    await refused(fields, { origin: 'https://evil.example.net' });
    expect((await visitor.post(form.action, fields, { origin: fleet.url })).leftTo).toBeDefined();
  });

  it('is refused with fields it does not have, of another type, or of an enormous size, on a page', async () => {
    const page = await visitor.open(begun.url);
    const { action, fields } = page.forms[0]!;
    const unknown = await visitor.post(action, { ...fields, email, password: PASSWORD, admin: 'true' });
    expect(unknown.status).toBe(422);
    expect(unknown.text).toContain('Admin is not a field of this operation.');
    const huge = await visitor.post(action, { ...fields, email, password: 'x'.repeat(20_000) });
    expect([huge.status, huge.headers.get('content-type')]).toEqual([413, 'text/html; charset=utf-8']);
    const json = await visitor.open(action, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
    expect([json.status, json.headers.get('content-type')]).toEqual([415, 'text/html; charset=utf-8']);
    const twice = await visitor.open(action, {
      method: 'POST',
      body: `${new URLSearchParams(fields).toString()}&email=a@example.net&email=b@example.net&password=x`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(twice.status).toBe(422);
  });
});

describe('every page', () => {
  it('loads, frames and keeps nothing, and lets its forms go to the application alone', async () => {
    const pages = [await visitor.open(begun.url), await visitor.open('/register'), await visitor.open('/forgot-password')];
    pages.push(await visitor.open('/sign-in/unknown'), await visitor.open('/invitations/unknown-invitation'));
    pages.push(await visitor.open('/verify-email/x'), await visitor.open('/reset-password/x'));
    pages.push(await visitor.open('/authorize?client_id=nobody'), await visitor.open('/oidc/logout/success'));
    for (const { headers, html, url } of pages) {
      expect([url, headers.get('content-type')]).toEqual([url, 'text/html; charset=utf-8']);
      const policy = headers.get('content-security-policy')!;
      expect(policy).toMatch(
        /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'[^;]*; frame-ancestors 'none'; base-uri 'none'$/,
      );
      expect(headers.get('cache-control')).toMatch(/no-store/);
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('strict-transport-security')).toBeNull(); // plain http here
      expect(html).toMatch(/^<!doctype html><html lang="en">/);
      expect(html).not.toContain('<script');
    }
    expect(pages[0]!.headers.get('content-security-policy')).toContain(`form-action 'self' ${PORTAL};`);
    expect(pages[1]!.headers.get('content-security-policy')).toContain(`form-action 'self';`);
  });

  it('of a server that is reached by https says so to browsers, and its cookies are for https alone', async () => {
    const secure = await Fleet.start({ PUBLIC_URL: 'https://fleet.example.net' });
    try {
      const answer = await fetch(`${secure.url}/register`);
      expect(answer.headers.get('strict-transport-security')).toBe('max-age=31536000');
      expect(answer.headers.getSetCookie()).toEqual([
        expect.stringMatching(/^__Host-rosfleet_form=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/),
      ]);
    } finally {
      await secure.stop();
    }
  }, 60_000);
});
