import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';
import type { ExternalIssuerEntry } from '../../../config/index.js';
import type { Clock } from '../../../platform/clock/clock.js';
import { Unavailable } from '../../../platform/errors/index.js';
import type { Logger } from '../../../platform/telemetry/logger.js';
import { boundedFetch, TIMEOUT_SECONDS } from './bounded-fetch.js';

/** Milliseconds in which an issuer that did not answer is not asked again. */
const REST_MS = 30_000;
/** Milliseconds for which keys are used although the issuer cannot be asked whether they still are right. */
const STALE_MS = 86_400_000;

type RemoteSet = ReturnType<typeof createRemoteJWKSet>;

/**
 * The public keys of an external issuer, fetched when they are needed: again after ten minutes, and for an unknown key
 * id at most every 30 seconds, so that forged tokens cannot make us ask all the time. While the issuer is down, the keys
 * last seen verify for a day, and an unknown key stays unknown.
 */
export class RemoteKeys {
  private set: RemoteSet | undefined;
  private restsUntil = -Infinity;
  private fetchedAt = -Infinity;

  constructor(
    private readonly entry: ExternalIssuerEntry,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** @throws a JOSEError when no key fits, Unavailable when the issuer is down and its keys are not known */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    if (this.clock.millis() < this.restsUntil) return this.known(header, token);
    try {
      this.set ??= await this.discover();
      return await this.set(header, token);
    } catch (error) {
      if (isAboutTheToken(error)) throw error;
      this.restsUntil = this.clock.millis() + REST_MS;
      this.logger.warn({ issuer: this.entry.issuer, err: error }, 'the keys of an external issuer cannot be fetched');
      return this.known(header, token);
    }
  };

  private known(...[header, token]: Parameters<JWTVerifyGetKey>): ReturnType<JWTVerifyGetKey> {
    const keys = this.set?.jwks();
    if (!keys || this.clock.millis() - this.fetchedAt > STALE_MS)
      throw new Unavailable('The issuer of this token cannot be reached just now, so nobody can say whether it is right. Try again.');
    return createLocalJWKSet(keys)(header, token);
  }

  private async discover(): Promise<RemoteSet> {
    const uri = this.entry.jwksUri ?? (await this.jwksUri());
    return createRemoteJWKSet(new URL(uri), {
      timeoutDuration: TIMEOUT_SECONDS * 1000,
      [customFetch]: async (url, options) => {
        const response = await boundedFetch(url, options);
        if (response.ok) this.fetchedAt = this.clock.millis();
        return response;
      },
    });
  }

  /** From the discovery document (OpenID Connect Discovery 1.0, section 4). */
  private async jwksUri(): Promise<string> {
    const { issuer } = this.entry;
    const response = await boundedFetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
      headers: { accept: 'application/json' },
    });
    if (!response.ok) throw new Error(`the discovery document has status ${response.status}`);
    const document = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown } | null;
    if (document?.issuer !== issuer) throw new Error('the discovery document is of another issuer');
    const uri = document.jwks_uri;
    const isSafe = typeof uri === 'string' && URL.canParse(uri) && (uri.startsWith('https:') || issuer.startsWith('http:'));
    if (!isSafe) throw new Error('the discovery document names no https address of keys');
    return uri;
  }
}

const isAboutTheToken = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys || error instanceof errors.JOSENotSupported;
