import { Injectable } from '@nestjs/common';
import { decodeProtectedHeader, SignJWT } from 'jose';
import passport from 'passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import type { FastifyRequest } from 'fastify';
import { Settings } from '../../../config/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import { type CredentialId, newId, type TeamId, type UserId } from '../../../platform/context/index.js';
import { Unauthenticated } from '../../../platform/errors/index.js';
import { SIGNING_ALGORITHM, SigningKeys } from './signing-keys.js';

export const AUDIENCE = 'rosfleet';

/** What our JWTs say. Permissions are not in them: they are looked up, so that a change acts at once. */
export interface Claims {
  readonly sub: UserId;
  /** The credential it was traded for; absent when a person signed in. */
  readonly credential?: CredentialId;
  /** The team it is bound to; absent when it follows the person's active team. */
  readonly team?: TeamId;
  readonly exp: number;
  readonly nbf?: number;
}

/** Issues our JWTs and checks them with passport-jwt. */
@Injectable()
export class JwtTokens {
  private readonly strategy: Strategy;

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
        secretOrKeyProvider: (_request: unknown, token: string, done: (error: unknown, key?: string) => void) =>
          done(null, this.keys.publicPem(kidOf(token)) ?? ''),
      },
      (claims: Claims, done: (error: unknown, user?: unknown) => void) => done(null, this.isCurrent(claims) ? claims : false),
    );
  }

  /** @throws Unauthenticated for anything but a valid token of ours */
  check(request: FastifyRequest): Promise<Claims> {
    return new Promise((resolve, reject) => {
      const authenticate = passport.authenticate(
        this.strategy,
        { session: false },
        (error: unknown, claims: Claims | false, info: unknown) => {
          if (claims) resolve(claims);
          else reject(new Unauthenticated('The token is malformed, expired or not one of ours.', { cause: error ?? info }));
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
    return new SignJWT({ credential: claims.credential, team: claims.team })
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
