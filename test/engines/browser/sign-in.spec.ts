import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { generateSync } from 'otplib';
import type { Browser, Page } from 'playwright-core';
import { Fleet, type Team } from '../../e2e/support/fleet.js';
import { requireEngine } from '../../support/engines.js';
import { launch, person } from './support/chromium.js';
import { startWebApp, type WebApp } from './support/web-app.js';

const chromium = requireEngine('chromium');
const PASSWORD = 'Correct-Horse-7';

chromium.describe('signing in with a real browser', () => {
  let browser: Browser;
  let app: WebApp;
  let fleet: Fleet;
  let team: Team;

  beforeAll(async () => {
    app = await startWebApp();
    fleet = await Fleet.start({ PORTAL_URL: app.url });
    app.serve(fleet.url);
    await fleet.clock.advance(Date.now() - fleet.clock.now()); // browsers go by the machine's clock
    team = await fleet.team();
    browser = await launch(chromium.path!);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    app.stop();
    await fleet.stop();
  });
  beforeEach(async () => void (await fleet.sql(`DELETE FROM sign_in_throttle RETURNING key`)));

  const code = (secret: string): string => generateSync({ secret, epoch: Math.floor(fleet.clock.now() / 1000) });
  const api = (page: Page, method: string, path: string, body?: object): Promise<{ status: number; body: never }> =>
    page.evaluate(
      ([m, p, b]) => (globalThis as unknown as { api(...args: unknown[]): Promise<{ status: number; body: never }> }).api(m, p, b),
      [method, path, body] as const,
    );
  const isSignedIn = (page: Page, who: string): Promise<void> =>
    page.waitForFunction((text) => document.getElementById('who')?.textContent?.includes(text), who).then(() => undefined);

  it('a person registers, confirms the address, signs in, adds a second factor, signs out and in again', async () => {
    const { context, page } = await person(browser);
    await page.goto(app.url);
    await page.click('#in');
    await page.click('text=Register');
    await page.fill('[name=name]', 'Thandi Nkosi');
    await page.fill('[name=email]', 'thandi@example.net');
    await page.fill('[name=password]', PASSWORD);
    await page.click('button:has-text("Create account")');
    expect(await page.title()).toBe('Look into your mail – rosfleet');

    const [link] = (await fleet.mail('thandi@example.net', 'verify-email')).links;
    await page.goto(link!);
    await page.click('button:has-text("Confirm address")');
    await page.click('main a:has-text("Sign in")');

    await page.fill('[name=email]', 'thandi@example.net');
    await page.fill('[name=password]', PASSWORD);
    await page.click('button:has-text("Sign in")');
    await isSignedIn(page, 'Thandi Nkosi <thandi@example.net>');
    expect(new URL(page.url()).origin).toBe(app.url);

    expect((await api(page, 'POST', '/oauth/2fa')).status).toBe(200);
    const { secretKey } = (await api(page, 'GET', '/oauth/2fa-secret-key')).body as { secretKey: string };
    expect((await api(page, 'POST', '/oauth/confirm-2fa', { code: code(secretKey) })).status).toBe(200);
    await page.evaluate(() => (globalThis as unknown as { renew(): Promise<string> }).renew());
    expect((await api(page, 'GET', '/site')).status).toBe(200);

    await page.click('#out');
    expect(await page.title()).toBe('Sign out? – rosfleet');
    await page.click('button:has-text("Sign out")');
    await isSignedIn(page, 'nobody');
    expect(page.url()).toBe(`${app.url}/`);

    await fleet.clock.advance(60_000); // the code of before is spent
    await page.click('#in');
    await page.fill('[name=email]', 'thandi@example.net');
    await page.fill('[name=password]', PASSWORD);
    await page.click('button:has-text("Sign in")');
    await page.fill('[name=code]', code(secretKey));
    await page.click('button:has-text("Continue")');
    await isSignedIn(page, 'Thandi');
    const sessions = (await api(page, 'GET', '/oauth/sessions')).body as { current: boolean; mfa_verified: boolean }[];
    expect(sessions.find((s) => s.current)?.mfa_verified).toBe(true);

    // Invited to a team: the link, a click, and the very next call acts there.
    await (await fleet.person(team, 'owner')).post(`/teams/${team.teamId}/invites`, { email: 'thandi@example.net' }).expect(202);
    const [invitation] = (await fleet.mail('thandi@example.net', 'invitation')).links;
    await page.goto(invitation!);
    await page.click('main button');
    expect(await page.title()).toMatch(/^Welcome to/);
    await page.goto(app.url);
    await isSignedIn(page, 'Thandi');
    const current = async (): Promise<string[]> =>
      ((await api(page, 'GET', '/teams')).body as { id: string; current: boolean }[]).filter((t) => t.current).map((t) => t.id);
    expect(await current()).not.toContain(team.teamId);
    expect((await api(page, 'POST', '/site', { name: 'Own' })).status).toBe(201);
    expect((await api(page, 'PUT', `/teams/${team.teamId}/switch`)).status).toBe(200);
    expect(await current()).toEqual([team.teamId]);
    expect((await api(page, 'POST', '/site', { name: 'Theirs' })).status).toBe(403); // a member of this team reads
    await context.close();
  }, 60_000);

  it('needs no JavaScript, and cancelling leads back to the application', async () => {
    const { email } = await someone();
    const { context, page } = await person(browser, { javaScriptEnabled: false });
    await page.goto(await begin());
    await page.fill('[name=email]', email);
    await page.fill('[name=password]', 'Wrong-Horse-7');
    await page.click('button:has-text("Sign in")');
    expect(await page.title()).toBe('Error: Sign in – rosfleet');
    expect(await page.inputValue('[name=email]')).toBe(email);
    expect(await page.inputValue('[name=password]')).toBe('');
    await page.fill('[name=password]', PASSWORD);
    await page.click('button:has-text("Sign in")');
    expect(new URL(page.url()).searchParams.get('code')).toBeTruthy();
    await context.close();

    const other = await person(browser, { javaScriptEnabled: false });
    await other.page.goto(await begin());
    await other.page.click('button:has-text("Cancel")');
    expect(new URL(other.page.url()).searchParams.get('error')).toBe('access_denied');
    await other.context.close();
  }, 60_000);

  it('works by keyboard alone, in the order in which one reads', async () => {
    const { email } = await someone();
    const { context, page } = await person(browser);
    await page.goto(await begin());
    await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'email');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=alert]');
    expect(await page.title()).toBe('Error: Sign in – rosfleet');
    const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.textContent ?? '');
    expect(await focused()).toContain('Enter your password.'); // the summary has it
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Enter an e-mail address such as name@example.net.');
    await page.keyboard.press('Enter'); // leads to the field
    await page.keyboard.type(email);
    await page.keyboard.press('Tab'); // past «Forgot password?»
    await page.keyboard.press('Tab');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.waitForURL(`${app.url}/**`);
    expect(new URL(page.url()).pathname).toMatch(/^\/(callback)?$/);
    await context.close();
  }, 60_000);

  let people = 0;
  async function someone(): Promise<{ email: string }> {
    const email = `browser${++people}@example.net`;
    await fleet.person(team, 'member', { email });
    return { email };
  }

  /** An authorization request that nobody redeems: what matters here is the way to the redirect. */
  const begin = (): Promise<string> => {
    const query = new URLSearchParams({
      ...{ client_id: 'rosfleet-portal', redirect_uri: `${app.url}/callback`, response_type: 'code', scope: 'openid', state: 'x' },
      ...{ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' },
    });
    return Promise.resolve(`${fleet.url}/authorize?${query.toString()}`);
  };
});
