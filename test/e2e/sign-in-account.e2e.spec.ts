import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { linkTokenHash } from '../../src/modules/identity/accounts/account-links.js';
import { newId } from '../../src/platform/context/index.js';
import { Fleet, type Team } from './support/fleet.js';
import { enterPassword, PORTAL, RelyingParty, signIn, Visitor, type WebPage } from './support/visitor.js';

const PASSWORD = 'Correct-Horse-7';

let fleet: Fleet;
let team: Team;
let party: RelyingParty;
let visitor: Visitor;
let email: string;
let people = 0;

beforeAll(async () => {
  fleet = await Fleet.start({ PORTAL_URL: PORTAL });
  team = await fleet.team({ name: 'Shops & <b>Bars</b>' });
  party = await RelyingParty.discover(fleet);
}, 60_000);
afterAll(() => fleet.stop());
beforeEach(async () => {
  await fleet.sql(`DELETE FROM sign_in_throttle RETURNING key`);
  email = `newcomer${++people}@example.net`;
  visitor = new Visitor(fleet.url);
});

const pathOf = (link: string | undefined): string => new URL(link!).pathname;

async function register(fields: Record<string, string> = {}, who = visitor): Promise<WebPage> {
  return who.submit(await who.open('/register'), { name: 'Zoë Nkosi', email, password: PASSWORD, ...fields });
}

describe('registration', () => {
  it('makes an account that opens once its address is confirmed, and leads back to the sign-in that waits', async () => {
    const begun = await party.begin();
    await visitor.open(begun.url);
    const done = await register({ email: email.toUpperCase() });
    expect(done).toMatchObject({ status: 200, title: 'Look into your mail – rosfleet' });
    const stopped = await enterPassword(visitor, begun, email);
    expect(stopped.title).toBe('Confirm your address – rosfleet');
    const resent = await visitor.submit(stopped, {}, '/verification');
    expect(resent.text).toContain('We sent you another mail.');

    const mails = await fleet.mails(email, 'verify-email');
    expect(mails).toHaveLength(2);
    const [old, current] = mails.map((mail) => pathOf(mail.links[0]));
    const scanner = new Visitor(fleet.url); // follows links and presses no button
    await scanner.open(current!);
    await scanner.open(current!);
    expect((await visitor.submit(await visitor.open(old!), {})).status).toBe(410); // a newer link took its place
    const confirmed = await visitor.submit(await visitor.open(current!), {});
    expect(confirmed).toMatchObject({ status: 200, title: 'Thank you – rosfleet' });
    expect(confirmed.html).toContain(`href="${new URL(stopped.url).pathname}"`);
    expect((await visitor.submit(await visitor.open(current!), {})).title).toBe('Error: This link does not work any more – rosfleet');

    const back = await visitor.open(stopped.url); // the password was proven before
    const tokens = await party.redeem(begun, back.leftTo!);
    expect(tokens.claims()).toMatchObject({ email, email_verified: true, name: 'Zoë Nkosi' });
    const answer = await fleet.http().get('/site').set('authorization', `Bearer ${tokens.access_token}`);
    expect(answer.status).toBe(200); // in a team of their own
  });

  it('with an address that has an account looks the same, and tells its owner by mail', async () => {
    const known = `known${people}@example.net`;
    await fleet.person(team, 'member', { email: known });
    const [first, second] = [await register({ email: known }), await register()];
    const text = (page: WebPage, who: string): string => page.text.replaceAll(who, 'X');
    expect([first.status, text(first, known)]).toEqual([second.status, text(second, email)]);
    await fleet.mail(known, 'already-registered');
    await signIn(party, new Visitor(fleet.url), known); // the password is the old one
    await register({ password: 'Another-Battery-9' });
    expect((await enterPassword(visitor, await party.begin(), email, 'Another-Battery-9')).status).toBe(401);
  });

  it('twice at once makes one account', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => register({}, new Visitor(fleet.url))));
    expect(answers.map((answer) => answer.title)).toEqual(Array(3).fill('Look into your mail – rosfleet'));
    expect(await fleet.sql(`SELECT id FROM app_user WHERE email = $1`, [email])).toHaveLength(1);
    expect(await fleet.sql(`SELECT FROM team t JOIN app_user u ON u.id = t.owner_id WHERE u.email = $1`, [email])).toHaveLength(1);
  });

  it('shows what is wrong with each field, and keeps what was typed', async () => {
    const answer = await register({ name: ' ', email: 'no address', password: 'zoë' });
    expect(answer).toMatchObject({ status: 422, title: 'Error: Create your account – rosfleet' });
    expect(answer.text).toContain('Enter your name. Enter an e-mail address such as name@example.net.');
    expect(answer.html).toContain('value="no address"');
    const weak = await register({ password: 'Nkosi-1234' });
    expect(weak.text).toContain('Password contains your name or e-mail address.');
    expect(weak.html).toContain('value="Zoë Nkosi"');
    expect(weak.html).not.toContain('Nkosi-1234');
  });

  it('keeps a name that would forge mail headers, turn text around or be markup a plain name', async () => {
    await register({ name: 'Eve\r\nBcc: victim@example.net \u202Egnp.exe <img src=x onerror=alert(1)>' });
    const [row] = await fleet.sql<{ name: string }>(`SELECT name FROM app_user WHERE email = $1`, [email]);
    expect(row!.name).toBe('Eve Bcc: victim@example.net gnp.exe <img src=x onerror=alert(1)>');
    const mail = await fleet.mail(email, 'verify-email');
    expect(mail.headers['bcc']).toBeUndefined();
    expect(mail.html).not.toContain('<img');
    expect((await register({ name: 'x'.repeat(300) })).text).toContain('Name must have at most 255 characters.');
    expect((await register({ name: 'x'.repeat(17_000) })).status).toBe(413);
    expect((await register({ email: `a@b.example.net\r\nBcc: c@example.net` })).status).toBe(422);
  });

  it('is not there where only invited people may come', async () => {
    const closed = await Fleet.start({ REGISTRATION: 'false', PORTAL_URL: PORTAL });
    try {
      const guest = new Visitor(closed.url);
      expect(await guest.open('/register')).toMatchObject({ status: 404, title: 'Error: Registration is closed – rosfleet' });
      const { csrf } = (await guest.open('/forgot-password')).forms[0]!.fields as { csrf: string };
      expect((await guest.post('/register', { csrf, name: 'Eve', email, password: PASSWORD })).status).toBe(404);
      const page = await guest.open((await (await RelyingParty.discover(closed)).begin()).url);
      expect(page.html).not.toContain('/register');
    } finally {
      await closed.stop();
    }
  }, 60_000);

  it('slows down whoever registers by the dozen', async () => {
    let answer = await register();
    for (let n = 0; n < 25 && answer.status === 200; n++) answer = await register({ email: `many${people}-${n}@example.net` });
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  }, 60_000);
});

describe('a forgotten password', () => {
  it('is replaced by a mailed link, once, which ends every session', async () => {
    await fleet.person(team, 'member', { email });
    const tokens = await signIn(party, visitor, email);
    const asked = await visitor.submit(await visitor.open('/forgot-password'), { email });
    expect(asked.title).toBe('Look into your mail – rosfleet');
    const path = pathOf((await fleet.mail(email, 'reset-password')).links[0]);
    const page = await visitor.open(path);
    expect(page.text).toContain(`for ${email}`);
    const refused = await visitor.submit(page, { password: PASSWORD });
    expect(refused).toMatchObject({ status: 422, title: 'Error: Choose a new password – rosfleet' });
    expect(refused.text).toContain('Password was one of your last 3');
    const saved = await visitor.submit(refused, { password: 'Better-Battery-9' });
    expect(saved.title).toBe('Password saved – rosfleet');
    const old = await fleet.http().get('/userinfo').set('authorization', `Bearer ${tokens.access_token}`);
    expect(old.status).toBe(401);
    await expect(party.refresh(tokens.refresh_token!)).rejects.toMatchObject({ error: 'invalid_grant' });
    expect((await visitor.open((await party.begin({ prompt: 'none' })).url)).leftTo?.searchParams.get('error')).toBe('login_required');
    expect(await visitor.open(path)).toMatchObject({ status: 410, title: 'Error: This link does not work any more – rosfleet' });
    await signIn(party, new Visitor(fleet.url), email, 'Better-Battery-9');
  });

  it('is asked for without learning who has an account', async () => {
    await fleet.person(team, 'member', { email });
    const ask = async (who: string): Promise<string> => {
      const page = await visitor.submit(await visitor.open('/forgot-password'), { email: who });
      return `${page.status} ${page.text.replaceAll(who, 'X')}`;
    };
    expect(await ask(email)).toBe(await ask(`nobody${people}@example.net`));
    expect(await fleet.mails(`nobody${people}@example.net`)).toEqual([]);
  });
});

describe('an invitation', () => {
  const token = (): string => `invitation-${people}-token-token`;
  const invite = (to: string, days = 7): Promise<unknown> =>
    fleet.sql(
      `INSERT INTO team_invitation (id, team_id, email, role_id, invited_by, token_hash, expires_at) VALUES ($1, $2, $3, NULL, $4, $5, $6) RETURNING id`,
      [newId(), team.teamId, to, team.owner.userId, linkTokenHash(token()), new Date(fleet.clock.now() + days * 86_400_000)],
    );
  const members = async (who: string): Promise<number> =>
    (
      await fleet.sql(`SELECT FROM membership m JOIN app_user u ON u.id = m.user_id WHERE u.email = $1 AND m.team_id = $2`, [
        who,
        team.teamId,
      ])
    ).length;

  it('brings a newcomer, with the invited address, to the team and nowhere else', async () => {
    await invite(email);
    const page = await visitor.open(`/invitations/${token()}`);
    expect(page.title).toBe('Join Shops & <b>Bars</b> – rosfleet');
    expect(page.html).not.toContain('<b>Bars');
    expect((await visitor.submit(page, { name: 'N', password: PASSWORD, email: 'other@example.net' })).status).toBe(422);
    const joined = await visitor.submit(page, { name: 'Newcomer', password: PASSWORD });
    expect(joined).toMatchObject({ status: 200, title: 'Welcome to Shops & <b>Bars</b> – rosfleet' });
    expect(await members(email)).toBe(1);
    const tokens = await signIn(party, visitor, email);
    expect(tokens.claims()).toMatchObject({ email_verified: true });
    expect((await visitor.open(`/invitations/${token()}`)).status).toBe(410);
  });

  it('is accepted by whoever signs in with its address', async () => {
    const other = await fleet.team();
    await fleet.person(other, 'member', { email });
    await invite(email);
    const page = await visitor.open(`/invitations/${token()}`);
    const link = /href="(\/authorize[^"]*)"/.exec(page.html)![1]!.replaceAll('&amp;', '&');
    const asked = await visitor.open(link);
    expect(asked.html).toContain(`value="${email}"`);
    const offered = await visitor.submit(asked, { password: PASSWORD, email }, '/password');
    expect(new URL(offered.url).pathname).toBe(`/invitations/${token()}`);
    expect(await members(email)).toBe(0); // asked first
    await Promise.all([1, 2].map(() => visitor.submit(offered, {})));
    expect(await members(email)).toBe(1);
  });

  it('is for nobody else, and cannot be accepted after its end', async () => {
    await fleet.person(team, 'member', { email });
    await signIn(party, visitor, email);
    await invite(`invited${people}@example.net`, 1);
    const page = await visitor.open(`/invitations/${token()}`);
    expect(page.text).toContain(`You are signed in as ${email}, and the invitation is for invited${people}@example.net.`);
    const { csrf } = (await visitor.open('/register')).forms[0]!.fields as { csrf: string };
    expect(await visitor.post(`/invitations/${token()}`, { csrf })).toMatchObject({ status: 403 });
    expect(await new Visitor(fleet.url).post(`/invitations/${token()}`, { csrf })).toMatchObject({ status: 403 });
    await fleet.clock.advance(86_400_000);
    expect((await visitor.open(`/invitations/${token()}`)).status).toBe(410);
  });

  it('leads to no address from outside', async () => {
    for (const state of ['//evil.example.net', 'https://evil.example.net', '../../evil', 'x'])
      expect((await visitor.open(`/signed-in?state=${encodeURIComponent(state)}&code=x`)).status).toBe(404);
    visitor.headers['cookie'] = 'rosfleet_return=//evil.example.net';
    expect((await visitor.open('/register')).html).not.toContain('evil');
  });
});
