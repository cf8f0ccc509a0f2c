import type { IdentityProviderEntry } from '../../../config/index.js';
import { storedAddress } from '../accounts/stored-address.js';
import type { IdentitySource } from '../accounts/user.entity.js';

/** Who somebody is in the words of an external issuer, after its word was checked. */
export interface ForeignIdentity {
  /** What it is stored under: the issuer identifier, or `github` for github.com, which has none. */
  readonly issuer: string;
  /** The issuer's own, stable id of the person. */
  readonly subject: string;
  /** E-mail address, when the issuer has authority over it or has verified it; see docs/identity-providers.md. Lower case. */
  readonly verifiedEmail: string | undefined;
  readonly name: string;
  /** An https URL, or empty. */
  readonly picture: string;
  readonly source: IdentitySource;
}

export type Claims = Readonly<Record<string, unknown>>;

/** Tenant of all personal Microsoft accounts. */
export const MICROSOFT_CONSUMERS = '9188040d-6c67-4c5b-b112-36a304b66dad';

/** An address in its stored form; undefined when it is none. */
export function addressOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 254) return undefined;
  const address = storedAddress(value);
  return /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(address) ? address : undefined;
}

/** Whether a provider may vouch for an address at all. */
export const mayVouch = ({ emailDomains }: Pick<IdentityProviderEntry, 'emailDomains'>, address: string): boolean =>
  !emailDomains || emailDomains.includes(address.slice(address.lastIndexOf('@') + 1));

/** The address in claims that counts as the person's own. Each rule is explained in docs/identity-providers.md. */
export function verifiedEmail(entry: Pick<IdentityProviderEntry, 'kind' | 'emailDomains'>, claims: Claims): string | undefined {
  const address = addressOf(claims['email']);
  if (!address || !mayVouch(entry, address)) return undefined;
  const isVerified =
    entry.kind === 'google'
      ? isGooglesOwn(address, claims)
      : entry.kind === 'microsoft'
        ? isMicrosoftsOwn(address, claims)
        : claims['email_verified'] === true;
  return isVerified ? address : undefined;
}

/** Google is the authority over its own domain and those of Workspace customers (`hd`); others it only once wrote to. */
function isGooglesOwn(address: string, claims: Claims): boolean {
  const isHosted = typeof claims['hd'] === 'string' && claims['hd'] !== '';
  return claims['email_verified'] === true && (isHosted || address.endsWith('@gmail.com'));
}

/** Anybody who administers a tenant can write any address into `email`; two optional claims say that it was verified. */
function isMicrosoftsOwn(address: string, claims: Claims): boolean {
  const owned: unknown = claims['xms_edov'];
  if (owned === true || owned === 1 || owned === '1' || owned === 'true') return true;
  const primary: unknown = claims['verified_primary_email'];
  return Array.isArray(primary) && primary.some((p) => addressOf(p) === address);
}

/** The contract's word for where a person comes from; it has none for other OpenID providers, whose people are `local`. */
export function sourceOf({ kind, tenantId }: Pick<IdentityProviderEntry, 'kind' | 'tenantId'>): IdentitySource {
  if (kind === 'oidc') return 'local';
  if (kind === 'microsoft') return tenantId === MICROSOFT_CONSUMERS ? 'microsoft' : 'azure';
  return kind;
}

/** A portrait that may be shown: https, of sensible length. */
export function pictureOf(value: unknown): string {
  return typeof value === 'string' && value.length <= 2048 && URL.canParse(value) && new URL(value).protocol === 'https:' ? value : '';
}

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
