import { ALL_SCOPES, type Scope } from '../../../platform/access/index.js';

/** How secrets of API keys begin, as the contract shows them; a scanner for leaked secrets finds them by it. */
export const API_KEY_PREFIX = 'alto_sk_';
export const API_KEY_PURPOSE = 'api-key';

/**
 * Permissions of API keys are `resource:read` and `resource:write` with the resource in the plural: another vocabulary
 * than that of scopes. Each stands for the scopes of its resource: `read` for viewing, `write` for everything else.
 */
const SCOPES_OF = new Map<string, Scope[]>();
for (const scope of ALL_SCOPES) {
  const [resource, action] = scope.split(':') as [string, string];
  const permission = `${plural(resource)}:${action === 'view' ? 'read' : 'write'}`;
  SCOPES_OF.set(permission, [...(SCOPES_OF.get(permission) ?? []), scope]);
}

/** Every permission there is, in the order of the scopes. */
export const KEY_PERMISSIONS: readonly string[] = [...SCOPES_OF.keys()];

/** The scopes of permissions; unknown ones stand for none. */
export const scopesOfPermissions = (permissions: readonly string[]): ReadonlySet<Scope> =>
  new Set(permissions.flatMap((permission) => SCOPES_OF.get(permission) ?? []));

function plural(resource: string): string {
  if (resource.endsWith('s')) return resource;
  return resource.endsWith('y') ? `${resource.slice(0, -1)}ies` : `${resource}s`;
}
