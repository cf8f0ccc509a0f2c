import { Injectable } from '@nestjs/common';
import { decodeProtectedHeader, SignJWT } from 'jose';
import passport from 'passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import type { FastifyRequest } from 'fastify';
import { Settings } from '../../../config/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import { type CredentialId, newId, type SessionId, type TeamId, type UserId } from '../../../platform/context/index.js';
import { Unauthenticated } from '../../../platform/errors/index.js';
import { SIGNING_ALGORITHM, SigningKeys } from './signing-keys.js';

export const AUDIENCE = 'rosfleet';
const REFUSED = 'The token is malformed, expired or not one of ours.';

/** What our JWTs say. Permissions are not in them: they are looked up, so that a change acts at once. */
export interface Claims {
  readonly sub: UserId;
  /** The session of a person who signed in. A token has either this or `credential`. */
  readonly session?: SessionId;
  /** The credential it was traded for. */
  readonly credential?: CredentialId;
  /** The team it is bound to; absent when it follows the person's active team. */
  readonly team?: TeamId;
  readonly exp: number;
  readonly nbf?: number;
}

/** Tokens whose signature was verified and need not be again: an RSA check is a good part of what a request costs. */
const MOST_VERIFIED = 10_000;

/** Issues our JWTs and checks them with passport-jwt. */
@Injectable()
export class JwtTokens {
  private readonly strategy: Strategy;
  private readonly verified = new Map<string, Claims>();

  constructor(
    private readonly keys: SigningKeys,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {
    this.strategy = new Strategy(
      {
        jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
        algorithms: [SIGNING_ALGORITHM],
        audience: AUDIENCE,
        issuer: settings.PUBLIC_URL,
        // Times are judged by our own clock, below.
        ignoreExpiration: true,
        jsonWebTokenOptions: { ignoreNotBefore: true },
        secretOrKeyProvider: (_request: unknown, token: string, done: (error: unknown, key?: string) => void) => {
          this.keys.publicPem(kidOf(token)).then((pem) => done(pem ? null : new Error('unknown key id'), pem), done);
        },
      },
      (claims: Claims, done: (error: unknown, user?: unknown) => void) => done(null, this.isCurrent(claims) ? claims : false),
    );
  }

  /** @throws Unauthenticated for anything but a valid token of ours */
  async check(request: FastifyRequest, token: string): Promise<Claims> {
    const known = this.verified.get(token);
    if (known) {
      if (this.isCurrent(known)) return known;
      this.verified.delete(token);
      throw new Unauthenticated(REFUSED);
    }
    const claims = await this.verify(request);
    if (this.verified.size >= MOST_VERIFIED) this.verified.clear();
    this.verified.set(token, claims);
    return claims;
  }

  private verify(request: FastifyRequest): Promise<Claims> {
    return new Promise((resolve, reject) => {
      const authenticate = passport.authenticate(
        this.strategy,
        { session: false },
        (error: unknown, claims: Claims | false, info: unknown) => {
          if (claims) resolve(claims);
          else reject(new Unauthenticated(REFUSED, { cause: error ?? info }));
        },
      ) as (request: unknown, reply: unknown, next: (error?: unknown) => void) => void;
      authenticate(request, {}, reject);
    });
  }

  private isCurrent({ exp, nbf }: Claims): boolean {
    const now = this.clock.millis() / 1000;
    return typeof exp === 'number' && now < exp && (nbf === undefined || nbf <= now);
  }

  /** @param seconds life of the token */
  async issue(claims: Omit<Claims, 'exp' | 'nbf'>, seconds: number): Promise<string> {
    const { kid, privateKey } = this.keys.current;
    const now = Math.floor(this.clock.millis() / 1000);
    return new SignJWT({ session: claims.session, credential: claims.credential, team: claims.team })
      .setProtectedHeader({ alg: SIGNING_ALGORITHM, kid, typ: 'JWT' })
      .setSubject(claims.sub)
      .setIssuer(this.settings.PUBLIC_URL)
      .setAudience(AUDIENCE)
      .setJti(newId())
      .setIssuedAt(now)
      .setExpirationTime(now + seconds)
      .sign(privateKey);
  }
}

function kidOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).kid;
  } catch {
    return undefined;
  }
}
