import { ALL_SCOPES, type Scope } from '../../../platform/access/index.js';

/** Roles that every installation has; brought up to date at each start, so that a new scope reaches them. */
export const SYSTEM_ROLES: readonly { systemName: string; name: string; scopes: readonly Scope[] }[] = [
  { systemName: 'owner', name: 'Owner', scopes: ALL_SCOPES },
  { systemName: 'administrator', name: 'Administrator', scopes: ALL_SCOPES.filter((s) => s !== 'team:delete') },
  { systemName: 'member', name: 'Member', scopes: ALL_SCOPES.filter((s) => s.endsWith(':view')) },
];
