import * as client from 'openid-client';
import type { IdentityProviderEntry } from '../../../config/index.js';
import { boundedFetch } from './bounded-fetch.js';
import { addressOf, type ForeignIdentity, mayVouch, pictureOf, textOf } from './foreign-identity.js';
import { FederationProblem } from './problems.js';
import type { Checks, ProviderAgent } from './provider-kind.js';

const PUBLIC_SITE = 'https://github.com';

interface Profile {
  /** A number; it stays with the account, while the login name can change hands. */
  readonly id?: unknown;
  readonly login?: unknown;
  readonly name?: unknown;
  readonly avatar_url?: unknown;
}

interface Address {
  readonly email?: unknown;
  readonly primary?: unknown;
  readonly verified?: unknown;
}

/**
 * GitHub speaks OAuth 2.0 without ID tokens: who it is comes from its REST API.
 * https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
 */
export class GitHubAgent implements ProviderAgent {
  private readonly config: client.Configuration;

  constructor(readonly entry: IdentityProviderEntry) {
    const { issuer: web, clientId, clientSecret } = entry;
    const server = {
      ...{ issuer: `${web}/login/oauth`, authorization_endpoint: `${web}/login/oauth/authorize` },
      token_endpoint: `${web}/login/oauth/access_token`,
    };
    this.config = new client.Configuration(server, clientId, {}, client.ClientSecretPost(clientSecret));
    this.config[client.customFetch] = boundedFetch;
    if (web.startsWith('http:')) client.allowInsecureRequests(this.config); // loopback only, see the setting
  }

  get issuer(): string {
    return this.entry.issuer === PUBLIC_SITE ? 'github' : this.entry.issuer;
  }

  async begin({ state, verifier }: Checks, redirectUri: string, again: boolean): Promise<URL> {
    return client.buildAuthorizationUrl(this.config, {
      ...{ redirect_uri: redirectUri, scope: this.entry.scopes.join(' '), state },
      ...{ code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
      ...(again ? { prompt: 'select_account' } : {}), // the most that GitHub offers
    });
  }

  async finish({ state, verifier }: Checks, answer: URL): Promise<ForeignIdentity> {
    const checks = { pkceCodeVerifier: verifier, expectedState: state };
    const { access_token: token } = await client.authorizationCodeGrant(this.config, answer, checks);
    const [profile, addresses] = await Promise.all([this.ask<Profile>('/user', token), this.ask<Address[]>('/user/emails', token)]);
    if (typeof profile.id !== 'number' || !Number.isSafeInteger(profile.id) || !Array.isArray(addresses))
      throw new FederationProblem('failed', 'GitHub answered in another form than it documents');
    const primary = addresses.find((a) => a.primary === true && a.verified === true);
    const address = addressOf(primary?.email);
    return {
      ...{ issuer: this.issuer, subject: String(profile.id), source: 'github', picture: pictureOf(profile.avatar_url) },
      verifiedEmail: address && mayVouch(this.entry, address) ? address : undefined,
      name: textOf(profile.name) || textOf(profile.login),
    };
  }

  private async ask<Answer>(path: string, token: string): Promise<Answer> {
    const headers = {
      ...{ authorization: `Bearer ${token}`, accept: 'application/vnd.github+json', 'user-agent': 'rosfleet' },
      'x-github-api-version': '2022-11-28',
    };
    const response = await boundedFetch(`${this.entry.api}${path}`, { headers });
    if (response.status !== 200) throw new FederationProblem('failed', `GitHub answered ${path} with status ${response.status}`);
    return (await response.json()) as Answer;
  }
}
