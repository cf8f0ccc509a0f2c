import { Injectable } from '@nestjs/common';
import type OidcLibrary from 'oidc-provider';
import type { Account, Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { isHttps, Settings } from '../../../config/index.js';
import { AuditTrail } from '../../../platform/audit/index.js';
import { RequestContext, type UserId } from '../../../platform/context/index.js';
import { AppKeys } from '../../../platform/crypto/index.js';
import { Database } from '../../../platform/database/index.js';
import { Logger } from '../../../platform/telemetry/logger.js';
import { AUDIENCE } from '../access/jwt.strategy.js';
import { PermissionsRepository } from '../access/permissions.repository.js';
import { SIGNING_ALGORITHM, SigningKeys } from '../access/signing-keys.js';
import { claimsOf } from '../accounts/claims.js';
import { User } from '../accounts/user.entity.js';
import { SESSION_DAYS, SessionService } from '../sessions/session.service.js';
import { interactionPolicy, Provider } from './library.js';
import { OidcAdapter } from './oidc-adapter.js';
import { OidcClients } from './oidc-clients.js';
import { OidcPages } from './oidc-pages.js';
import { OidcRecords } from './oidc-records.js';

/** Paths of the provider; the contract's second generation where it names one. */
export const OIDC_PATHS = {
  authorization: '/authorize',
  token: '/oauth/token',
  userinfo: '/userinfo',
  jwks: '/.well-known/jwks.json',
  revocation: '/oauth/revoke',
  end_session: '/oidc/logout',
} as const;

/** Where a person signs in while an authorization request waits. */
export const interactionPath = (uid: string): string => `/sign-in/${uid}`;

const DAY = 86_400;
const INTERACTION_SECONDS = 1800;

/**
 * The OpenID Connect provider (the certified library `oidc-provider`) with our storage, keys, people and pages. It is
 * made anew when the signing keys change; all it remembers is in the database.
 */
@Injectable()
export class OidcProvider {
  private made: { provider: OidcLibrary; keys: string } | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly signingKeys: SigningKeys,
    private readonly appKeys: AppKeys,
    private readonly db: Database,
    private readonly records: OidcRecords,
    private readonly clients: OidcClients,
    private readonly sessions: SessionService,
    private readonly pages: OidcPages,
    private readonly logger: Logger,
    private readonly permissions: PermissionsRepository,
    private readonly trail: AuditTrail,
  ) {}

  get current(): OidcLibrary {
    const keys = this.signingKeys.fingerprint;
    if (this.made?.keys !== keys) this.made = { provider: this.make(), keys };
    return this.made.provider;
  }

  private make(): OidcLibrary {
    const provider = new Provider(this.settings.PUBLIC_URL, this.configuration());
    provider.proxy = this.settings.TRUST_PROXY;
    provider.use((ctx, next) => this.pages.around(ctx as KoaContextWithOIDC, next));
    provider.on('server_error', (_ctx, err) => this.logger.error({ err }, 'the OpenID provider failed'));
    return provider;
  }

  private configuration(): Configuration {
    const { ACCESS_TOKEN_SECONDS } = this.settings;
    const cookie = { signed: true, httpOnly: true, sameSite: 'lax', secure: isHttps(this.settings) } as const;
    const parts = { records: this.records, clients: this.clients, sessions: this.sessions };
    return {
      adapter: (model: string) => new OidcAdapter(model, parts),
      jwks: { keys: this.signingKeys.privateJwks() },
      routes: OIDC_PATHS,
      cookies: {
        keys: this.appKeys.macsOf('cookies', 'oidc'),
        names: { session: 'rosfleet_session', interaction: 'rosfleet_sign_in', resume: 'rosfleet_resume' },
        long: cookie,
        short: cookie,
      },
      scopes: ['openid', 'offline_access', 'profile', 'email', 'phone'],
      claims: {
        openid: ['sub'],
        profile: ['name', 'given_name', 'family_name', 'picture', 'zoneinfo', 'locale', 'updated_at'],
        email: ['email', 'email_verified'],
        phone: ['phone_number', 'phone_number_verified'],
      },
      conformIdTokenClaims: false, // apps read the name from the ID token
      responseTypes: ['code'],
      clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post'],
      pkce: { required: () => true },
      ttl: {
        AccessToken: ACCESS_TOKEN_SECONDS,
        AuthorizationCode: 60,
        IdToken: ACCESS_TOKEN_SECONDS,
        Interaction: INTERACTION_SECONDS,
        Session: SESSION_DAYS * DAY,
        Grant: SESSION_DAYS * DAY,
        RefreshToken: SESSION_DAYS * DAY,
      },
      features: {
        devInteractions: { enabled: false },
        revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
        rpInitiatedLogout: {
          enabled: true,
          logoutSource: (ctx, form) => this.pages.signOut(ctx, form),
          postLogoutSuccessSource: (ctx) => this.pages.signedOut(ctx),
        },
        // Access tokens are JWTs for our API, checked like every other credential, without a query.
        resourceIndicators: {
          enabled: true,
          defaultResource: () => this.settings.PUBLIC_URL,
          useGrantedResource: () => true,
          getResourceServerInfo: () => ({
            scope: '',
            audience: AUDIENCE,
            accessTokenFormat: 'jwt',
            accessTokenTTL: ACCESS_TOKEN_SECONDS,
            jwt: { sign: { alg: SIGNING_ALGORITHM } },
          }),
        },
      },
      interactions: { url: (_ctx, interaction) => interactionPath(interaction.uid), policy: askWhoMayNoLonger() },
      findAccount: (_ctx, sub) => this.account(sub as UserId),
      loadExistingGrant: (ctx) => this.grant(ctx),
      extraTokenClaims: async (_ctx, token) => {
        const grantId = 'grantId' in token ? token.grantId : undefined;
        return grantId ? { session: await this.sessions.ofGrant(this.system, grantId) } : undefined;
      },
      issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
      expiresWithSession: () => true, // who signs out in the browser is signed out of the applications, too
      renderError: (ctx, out, error) => this.pages.error(ctx, out, error),
      clientBasedCORS: (_ctx, origin, client) => (client.redirectUris ?? []).some((uri) => originOf(uri) === origin),
    };
  }

  private readonly system = RequestContext.system('oidc');

  /** People who may sign in; nobody else exists for the provider. */
  private async account(userId: UserId): Promise<Account | undefined> {
    const user = await this.db
      .manager(this.system)
      .createQueryBuilder(User, 'u')
      .andWhere('u.id = :userId AND u.allowLogin', { userId })
      .getOne();
    return user ? { accountId: user.id, claims: () => claimsOf(user) } : undefined;
  }

  /**
   * The grant of a browser's session to a client: the existing one, or a new one for everything that was asked for, as
   * clients are the operator's own. Each grant is a session that its person sees and can end.
   */
  private async grant(ctx: KoaContextWithOIDC): Promise<InstanceType<OidcLibrary['Grant']> | undefined> {
    const { session, client, provider, account } = ctx.oidc;
    if (!session || !client || !account) return undefined;
    const known = session.grantIdFor(client.clientId);
    const existing = known ? await provider.Grant.find(known) : undefined;
    const grant = existing ?? new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
    grant.addOIDCScope([...ctx.oidc.requestParamOIDCScopes].join(' '));
    const grantId = await grant.save();
    const secondFactor = session.amr?.includes('otp') ?? false;
    if (!existing) {
      await this.sessions.begin(this.system, {
        ...{ userId: account.accountId as UserId, clientId: client.clientId, grantId, browserUid: session.uid, secondFactor },
        ...{ ip: ctx.ip, userAgent: ctx.get('user-agent') },
      });
      await this.noteSignIn(ctx, account.accountId as UserId, client.clientId);
    } else if (ctx.oidc.result?.login && secondFactor) {
      const id = await this.sessions.ofGrant(this.system, grantId);
      if (id) await this.sessions.noteSecondFactor(this.system, id);
    }
    return grant;
  }

  private async noteSignIn(ctx: KoaContextWithOIDC, userId: UserId, clientId: string): Promise<void> {
    const teamId = await this.permissions.activeTeam(this.system, userId);
    this.trail.note(this.system, {
      ...{ event: 'sign-in.succeeded', status: 200, about: { client_id: clientId, proofs: ctx.oidc.session?.amr } },
      ...{ who: { userId, teamId }, origin: { ip: ctx.ip, userAgent: ctx.get('user-agent') } },
    });
  }
}

/** The library's own rules, and one more: a browser's session of somebody who may no longer sign in counts for nothing. */
function askWhoMayNoLonger(): ReturnType<typeof interactionPolicy.base> {
  const policy = interactionPolicy.base();
  const lost = ({ oidc }: KoaContextWithOIDC): boolean => Boolean(oidc.session?.accountId && !oidc.account);
  policy.get('login')?.checks.add(new interactionPolicy.Check('no_account', 'the account may not sign in', 'login_required', lost));
  return policy;
}

function originOf(uri: string): string | undefined {
  return URL.canParse(uri) ? new URL(uri).origin : undefined;
}
