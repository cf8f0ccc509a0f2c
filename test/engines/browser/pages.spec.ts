import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { generateSync } from 'otplib';
import type { Browser, Page } from 'playwright-core';
import { linkTokenHash } from '../../../src/modules/identity/accounts/account-links.js';
import { IdentityService } from '../../../src/modules/identity/index.js';
import { newId, RequestContext } from '../../../src/platform/context/index.js';
import { Fleet, type Team } from '../../e2e/support/fleet.js';
import { PORTAL } from '../../e2e/support/visitor.js';
import { requireEngine } from '../../support/engines.js';
import { launch, person } from './support/chromium.js';

const chromium = requireEngine('chromium');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PASSWORD = 'Correct-Horse-7';
const LONG = 'Wolfeschlegelsteinhausenbergerdorff'.repeat(3);
const system = RequestContext.system('test');

type Look = (name: string) => Promise<void>;

chromium.describe('every page', () => {
  let browser: Browser;
  let fleet: Fleet;
  let team: Team;
  let people = 0;

  beforeAll(async () => {
    fleet = await Fleet.start({ PORTAL_URL: PORTAL });
    await fleet.clock.advance(Date.now() - fleet.clock.now());
    team = await fleet.team({ name: LONG });
    browser = await launch(chromium.path!);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await fleet.stop();
  });

  const authorize = (more: Record<string, string> = {}): string => {
    const query = new URLSearchParams({
      ...{ client_id: 'rosfleet-portal', redirect_uri: `${PORTAL}/callback`, response_type: 'code', scope: 'openid', state: 'x' },
      ...{ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', ...more },
    });
    return `${fleet.url}/authorize?${query.toString()}`;
  };

  /** Opens all pages and their states one after another; `look` is called on each. */
  async function walk(page: Page, look: Look): Promise<void> {
    const n = ++people;
    await fleet.sql(`DELETE FROM sign_in_throttle RETURNING key`);
    const [email, unverified, handedOut] = ['walker', 'unverified', 'temporary'].map(
      (who) => `${who}${n}@a-rather-long-domain.example.net`,
    );
    const identity = fleet.app.get(IdentityService);
    const walker = await fleet.person(team, 'member', { email });
    await identity.addPerson(system, {
      ...{ email: unverified!, name: 'U', emailVerified: false },
      passwordHash: (await fleet.sql<{ h: string }>(`SELECT password_hash AS h FROM app_user WHERE id = $1`, [walker.userId]))[0]!.h,
    });
    await identity.createUser(system, { email: handedOut!, name: 'T', password: PASSWORD, mustChangePassword: true });
    const signIn = async (who: string): Promise<void> => {
      await page.goto(authorize({ prompt: 'login' }));
      await page.fill('[name=email]', who);
      await page.fill('[name=password]', PASSWORD);
      await page.click('button:has-text("Sign in")');
    };
    const go = async (path: string, name: string): Promise<void> => {
      await page.goto(`${fleet.url}${path}`);
      await look(name);
    };

    await page.goto(authorize({ login_hint: email! }));
    await look('sign-in');
    await page.click('button:has-text("Sign in")');
    await look('sign-in-error');
    await page.goto(`${page.url().replace(/\/password$/, '')}?problem=email_unverified`);
    await look('sign-in-federation-problem');
    await go('/register', 'register');
    await page.fill('[name=name]', LONG);
    await page.fill('[name=email]', `new${n}@example.net`);
    await page.fill('[name=password]', 'short');
    await page.click('button:has-text("Create account")');
    await look('register-error');
    await page.fill('[name=password]', PASSWORD);
    await page.click('button:has-text("Create account")');
    await look('check-mail');
    await go('/verify-email/some-token', 'verify-email');
    await page.click('button:has-text("Confirm address")');
    await look('link-spent');
    const [confirm] = (await fleet.mail(`new${n}@example.net`, 'verify-email')).links;
    await page.goto(confirm!);
    await page.click('button:has-text("Confirm address")');
    await look('verified');
    await go('/forgot-password', 'forgot-password');
    await page.fill('[name=email]', email!);
    await page.click('button:has-text("Send link")');
    await look('forgot-sent');
    const [reset] = (await fleet.mail(email!, 'reset-password')).links;
    await page.goto(reset!);
    await look('reset-password');
    await go('/reset-password/spent', 'reset-spent');
    await go('/sign-in/unknown', 'expired');
    await go('/authorize?client_id=nobody', 'oidc-error');

    await signIn(unverified!);
    await look('verify-email-step');
    await page.click('button:has-text("Send the mail again")');
    await look('verify-email-sent');
    await signIn(handedOut!);
    await look('new-password');

    const token = `invitation-token-${n}`;
    const stranger = `stranger${n}-token-token`;
    await invite(email!, token);
    await invite(`stranger${n}@example.net`, stranger);
    await go(`/invitations/${stranger}`, 'invitation-register');
    await go(`/invitations/${token}`, 'invitation-sign-in');

    await walker.post('/oauth/2fa').expect(200);
    const { secretKey: secret } = (await walker.get('/oauth/2fa-secret-key').expect(200)).body as { secretKey: string };
    const code = (): string => generateSync({ secret, epoch: Math.floor(fleet.clock.now() / 1000) });
    await walker.post('/oauth/confirm-2fa', { code: code() }).expect(200);
    await fleet.clock.advance(60_000);
    await page.click('main a:has-text("Sign in to join")');
    await page.fill('[name=password]', PASSWORD);
    await page.click('button:has-text("Sign in")');
    await look('second-factor');
    await page.click('main a:has-text("recovery code")');
    await look('recovery-code');
    await page.click('main a:has-text("authenticator app")');
    await page.fill('[name=code]', code());
    await page.click('button:has-text("Continue")');
    await look('invitation-accept');
    await page.click('button:has-text("Join")');
    await look('invitation-joined');
    await go(`/invitations/${stranger}`, 'invitation-wrong-person');
    await go('/oidc/logout', 'sign-out');
    await page.click('button:has-text("Sign out")');
    await look('signed-out');
  }

  const invite = (email: string, token: string): Promise<unknown> =>
    fleet.sql(
      `INSERT INTO team_invitation (id, team_id, email, role_id, invited_by, token_hash, expires_at) VALUES ($1, $2, $3, NULL, $4, $5, $6) RETURNING id`,
      [newId(), team.teamId, email, team.owner.userId, linkTokenHash(token), new Date(fleet.clock.now() + 86_400_000)],
    );

  it.each(['light', 'dark'] as const)(
    'has nothing that axe finds against it, in %s colours',
    async (colorScheme) => {
      const { context, page } = await person(browser, { colorScheme, bypassCSP: true }); // axe is a script, which the policy keeps out
      const seen: string[] = [];
      await walk(page, async (name) => {
        seen.push(name);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: { run(): Promise<AxeResult> } }).axe.run());
        const found = violations.map((v) => `${v.id}: ${v.nodes.map((node) => `${node.html} ${node.failureSummary}`).join(' | ')}`);
        expect([name, found]).toEqual([name, []]);
      });
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.length).toBeGreaterThan(25);
      await context.close();
    },
    120_000,
  );

  it('fits a telephone of 360 pixels, works under its own policy, and names itself', async () => {
    const { context, page } = await person(browser, { viewport: { width: 360, height: 640 } });
    const complaints: string[] = [];
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
    const titles = new Map<string, string>();
    await walk(page, async (name) => {
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect([name, width]).toEqual([name, 360]);
      titles.set(name, await page.title());
      expect(await page.locator('h1').count()).toBe(1);
    });
    expect(titles.get('sign-in-error')).toBe('Error: Sign in – rosfleet');
    expect(titles.get('register-error')).toBe('Error: Create your account – rosfleet');
    for (const [name, title] of titles) expect([name, title]).toEqual([name, expect.stringMatching(/ – rosfleet$/)]);
    expect(complaints.filter((text) => /Content Security Policy/.test(text) && !/favicon/.test(text))).toEqual([]);
    await context.close();
  }, 120_000);
});

interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { html: string; failureSummary: string }[] }[];
}
