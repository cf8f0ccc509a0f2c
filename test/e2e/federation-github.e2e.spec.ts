import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { IdentityService } from '../../src/modules/identity/index.js';
import { SignInFlow } from '../../src/modules/identity/sign-in/sign-in-flow.js';
import { RequestContext, type UserId } from '../../src/platform/context/index.js';
import { CookieBrowser } from './support/browser.js';
import { Fleet } from './support/fleet.js';
import { type GitHubAccount, GitHubStandIn } from './support/github-stand-in.js';

const system = RequestContext.system('test');

describe('signing in with GitHub', () => {
  let fleet: Fleet;
  let github: GitHubStandIn;
  let accounts = 100;

  beforeAll(async () => {
    github = await GitHubStandIn.start();
    fleet = await Fleet.start({ REGISTRATION: 'false', IDENTITY_PROVIDERS: JSON.stringify([github.entry()]) });
    github.redirectUri = `${fleet.url}/callback`;
  }, 60_000);
  afterAll(async () => {
    await fleet.stop();
    await github.stop();
  });
  beforeEach(() => {
    github.complaints.length = 0;
  });

  const attempt = async (account: GitHubAccount | undefined): Promise<{ outcome: string; uid: string }> => {
    github.account = account;
    const browser = new CookieBrowser();
    const query = new URLSearchParams({
      ...{ client_id: 'rosfleet-portal', redirect_uri: `${fleet.url}/app/callback`, response_type: 'code', scope: 'openid' },
      ...{ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' },
    });
    const { location } = await browser.get(`${fleet.url}/authorize?${query.toString()}`);
    const callback = await browser.follow(`${location}/with/github`, `${fleet.url}/callback`);
    const answer = await browser.get(callback);
    return { outcome: answer.location.replace(location, ''), uid: new URL(location).pathname.split('/')[2]! };
  };
  const somebody = (more: Partial<GitHubAccount> = {}): GitHubAccount => {
    const id = ++accounts;
    const emails = [
      { email: `other${id}@example.net`, primary: false, verified: true, visibility: null },
      { email: `Octo${id}@Example.net`, primary: true, verified: true, visibility: 'private' },
    ];
    return { id, login: `octo${id}`, name: null, emails, ...more };
  };
  const createUser = (email: string): Promise<UserId> => fleet.app.get(IdentityService).createUser(system, { email, name: 'Local' });
  const signedIn = async (uid: string): Promise<UserId | undefined> => (await fleet.app.get(SignInFlow).progress(system, uid)).user?.id;

  it('links the account with the primary, verified address, asking exactly as the documentation says', async () => {
    const account = somebody();
    const id = await createUser(`octo${String(account.id)}@example.net`);
    const { outcome, uid } = await attempt(account);
    expect(github.complaints).toEqual([]);
    expect([outcome, await signedIn(uid)]).toEqual(['', id]);
    expect(await fleet.sql(`SELECT issuer, subject FROM linked_identity WHERE user_id = $1`, [id])).toEqual([
      { issuer: github.url, subject: String(account.id) },
    ]);
    const renamed = await attempt({ ...account, login: 'somebody-else', emails: [] });
    expect(await signedIn(renamed.uid)).toBe(id);
    const squatter = await attempt({ ...somebody({ login: account.login }), emails: [] });
    expect(squatter.outcome).toBe('?problem=email_unverified');
  });

  it('takes no address that is not primary, or not verified', async () => {
    const account = somebody();
    await createUser(`other${String(account.id)}@example.net`);
    expect((await attempt(account)).outcome).toBe('?problem=no_account');
    const emails = [{ email: `a${String(account.id)}@example.net`, primary: true, verified: false }];
    expect((await attempt({ ...account, emails })).outcome).toBe('?problem=email_unverified');
  });

  it('makes no account while registration is closed', async () => {
    expect((await attempt(somebody())).outcome).toBe('?problem=no_account');
  });

  it('hears of a refusal, and of answers in another form', async () => {
    expect((await attempt(undefined)).outcome).toBe('?problem=cancelled');
    for (const broken of [{ id: '7' }, { id: null }, { id: 2 ** 60 }, { emails: { message: 'Requires authentication' } }])
      expect((await attempt(somebody(broken))).outcome).toBe('?problem=failed');
    expect(github.complaints).toEqual([]);
  });
});
