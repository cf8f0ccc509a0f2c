import type { IdentityProviderEntry } from '../../../config/index.js';
import type { ForeignIdentity } from './foreign-identity.js';

/** What ties an answer of a provider to the question: kept on the server, never in the browser. */
export interface Checks {
  readonly state: string;
  readonly nonce: string;
  /** PKCE (RFC 7636). */
  readonly verifier: string;
}

/** How one kind of provider is spoken to. */
export interface ProviderAgent {
  readonly entry: IdentityProviderEntry;
  /** What its identities are stored under. */
  readonly issuer: string;
  /**
   * Where to send the browser.
   * @param again the person is to prove anew who they are, also where the provider has a session of theirs
   * @throws Error when the provider cannot be reached (see `isUnreachable`)
   */
  begin(checks: Checks, redirectUri: string, again: boolean): Promise<URL>;
  /**
   * Trades the provider's answer for who it is.
   * @param answer our callback with the query that the provider sent
   * @throws FederationProblem, or any error for an answer that is not right
   */
  finish(checks: Checks, answer: URL): Promise<ForeignIdentity>;
}
