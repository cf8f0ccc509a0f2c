import * as client from 'openid-client';
import type { IdentityProviderEntry } from '../../../config/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import { boundedFetch, TIMEOUT_SECONDS } from './bounded-fetch.js';
import { type Claims, type ForeignIdentity, pictureOf, sourceOf, textOf, verifiedEmail } from './foreign-identity.js';
import { FederationProblem } from './problems.js';
import type { Checks, ProviderAgent } from './provider-kind.js';

/** Milliseconds after which a provider's metadata are read again. */
const FRESH_MS = 3_600_000;

/** Google, Microsoft Entra and any other OpenID provider: code flow with PKCE, state and nonce. */
export class OpenIdAgent implements ProviderAgent {
  private known: { readonly config: client.Configuration; readonly at: number } | undefined;

  constructor(
    readonly entry: IdentityProviderEntry,
    private readonly clock: Clock,
  ) {}

  get issuer(): string {
    return this.entry.issuer;
  }

  async begin({ state, nonce, verifier }: Checks, redirectUri: string, again: boolean): Promise<URL> {
    return client.buildAuthorizationUrl(await this.configuration(), {
      ...{ redirect_uri: redirectUri, scope: this.entry.scopes.join(' '), response_type: 'code', state, nonce },
      ...{ code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
      ...(again && this.entry.kind !== 'google' ? { prompt: 'login' } : {}), // Google refuses the word
    });
  }

  async finish({ state, nonce, verifier }: Checks, answer: URL): Promise<ForeignIdentity> {
    const config = await this.configuration();
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
    const tokens = await client.authorizationCodeGrant(config, answer, checks);
    const idToken = tokens.claims()!;
    this.checkIssuer(idToken);
    const claims = idToken['email'] === undefined ? await this.withUserInfo(config, tokens.access_token, idToken) : idToken;
    return {
      ...{ issuer: this.issuer, subject: idToken.sub, source: sourceOf(this.entry) },
      ...{ verifiedEmail: verifiedEmail(this.entry, claims), name: textOf(claims['name']), picture: pictureOf(claims['picture']) },
    };
  }

  /** The library has compared both already, but for Microsoft it takes part of the issuer from the token. */
  private checkIssuer(claims: Claims): void {
    if (claims['iss'] !== this.entry.issuer) throw new FederationProblem('failed', 'the ID token is of another issuer');
    if (this.entry.tenantId !== undefined && claims['tid'] !== this.entry.tenantId)
      throw new FederationProblem('failed', 'the ID token is of another tenant');
  }

  /** Some providers keep the ID token short and tell the rest at their userinfo endpoint. What the ID token says wins. */
  private async withUserInfo(config: client.Configuration, accessToken: string, idToken: Claims & { sub: string }): Promise<Claims> {
    if (!config.serverMetadata().userinfo_endpoint) return idToken;
    return { ...(await client.fetchUserInfo(config, accessToken, idToken.sub)), ...idToken };
  }

  /** The provider's metadata, read at first use and every hour; when that fails the last known stay in use. */
  private async configuration(): Promise<client.Configuration> {
    const { known } = this;
    if (known && this.clock.millis() - known.at < FRESH_MS) return known.config;
    try {
      const config = await this.discover();
      this.known = { config, at: this.clock.millis() };
      return config;
    } catch (error) {
      if (!known) throw error;
      return known.config;
    }
  }

  private discover(): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret } = this.entry;
    // The library reads the machine's clock; so far is ours from it.
    const skew = Math.round((this.clock.millis() - new Clock().millis()) / 1000);
    const metadata = { client_secret: clientSecret, [client.clockSkew]: skew, [client.clockTolerance]: 30 };
    const isPlain = issuer.startsWith('http:'); // loopback only, see the setting
    return client.discovery(new URL(issuer), clientId, metadata, authentication(clientSecret), {
      [client.customFetch]: boundedFetch,
      execute: [client.enableNonRepudiationChecks, ...(isPlain ? [client.allowInsecureRequests] : [])],
      timeout: TIMEOUT_SECONDS,
    });
  }
}

/** By the way that the provider offers; the header is the standard's default. */
function authentication(secret: string): client.ClientAuth {
  const [post, basic] = [client.ClientSecretPost(secret), client.ClientSecretBasic(secret)];
  return (server, ...rest) => {
    const offered = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (offered.includes('client_secret_basic') ? basic : post)(server, ...rest);
  };
}
