import { Injectable } from '@nestjs/common';
import { decodeJwt, jwtVerify, type JWTPayload } from 'jose';
import { type ExternalIssuerEntry, Settings } from '../../../config/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import { Unauthenticated, Unavailable } from '../../../platform/errors/index.js';
import { Logger } from '../../../platform/telemetry/logger.js';
import { addressOf, type ForeignIdentity } from './foreign-identity.js';
import { RemoteKeys } from './remote-keys.js';

/** Seconds by which clocks may differ. */
const TOLERANCE = 5;
/** `typ` of access tokens: none, the general word, or that of RFC 9068. */
const ACCESS_TOKEN_TYPES = [undefined, 'jwt', 'at+jwt', 'application/at+jwt'];
/** Keycloak's claim `typ` in tokens that are for other purposes than calling an API. */
const OTHER_PURPOSES = ['ID', 'Refresh', 'Offline', 'Logout'];

export type TokenSubject = Pick<ForeignIdentity, 'issuer' | 'subject' | 'verifiedEmail'>;

interface Issuer {
  readonly entry: ExternalIssuerEntry;
  readonly keys: RemoteKeys;
}

/** Checks access tokens of the issuers in EXTERNAL_ISSUERS. */
@Injectable()
export class ExternalIssuers {
  private readonly issuers: ReadonlyMap<string, Issuer>;

  constructor(
    settings: Settings,
    private readonly clock: Clock,
    logger: Logger,
  ) {
    const entries = settings.EXTERNAL_ISSUERS ?? [];
    this.issuers = new Map(entries.map((entry) => [entry.issuer, { entry, keys: new RemoteKeys(entry, clock, logger) }]));
  }

  /** Whether a token says that it is of one of them; nothing of it has been verified. */
  claims(token: string): boolean {
    return this.issuers.size > 0 && this.issuerOf(token) !== undefined;
  }

  /**
   * Whose token it is, when it is right: signature, issuer, audience and times.
   * @throws Unauthenticated, Unavailable when the issuer's keys cannot be had
   */
  async verify(token: string): Promise<TokenSubject> {
    const issuer = this.issuerOf(token);
    if (!issuer) throw new Unauthenticated();
    const { entry, keys } = issuer;
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keys.find, {
        ...{ issuer: entry.issuer, audience: [...entry.audience], algorithms: [...entry.algorithms] },
        ...{ currentDate: this.clock.now(), clockTolerance: TOLERANCE, requiredClaims: ['exp', 'sub'] },
      });
      refuseOtherPurposes(protectedHeader.typ, payload);
      return { issuer: entry.issuer, subject: payload.sub!, verifiedEmail: emailIn(payload, entry.emailClaim) };
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      throw new Unauthenticated('The token of the external issuer is malformed, expired or not for this API.', { cause: error });
    }
  }

  private issuerOf(token: string): Issuer | undefined {
    try {
      return this.issuers.get(decodeJwt(token).iss ?? '');
    } catch {
      return undefined;
    }
  }
}

/** An ID or refresh token is no access token, and one that is bound to a key (RFC 9449, RFC 8705) is worth nothing without it. */
function refuseOtherPurposes(type: string | undefined, payload: JWTPayload): void {
  if (!ACCESS_TOKEN_TYPES.includes(type?.toLowerCase())) throw new Error(`a token of type ${type} is no access token`);
  if (OTHER_PURPOSES.includes(String(payload['typ'])) || payload['at_hash'] !== undefined) throw new Error('it is no access token');
  if (payload['cnf'] !== undefined) throw new Error('it is bound to a key, and came as a plain bearer token');
  if (!payload.sub) throw new Error('it names nobody');
}

const emailIn = (payload: JWTPayload, claim: string): string | undefined =>
  payload[`${claim}_verified`] === true ? addressOf(payload[claim]) : undefined;
