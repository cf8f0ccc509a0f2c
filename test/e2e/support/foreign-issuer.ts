import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt, importJWK, type JWK, SignJWT, UnsecuredJWT } from 'jose';
import type OidcLibrary from 'oidc-provider';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import { Provider } from '../../../src/modules/identity/oidc/library.js';

export interface ForeignPerson {
  readonly sub: string;
  readonly [claim: string]: unknown;
}

type Claims = Record<string, unknown>;
/** What becomes of an ID token on its way out: other claims, and perhaps another signature. */
export type Lie = (claims: Claims) => { claims: Claims; sign?: 'none' | 'other-key' };

/** The library's own storage in memory would do, but for the warning that it prints. */
class MemoryAdapter implements Adapter {
  private static readonly rows = new Map<string, AdapterPayload>();

  constructor(private readonly model: string) {}

  async upsert(id: string, payload: AdapterPayload): Promise<void> {
    MemoryAdapter.rows.set(`${this.model} ${id}`, payload);
  }
  async find(id: string): Promise<AdapterPayload | undefined> {
    return MemoryAdapter.rows.get(`${this.model} ${id}`);
  }
  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return [...MemoryAdapter.rows].find(([key, row]) => key.startsWith(`${this.model} `) && row.uid === uid)?.[1];
  }
  findByUserCode(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
  async consume(id: string): Promise<void> {
    const row = await this.find(id);
    if (row) row.consumed = 1;
  }
  async destroy(id: string): Promise<void> {
    MemoryAdapter.rows.delete(`${this.model} ${id}`);
  }
  async revokeByGrantId(grantId: string): Promise<void> {
    for (const [key, row] of MemoryAdapter.rows) if (row.grantId === grantId) MemoryAdapter.rows.delete(key);
  }
}

const makeKey = (kid: string): JWK => ({
  ...(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }) as JWK),
  ...{ kid, use: 'sig', alg: 'RS256' },
});

/** Another OpenID provider, on loopback: the certified library with its storage in memory, and a tongue that can lie. */
export class ForeignIssuer {
  readonly clientId = 'rosfleet-at-foreign';
  readonly clientSecret = 'foreign-secret/1+%:&';
  /** Whoever is signed in there; undefined is refused. */
  person: ForeignPerson | undefined;
  lie: Lie | undefined;
  /** Answers 503 to everything. */
  isDown = false;
  /** Path and query of each request. */
  readonly requests: string[] = [];
  private redirectUri = '';
  private made: OidcLibrary | undefined;
  private keys = [makeKey('foreign-1')];
  private readonly server: Server;

  private constructor(private readonly path: string) {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  static async start(path = ''): Promise<ForeignIssuer> {
    const issuer = new ForeignIssuer(path);
    await new Promise<void>((resolve) => issuer.server.listen(0, '127.0.0.1', resolve));
    return issuer;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${this.path}`;
  }

  /** The entry that configures it. */
  entry(more: Record<string, unknown> = {}): Record<string, unknown> {
    return { id: 'foreign', kind: 'oidc', issuer: this.url, client_id: this.clientId, client_secret: this.clientSecret, ...more };
  }

  register(redirectUri: string): void {
    this.redirectUri = redirectUri;
  }

  /** The same issuer with other keys. */
  rotateKeys(kid: string): void {
    this.keys = [makeKey(kid)];
    this.made = undefined;
  }

  /** A JWT signed with its key. */
  async token(claims: Claims, options: { alg?: string; typ?: string; kid?: string; key?: JWK } = {}): Promise<string> {
    const { alg = 'RS256', typ = 'at+jwt', key = this.keys[0]!, kid = key.kid } = options;
    return new SignJWT(claims).setProtectedHeader({ alg, typ, ...(kid && { kid }) }).sign(await importJWK(key, alg));
  }

  otherKey(kid: string): JWK {
    return makeKey(kid);
  }

  get publicKey(): JWK {
    const { kty, n, e, kid } = this.keys[0]!;
    return { kty, n, e, kid };
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests.push(`${request.method} ${request.url}`);
    if (this.isDown) return void response.writeHead(503).end();
    const provider = (this.made ??= this.make());
    const inside = (request.url ?? '').slice(this.path.length);
    if (inside.startsWith('/interaction/')) return this.signIn(provider, request, response);
    if (inside === '/token' && this.lie) this.twist(response, this.lie);
    Object.assign(request, { originalUrl: request.url, url: inside });
    await provider.callback()(request, response);
  }

  private async signIn(provider: OidcLibrary, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const result = this.person ? { login: { accountId: this.person.sub } } : { error: 'access_denied' };
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }

  /** Replaces the ID token in the answer of the token endpoint. */
  private twist(response: ServerResponse, lie: Lie): void {
    const end = response.end.bind(response) as (body: string) => ServerResponse;
    response.end = ((body: string) => {
      const answer = JSON.parse(String(body)) as { id_token?: string };
      const send = (text: string): void => {
        response.setHeader('content-length', Buffer.byteLength(text));
        end(text);
      };
      if (!answer.id_token) send(String(body));
      else void this.forge(answer.id_token, lie).then((id_token) => send(JSON.stringify({ ...answer, id_token })));
      return response;
    }) as ServerResponse['end'];
  }

  private async forge(token: string, lie: Lie): Promise<string> {
    const { claims, sign } = lie(decodeJwt(token));
    if (sign === 'none') return new UnsecuredJWT(claims).encode();
    return this.token(claims, { typ: 'JWT', ...(sign === 'other-key' && { key: this.otherKey(this.keys[0]!.kid!) }) });
  }

  private make(): OidcLibrary {
    const provider: OidcLibrary = new Provider(this.url, {
      adapter: MemoryAdapter,
      clients: [{ client_id: this.clientId, client_secret: this.clientSecret, redirect_uris: [this.redirectUri] }],
      jwks: { keys: this.keys },
      pkce: { required: () => true },
      conformIdTokenClaims: false,
      claims: {
        openid: ['sub', 'tid', 'xms_edov', 'verified_primary_email'],
        email: ['email', 'email_verified'],
        profile: ['name', 'picture'],
      },
      cookies: { keys: ['a key of the foreign issuer'] },
      ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600, AuthorizationCode: 60 },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_ctx, { uid }) => `${this.path}/interaction/${uid}` },
      findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ ...this.person, sub }) }),
      loadExistingGrant: async ({ oidc }) => {
        const known = await provider.Grant.find(oidc.session!.grantIdFor(oidc.client!.clientId) ?? '');
        if (known) return known;
        const grant = new provider.Grant({ accountId: oidc.session!.accountId!, clientId: oidc.client!.clientId });
        grant.addOIDCScope('openid email profile');
        await grant.save();
        return grant;
      },
    });
    return provider;
  }
}
