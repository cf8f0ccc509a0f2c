import { v7 } from 'uuid';

/** Branded ids: a job id cannot be passed where a site id is meant. All are lower-case UUIDs unless the contract shows a prefix. */
declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

export type WorkspaceId = Id<'workspace'>;
export type OrganizationId = Id<'organization'>;
export type TeamId = Id<'team'>;
export type UserId = Id<'user'>;
export type RoleId = Id<'role'>;
export type CredentialId = Id<'credential'>;
export type SiteId = Id<'site'>;
export type JobId = Id<'job'>;
export type RunbookId = Id<'runbook'>;
export type PolicyId = Id<'policy'>;
/** `sec_grp_` and a KSUID. */
export type SecurityGroupId = Id<'security-group'>;
/** `prfx_lst_` and a KSUID. */
export type PrefixListId = Id<'prefix-list'>;
export type BootstrapTokenId = Id<'bootstrap-token'>;
export type BlobId = Id<'blob'>;
export type BackupId = Id<'backup'>;
export type TaskId = Id<'task'>;
export type SessionId = Id<'session'>;
export type InvitationId = Id<'invitation'>;
/** `api_key_` and 27 letters and digits. */
export type ApiKeyId = Id<'api-key'>;

/** A new time-ordered id (UUIDv7, RFC 9562). */
export const newId = <I extends string>(): I => v7() as I;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
export const isUuid = (text: unknown): text is string => typeof text === 'string' && UUID.test(text);
