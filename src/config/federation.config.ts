import { type EntryReader, readEntries, type TextRule } from './json-entries.js';
import { concern, type Variable } from './variable.js';

const KINDS = ['google', 'github', 'microsoft', 'oidc'] as const;
export type ProviderKind = (typeof KINDS)[number];

/** An identity provider that people may sign in with (docs/identity-providers.md). */
export interface IdentityProviderEntry {
  /** Part of the path where a sign-in with it begins. */
  readonly id: string;
  readonly kind: ProviderKind;
  /** As its button shows it. */
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Issuer identifier, letter by letter as in its tokens. For GitHub the URL of its web pages. */
  readonly issuer: string;
  /** Microsoft: the one tenant whose people may come. */
  readonly tenantId?: string;
  readonly scopes: readonly string[];
  /** GitHub: base URL of its REST API, no slash at the end. */
  readonly api?: string;
  /** Domains of e-mail addresses that the provider may vouch for, lower case; undefined for any. */
  readonly emailDomains?: readonly string[];
}

/** An issuer whose access tokens this API takes. */
export interface ExternalIssuerEntry {
  /** Letter by letter as in the claim `iss`. */
  readonly issuer: string;
  /** One of them must be in the claim `aud`. */
  readonly audience: readonly string[];
  /** Where its keys are; undefined: its discovery document says so. */
  readonly jwksUri?: string;
  readonly algorithms: readonly string[];
  /** Claim with the e-mail address; the claim of the same name with `_verified` at its end must be true. */
  readonly emailClaim: string;
}

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
const LOOPBACK = ['127.0.0.1', '[::1]', 'localhost'];

/** Plain http only where nobody can listen: on this very machine. */
function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text) || /[?#\s]/.test(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  return !username && !password && (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname)));
}

const matching = (pattern: RegExp, why: string, example: string): TextRule => ({ accept: (t) => pattern.test(t), why, example });
const urlLike = (example: string): TextRule => ({
  ...{ accept: isSafeUrl, example },
  why: 'is not an https URL (http on loopback only) without query and fragment',
});

const ID = matching(/^[a-z0-9][a-z0-9-]{0,31}$/, 'is not 1 to 32 lower-case letters, digits and dashes', 'company');
const KIND: TextRule = {
  accept: (t) => (KINDS as readonly string[]).includes(t),
  ...{ why: `is not one of ${KINDS.join(', ')}`, example: 'oidc' },
};
const NAME = matching(/^[^\p{Cc}]{1,60}$/u, 'is not a text of 1 to 60 characters', 'Company account');
const CLIENT_ID = matching(/^[\x21-\x7e]{1,255}$/, 'is not 1 to 255 printable characters without blanks', 'rosfleet');
const CLIENT_SECRET: TextRule = {
  ...matching(/^[\x21-\x7e]{1,1024}$/, 'is not printable text without blanks', 'as the provider gave it'),
  isSecret: true,
};
const ISSUER = urlLike('https://login.example.net/realms/company');
const TENANT = matching(
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  'is not the id of a tenant (a lower-case UUID; common, organizations and names of domains would let in anybody or fit no token)',
  'aaaabbbb-0000-cccc-1111-dddd2222eeee',
);
const SCOPE = matching(/^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/, 'is not a scope (no blanks, each in a text of its own)', 'email');
const DOMAIN = matching(/^([a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]{1,62}$/, 'is not a domain in lower case', 'example.net');
const TEXT = matching(/^[^\p{Cc}]{1,500}$/u, 'is not a text of 1 to 500 characters', 'https://fleet.example.net');
const ALGORITHM: TextRule = {
  accept: (t) => ALGORITHMS.includes(t),
  ...{ why: `is not an asymmetric algorithm (${ALGORITHMS.join(', ')})`, example: 'RS256' },
};

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

const NAMES: Readonly<Record<ProviderKind, string>> = { google: 'Google', github: 'GitHub', microsoft: 'Microsoft', oidc: '' };

function readProvider(entry: EntryReader): IdentityProviderEntry {
  const id = entry.text('id', ID);
  const kind = entry.text('kind', KIND) as ProviderKind | '';
  const name = entry.optionalText('name', NAME) ?? ((kind && NAMES[kind]) || id);
  const emailDomains = entry.texts('email_domains', DOMAIN);
  const common = {
    ...{ id, kind: kind || 'oidc', name, ...(emailDomains && { emailDomains }) },
    ...{ clientId: entry.text('client_id', CLIENT_ID), clientSecret: entry.text('client_secret', CLIENT_SECRET) },
  } as const;
  const scopes = entry.texts('scopes', SCOPE);
  if (kind === 'github') return { ...common, scopes: scopes ?? ['read:user', 'user:email'], ...githubUrls(entry) };
  if (scopes && !scopes.includes('openid')) entry.complain('scopes', 'lacks "openid", for example ["openid", "email", "profile"]');
  return { ...common, scopes: scopes ?? ['openid', 'email', 'profile'], ...issuerOf(entry, kind) };
}

function githubUrls(entry: EntryReader): { issuer: string; api: string } {
  const endpoints = entry.inner('endpoints');
  const web = endpoints?.text('web', urlLike('https://github.example.net'));
  const api = endpoints?.text('api', urlLike('https://github.example.net/api/v3'));
  endpoints?.refuseOthers();
  return { issuer: withoutSlash(web ?? 'https://github.com'), api: withoutSlash(api ?? 'https://api.github.com') };
}

function issuerOf(entry: EntryReader, kind: ProviderKind | ''): { issuer: string; tenantId?: string } {
  if (kind === 'google') return { issuer: 'https://accounts.google.com' };
  if (kind !== 'microsoft') return { issuer: entry.text('issuer', ISSUER) };
  const tenantId = entry.text('tenant_id', TENANT);
  const end = `/${tenantId}/v2.0`;
  const cloud = entry.optionalText('issuer', {
    accept: (t) => isSafeUrl(t) && t.endsWith(end),
    ...{ why: `is not an https URL that ends with ${end}`, example: `https://login.microsoftonline.us${end}` },
  });
  return { tenantId, issuer: cloud ?? `https://login.microsoftonline.com${end}` };
}

function readIssuer(entry: EntryReader): ExternalIssuerEntry {
  const issuer = entry.text('issuer', urlLike('https://example.eu.auth0.com/'));
  if (!entry.has('audience')) entry.complain('audience', 'is missing, for example "https://fleet.example.net"');
  return {
    ...{ issuer, audience: entry.texts('audience', TEXT) ?? [] },
    jwksUri: entry.optionalText('jwks_uri', urlLike('https://example.eu.auth0.com/.well-known/jwks.json')),
    algorithms: entry.texts('algorithms', ALGORITHM) ?? ['RS256', 'PS256', 'ES256', 'EdDSA'],
    emailClaim: entry.optionalText('email_claim', TEXT) ?? 'email',
  };
}

function refuseTwice(values: readonly string[], what: string): void {
  const twice = values.find((v, i) => values.indexOf(v) !== i);
  if (twice !== undefined) throw new Error(`is not right: two entries have the ${what} ${JSON.stringify(twice)}`);
}

const identityProviders: Variable<readonly IdentityProviderEntry[] | undefined> = {
  describe:
    'Other identity providers that people may sign in with: a JSON list, or the path of a file with one. See docs/identity-providers.md.',
  example: '/etc/rosfleet/identity-providers.json',
  fallback: undefined,
  isSecret: true,
  parse: (raw) => {
    const entries = readEntries(raw, readProvider);
    refuseTwice(
      entries.map((e) => e.id),
      'id',
    );
    return entries;
  },
};

const externalIssuers: Variable<readonly ExternalIssuerEntry[] | undefined> = {
  describe:
    'Issuers whose access tokens the API takes as it takes its own: a JSON list, or the path of a file with one. See docs/identity-providers.md.',
  example: '[{"issuer":"https://example.eu.auth0.com/","audience":"https://fleet.example.net"}]',
  fallback: undefined,
  parse: (raw) => {
    const entries = readEntries(raw, readIssuer);
    refuseTwice(
      entries.map((e) => e.issuer),
      'issuer',
    );
    return entries;
  },
};

export const federationConfig = concern('Federation: identities of other providers', {
  IDENTITY_PROVIDERS: identityProviders,
  EXTERNAL_ISSUERS: externalIssuers,
});
