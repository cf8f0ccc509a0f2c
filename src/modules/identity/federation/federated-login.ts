import { Injectable } from '@nestjs/common';
import { AuthorizationResponseError } from 'openid-client';
import { Settings } from '../../../config/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import type { RequestContext } from '../../../platform/context/index.js';
import { AppKeys, Random } from '../../../platform/crypto/index.js';
import { NotFound } from '../../../platform/errors/index.js';
import { Logger } from '../../../platform/telemetry/logger.js';
import { SignInExpired, SignInRefused } from '../errors.js';
import { interactionPath } from '../oidc/oidc-provider.js';
import { OidcRecords } from '../oidc/oidc-records.js';
import { SignInFlow } from '../sign-in/sign-in-flow.js';
import { AccountLinking } from './account-linking.js';
import { isUnreachable } from './bounded-fetch.js';
import { ConfiguredProviders } from './configured-providers.js';
import type { ForeignIdentity } from './foreign-identity.js';
import { FederationProblem, type ProblemCode } from './problems.js';
import type { Checks } from './provider-kind.js';

const MODEL = 'FederatedLogin';
const PURPOSE = 'federated-login';
/** How long a person may take at the provider. */
const LOGIN_SECONDS = 600;
/** How long we know which sign-in it was, to lead a late person back to it: as long as that one waits. */
export const REMEMBERED_SECONDS = 1800;

/** A sign-in that waits for the provider's answer; sealed in the database, found by the id inside `state`. */
type Waiting = Omit<Checks, 'state'> & {
  /** The sign-in with us that it is for. */
  readonly uid: string;
  readonly provider: string;
  /** Secret in the cookie of the browser that began it. */
  readonly browser: string;
  /** In milliseconds since the epoch. */
  readonly until: number;
};

/** Signing in with an external provider: to it and back. */
@Injectable()
export class FederatedLogin {
  constructor(
    private readonly providers: ConfiguredProviders,
    private readonly linking: AccountLinking,
    private readonly flow: SignInFlow,
    private readonly records: OidcRecords,
    private readonly keys: AppKeys,
    private readonly random: Random,
    private readonly clock: Clock,
    private readonly settings: Settings,
    private readonly logger: Logger,
  ) {}

  /** The one address that is registered with every provider. */
  get redirectUri(): string {
    return `${this.settings.PUBLIC_URL}/callback`;
  }

  /** A secret for the cookie that ties sign-ins to a browser. */
  newBrowser(): string {
    return this.secret();
  }

  /**
   * Begins a sign-in. Answers where the browser goes next: to the provider, or back to our page with a problem.
   * @param wish `again`: the person is to prove anew who they are
   * @throws NotFound for a provider that is not configured
   */
  async begin(wish: { uid: string; provider: string; browser: string; again: boolean }): Promise<string> {
    const { uid, provider, browser } = wish;
    const agent = this.providers.find(provider);
    if (!agent) throw new NotFound('This installation has no such identity provider.');
    const [id, nonce, verifier] = [this.secret(), this.secret(), this.secret()];
    const state = `${id}.${this.keys.mac(id, PURPOSE)}`;
    try {
      const url = await agent.begin({ state, nonce, verifier }, this.redirectUri, wish.again);
      const waiting: Waiting = { uid, provider, nonce, verifier, browser, until: this.clock.millis() + LOGIN_SECONDS * 1000 };
      await this.records.put(MODEL, id, { ...waiting }, REMEMBERED_SECONDS);
      return url.href;
    } catch (error) {
      return this.back(uid, provider, problemOf(error));
    }
  }

  /**
   * Takes the provider's answer. Answers the path of our sign-in page, with a problem or without.
   * @param search query of the request, as it came
   * @param browser the cookie
   * @throws SignInExpired for an answer to nothing that this browser began
   */
  async finish(ctx: RequestContext, search: string, browser: string | undefined): Promise<string> {
    const [state = '', ...more] = new URLSearchParams(search).getAll('state');
    const [id = '', mac = '', ...rest] = state.split('.');
    if (more.length || rest.length || !this.keys.macMatches(mac, id, PURPOSE)) throw new SignInExpired();
    const waiting = (await this.records.get(MODEL, id)) as unknown as Waiting | undefined;
    if (!waiting || !browser || !this.isSame(browser, waiting.browser)) throw new SignInExpired();
    const { uid, provider, until } = waiting;
    try {
      if (this.clock.millis() > until) throw new FederationProblem('expired', 'the answer came too late');
      if (!(await this.records.consume(MODEL, id))) throw new FederationProblem('expired', 'the answer came a second time');
      const who = await this.identify(waiting, state, search);
      await this.flow.federated(ctx, uid, await this.linking.accountOf(ctx, who));
      return interactionPath(uid);
    } catch (error) {
      if (error instanceof FederationProblem) return this.back(uid, provider, error);
      if (error instanceof SignInRefused) return this.back(uid, provider, new FederationProblem('not_allowed', error.message));
      throw error;
    }
  }

  private async identify({ provider, nonce, verifier }: Waiting, state: string, search: string): Promise<ForeignIdentity> {
    const agent = this.providers.find(provider);
    if (!agent) throw new FederationProblem('failed', 'the provider is configured no longer');
    try {
      return await agent.finish({ state, nonce, verifier }, new URL(`${this.redirectUri}${search}`));
    } catch (error) {
      throw problemOf(error);
    }
  }

  private back(uid: string, provider: string, problem: FederationProblem): string {
    this.logger.warn({ provider, problem: problem.code, err: problem.cause ?? problem }, 'no sign-in with an external provider');
    return `${interactionPath(uid)}?problem=${problem.code}`;
  }

  private isSame(a: string, b: string): boolean {
    return this.keys.macMatches(this.keys.mac(a, PURPOSE), b, PURPOSE);
  }

  private secret(): string {
    return this.random.bytes(32).toString('base64url');
  }
}

function problemOf(error: unknown): FederationProblem {
  if (error instanceof FederationProblem) return error;
  const code: ProblemCode =
    error instanceof AuthorizationResponseError ? codeOf(error.error) : isUnreachable(error) ? 'unavailable' : 'failed';
  return new FederationProblem(code, 'the provider refused or is not understood', { cause: error });
}

/** From the error codes of RFC 6749 4.1.2.1 and OpenID Connect Core 3.1.2.6. */
function codeOf(error: string): ProblemCode {
  if (['access_denied', 'login_required', 'consent_required', 'interaction_required'].includes(error)) return 'cancelled';
  return ['temporarily_unavailable', 'server_error'].includes(error) ? 'unavailable' : 'failed';
}
