import { v5 } from 'uuid';
import { ALL_SCOPES, type Scope, SCOPES } from '../../../platform/access/index.js';

/** Never changes: ids of scopes are made from it, in every installation the same. */
const NAMESPACE = '5d1f3b1c-7a0e-5c57-9e0b-0d8a51b9c6f4';

/** Roles refer to scopes by UUID: version 5 (RFC 9562) of the scope's name. */
export const scopeId = (scope: Scope): string => v5(scope, NAMESPACE);

const BY_ID: ReadonlyMap<string, Scope> = new Map(ALL_SCOPES.map((scope) => [scopeId(scope), scope]));

/** @returns undefined for an id of no scope */
export const scopeOfId = (id: string): Scope | undefined => BY_ID.get(id.toLowerCase());

/** Every scope with its id, by name. */
export const SCOPE_LIST: readonly { id: string; name: Scope; description: string }[] = ALL_SCOPES.map((name) => ({
  ...{ id: scopeId(name), name, description: SCOPES[name] },
}));
