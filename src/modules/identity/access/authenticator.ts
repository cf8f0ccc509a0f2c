import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AccessChecks, bearerOf } from '../../../platform/access/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import {
  type ApiKeyId,
  type CredentialId,
  isUuid,
  RequestContext,
  type SessionId,
  type TeamId,
  type UserId,
} from '../../../platform/context/index.js';
import { AppKeys } from '../../../platform/crypto/index.js';
import { Unauthenticated } from '../../../platform/errors/index.js';
import { CredentialUse } from '../credentials/credential-use.js';
import { InternalTokens } from './internal-token.js';
import { LinkedAccounts } from '../federation/linked-accounts.js';
import { ExternalIssuers, type TokenSubject } from '../federation/external-issuers.js';
import { JwtTokens } from './jwt.strategy.js';
import { PermissionCache } from './permission-cache.js';
import { API_KEY_PREFIX, API_KEY_PURPOSE, scopesOfPermissions } from '../credentials/key-permissions.js';
import { PermissionsRepository, type PersonRow } from './permissions.repository.js';

/** What a credential may do, as long as nothing of identity changes. */
interface Standing {
  readonly userId: UserId;
  readonly teamId: TeamId | undefined;
  readonly scopes: ReadonlySet<string>;
  readonly expiresAt: number;
  /** Only of API credentials. */
  readonly secretHash?: string;
  /** Only of API keys. */
  readonly keyId?: ApiKeyId;
  /** Only of people: they passed a second factor in this session. */
  readonly secondFactor?: boolean;
}

const NOBODY: Standing = { userId: '' as UserId, teamId: undefined, scopes: new Set(), expiresAt: 0 };
const SECRET_PURPOSE = 'api-credential';

/** Who is behind a bearer token: an API credential in its long form, a JWT of ours or of an external issuer, or a calling service. */
@Injectable()
export class Authenticator implements OnModuleInit {
  private readonly ctx = RequestContext.system('authenticate');

  constructor(
    private readonly checks: AccessChecks,
    private readonly jwt: JwtTokens,
    private readonly cache: PermissionCache<Standing>,
    private readonly permissions: PermissionsRepository,
    private readonly keys: AppKeys,
    private readonly clock: Clock,
    private readonly internalTokens: InternalTokens,
    private readonly use: CredentialUse,
    private readonly externalIssuers: ExternalIssuers,
    private readonly linkedAccounts: LinkedAccounts,
  ) {}

  onModuleInit(): void {
    this.checks.register('jwt', (request) => this.person(request));
    this.checks.register('internal', (request) => this.service(request, 'general'));
    this.checks.register('site-internal', (request) => this.service(request, 'site'));
    this.checks.register('client-token', (request) => this.credentialOnly(request));
  }

  private async person(request: FastifyRequest): Promise<RequestContext> {
    const token = bearerOf(request);
    if (!token) throw new Unauthenticated();
    if (token.includes(':')) return this.byCredential(token, request.id);
    if (token.startsWith(API_KEY_PREFIX)) return this.byKey(token, request.id);
    if (this.externalIssuers.claims(token)) return this.byExternalToken(token, request.id);
    const claims = await this.jwt.check(request, token);
    if (claims.credential) {
      const standing = await this.credentialStanding(claims.credential);
      this.refuseExpired(standing);
      this.use.note(claims.credential);
      return contextOf({ kind: 'api-token', credentialId: claims.credential, userId: standing.userId }, standing, request.id);
    }
    const sessionId = claims.session;
    if (!sessionId) throw new Unauthenticated();
    const standing = await this.cache.get(`session ${sessionId}`, () => this.loadSession(sessionId));
    this.refuseExpired(standing);
    if (standing.userId !== claims.sub) throw new Unauthenticated();
    return contextOf({ kind: 'user', userId: claims.sub, sessionId, secondFactor: standing.secondFactor }, standing, request.id);
  }

  private async byKey(token: string, requestId: string): Promise<RequestContext> {
    // A wrong secret is not remembered: anybody could fill the memory with them.
    const hash = this.keys.macsOf(token, API_KEY_PURPOSE);
    const standing = await this.cache.get(
      `key ${hash[0]}`,
      () => this.loadKey(hash),
      (found) => found !== NOBODY,
    );
    this.refuseExpired(standing);
    this.use.note(standing.keyId!);
    return contextOf({ kind: 'api-token', credentialId: standing.keyId!, userId: standing.userId }, standing, requestId);
  }

  /** A token of another issuer: its person has no session here, so only the issuer can end it before its time. */
  private async byExternalToken(token: string, requestId: string): Promise<RequestContext> {
    const subject = await this.externalIssuers.verify(token);
    const standing = await this.cache.get(
      `external ${JSON.stringify([subject.issuer, subject.subject])}`,
      () => this.loadLinked(subject),
      (found) => found !== NOBODY,
    );
    if (standing === NOBODY)
      throw new Unauthenticated(
        'The token is right, and there is no account here that may sign in and is linked to it or has its verified e-mail address.',
      );
    return contextOf({ kind: 'user', userId: standing.userId }, standing, requestId);
  }

  private async credentialOnly(request: FastifyRequest): Promise<RequestContext> {
    const token = bearerOf(request);
    if (!token?.includes(':')) throw new Unauthenticated('Send an API credential as `Authorization: Bearer tokenId:teamId:secret`.');
    return this.byCredential(token, request.id);
  }

  private async byCredential(token: string, requestId: string): Promise<RequestContext> {
    const [id, teamId, secret, ...rest] = token.split(':');
    if (!isUuid(id) || !isUuid(teamId) || !secret || rest.length) throw new Unauthenticated();
    const standing = await this.credentialStanding(id as CredentialId);
    const right =
      standing.secretHash !== undefined &&
      standing.teamId === teamId.toLowerCase() &&
      this.keys.macMatches(standing.secretHash, secret, SECRET_PURPOSE);
    if (!right) throw new Unauthenticated();
    this.refuseExpired(standing);
    this.use.note(id as CredentialId);
    return contextOf({ kind: 'api-token', credentialId: id as CredentialId, userId: standing.userId }, standing, requestId);
  }

  private service(request: FastifyRequest, kind: 'general' | 'site'): RequestContext {
    const token = bearerOf(request);
    if (!token || !this.internalTokens.accepts(kind, token)) throw new Unauthenticated();
    return RequestContext.of({ kind: 'internal', service: kind === 'general' ? 'internal' : 'site-internal' }, { requestId: request.id });
  }

  private credentialStanding(id: CredentialId): Promise<Standing> {
    return this.cache.get(`credential ${id}`, () => this.loadCredential(id));
  }

  private async loadCredential(id: CredentialId): Promise<Standing> {
    const row = await this.permissions.credential(this.ctx, id);
    if (!row) return NOBODY;
    const creator = await this.permissions.scopes(this.ctx, row.userId, row.teamId);
    const scopes = row.scopes ? new Set(row.scopes.filter((s) => creator.has(s))) : creator;
    return { userId: row.userId, teamId: row.teamId, scopes, expiresAt: row.expiresAt?.getTime() ?? Infinity, secretHash: row.secretHash };
  }

  private async loadKey(hashes: readonly string[]): Promise<Standing> {
    const row = await this.permissions.key(this.ctx, hashes);
    if (!row) return NOBODY;
    const creator = await this.permissions.scopes(this.ctx, row.userId, row.teamId);
    const scopes = new Set([...scopesOfPermissions(row.permissions)].filter((s) => creator.has(s)));
    return { userId: row.userId, teamId: row.teamId, keyId: row.id, scopes, expiresAt: Infinity };
  }

  private async loadSession(id: SessionId): Promise<Standing> {
    const row = await this.permissions.session(this.ctx, id);
    if (!row) return NOBODY;
    const { userId, secondFactor } = row;
    const teamId = row.teamId ?? undefined;
    const scopes = teamId ? await this.permissions.scopes(this.ctx, userId, teamId) : new Set<string>();
    return { userId, teamId, scopes, secondFactor, expiresAt: row.expiresAt.getTime() };
  }

  private async loadLinked(subject: TokenSubject): Promise<Standing> {
    const find = (): Promise<PersonRow | undefined> => this.permissions.linked(this.ctx, subject.issuer, subject.subject);
    const row = (await find()) ?? ((await this.linkedAccounts.knows(this.ctx, subject)) ? await find() : undefined);
    if (!row) return NOBODY;
    const teamId = row.teamId ?? undefined;
    const scopes = teamId ? await this.permissions.scopes(this.ctx, row.userId, teamId) : new Set<string>();
    return { userId: row.userId, teamId, scopes, expiresAt: Infinity };
  }

  private refuseExpired({ expiresAt }: Standing): void {
    if (expiresAt <= this.clock.millis()) throw new Unauthenticated();
  }
}

const contextOf = (actor: RequestContext['actor'], { teamId, scopes }: Standing, requestId: string): RequestContext =>
  RequestContext.of(actor, { teamId, scopes, requestId });

/** The stored form of a credential's secret. */
export const hashApiSecret = (keys: AppKeys, secret: string): string => keys.mac(secret, SECRET_PURPOSE);
