import { Injectable } from '@nestjs/common';
import type { AdapterPayload } from 'oidc-provider';
import { Settings } from '../../../config/index.js';
import { RequestContext } from '../../../platform/context/index.js';
import { AppKeys, Random } from '../../../platform/crypto/index.js';
import { Database } from '../../../platform/database/index.js';
import { NotFound, ValidationFailed } from '../../../platform/errors/index.js';
import { OidcClient } from './oidc-client.entity.js';

/** The single-page app, a public client that every installation has. */
export const PORTAL_CLIENT = 'rosfleet-portal';

/** This server's own pages, where one of them asks a person to sign in. It gets no tokens: the browser's session is what it needs. */
export const PAGES_CLIENT = 'rosfleet-pages';

/** The redirect URI of the pages. */
export const signedInUri = ({ PUBLIC_URL }: Settings): string => `${PUBLIC_URL}/signed-in`;

const PURPOSE = 'oidc-client';

export interface ClientWish {
  readonly id: string;
  readonly name: string;
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  /** With a secret (a server's program) or without one (an app in a browser or on a telephone, which has PKCE alone). */
  readonly confidential: boolean;
}

/**
 * Applications that people sign in to. All belong to whoever runs this installation, so people are not asked for
 * consent; a client of a stranger has no place here.
 */
@Injectable()
export class OidcClients {
  private readonly ctx = RequestContext.system('oidc-clients');

  constructor(
    private readonly db: Database,
    private readonly keys: AppKeys,
    private readonly random: Random,
    private readonly settings: Settings,
  ) {}

  list(): Promise<OidcClient[]> {
    return this.db.manager(this.ctx).createQueryBuilder(OidcClient, 'c').orderBy('c.createdAt').take(500).getMany();
  }

  /** Adds a client; answers its secret, if it has one, for the only time. @throws ValidationFailed */
  async add(wish: ClientWish): Promise<string | undefined> {
    const problems = problemsOf(wish);
    if (Object.keys(problems).length) throw new ValidationFailed(problems);
    const secret = wish.confidential ? this.random.alphanumeric(48) : undefined;
    const rows = await this.db.query(
      this.ctx,
      `INSERT INTO oidc_client (id, name, redirect_uris, post_logout_redirect_uris, sealed_secret) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING id`,
      [
        ...[wish.id, wish.name, wish.redirectUris, wish.postLogoutRedirectUris],
        secret === undefined ? null : this.keys.seal(secret, PURPOSE),
      ],
    );
    if (!rows.length) throw new ValidationFailed({ id: [`there is a client ${wish.id} already`] });
    return secret;
  }

  /** @throws NotFound */
  async remove(id: string): Promise<void> {
    const rows = await this.db.query(this.ctx, `DELETE FROM oidc_client WHERE id = $1 RETURNING id`, [id]);
    if (!rows.length) throw new NotFound(`There is no client ${id}.`);
  }

  /** A client as the provider wants it (OpenID Connect Dynamic Client Registration names). */
  async metadata(id: string): Promise<AdapterPayload | undefined> {
    if (id === PORTAL_CLIENT) return metadataOf({ ...this.portal(), secret: undefined });
    if (id === PAGES_CLIENT) return metadataOf({ ...this.ownPages(), secret: undefined });
    const row = await this.db.manager(this.ctx).createQueryBuilder(OidcClient, 'c').andWhere('c.id = :id', { id }).getOne();
    if (!row) return undefined;
    return metadataOf({ ...row, secret: row.sealedSecret === null ? undefined : this.keys.open(row.sealedSecret, PURPOSE) });
  }

  private ownPages(): Omit<ClientWish, 'confidential'> {
    return { id: PAGES_CLIENT, name: 'rosfleet', redirectUris: [signedInUri(this.settings)], postLogoutRedirectUris: [] };
  }

  private portal(): Omit<ClientWish, 'confidential'> {
    const { PORTAL_URL, PORTAL_REDIRECT_URIS } = this.settings;
    // On our own host, /callback is where external identity providers answer.
    const apart = new URL(PORTAL_URL).origin !== new URL(this.settings.PUBLIC_URL).origin;
    const own = ['/app/callback', '/app/silent-renew', ...(apart ? ['/callback', '/silent-renew'] : [])].map(
      (path) => `${PORTAL_URL}${path}`,
    );
    const more = PORTAL_REDIRECT_URIS ?? [];
    const origins = [...new Set([PORTAL_URL, ...more.map((uri) => new URL(uri).origin)])];
    return {
      ...{ id: PORTAL_CLIENT, name: 'rosfleet', redirectUris: [...own, ...more] },
      postLogoutRedirectUris: origins.flatMap((origin) => [origin, `${origin}/`]),
    };
  }
}

function metadataOf(client: Omit<ClientWish, 'confidential'> & { secret: string | undefined }): AdapterPayload {
  return {
    client_id: client.id,
    client_name: client.name,
    redirect_uris: [...client.redirectUris],
    post_logout_redirect_uris: [...client.postLogoutRedirectUris],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    application_type: client.redirectUris.every((uri) => /^https?:/.test(uri)) ? 'web' : 'native',
    ...(client.secret === undefined
      ? { token_endpoint_auth_method: 'none' }
      : { token_endpoint_auth_method: 'client_secret_basic', client_secret: client.secret }),
  };
}

/** Loopback may be plain http, everything else is https or an app's own scheme with a dot in it (RFC 8252). */
export function isRedirectUri(text: string): boolean {
  if (!URL.canParse(text) || text.includes('#')) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username || password) return false;
  if (protocol === 'https:') return true;
  if (protocol === 'http:') return ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/.test(protocol);
}

const OUR_NAMES: ReadonlySet<string> = new Set([PORTAL_CLIENT, PAGES_CLIENT, 'rosfleet']);

function problemsOf(wish: ClientWish): Record<string, string[]> {
  const problems: Record<string, string[]> = {};
  if (!/^[a-z0-9][a-z0-9_.-]{2,62}$/.test(wish.id) || OUR_NAMES.has(wish.id))
    problems['id'] = ['id must be 3 to 63 lower-case letters, digits, dots, dashes or underscores, and not a name of ours'];
  if (!wish.name.trim() || wish.name.length > 100) problems['name'] = ['name must have 1 to 100 characters'];
  const wrong = [...wish.redirectUris, ...wish.postLogoutRedirectUris].filter((uri) => !isRedirectUri(uri));
  if (!wish.redirectUris.length) problems['redirect_uris'] = ['at least one redirect URI is needed'];
  if (wrong.length)
    problems['redirect_uris'] = wrong.map((uri) => `${uri} is no https URL (http for loopback only), or has a fragment or a user`);
  return problems;
}
