import { newId } from '../../src/platform/context/index.js';
import { uuidToBase62 } from '../../src/platform/crypto/index.js';
import type { Operation, Position, Schema } from './operations.js';
import type { Thing } from './world.js';

/**
 * Which thing of a team a value in a request names: the whole of what has to be added for a new resource. Path parameters
 * are found by their path up to and with the parameter, else by name; fields of bodies and queries by `operationId.field`,
 * else by name.
 */
export const OWNED: Readonly<Record<string, Thing>> = {
  '{team}': 'team',
  '{user}': 'member',
  '{role}': 'role',
  '{apiToken}': 'credential',
  '{teamInvitation}': 'invitation',
  '/invitations/{token}': 'invitationToken',
  '/api/keys/{id}': 'apiKey',
  '/oauth/sessions/{session}': 'session',
  '{workspaceId}': 'workspace',
  '{organizationId}': 'organization',
  '{organization}': 'organizationKey',
  '{memberId}': 'member',
  '{site}': 'site',
  '{job}': 'job',
  '{runbook}': 'runbook',
  '/runbook/{id}': 'runbook',
  '/runbooks/{id}': 'runbook',
  '/bootstrap-token/{token}': 'bootstrapTokenId',
  '/adopt/{id}': 'bootstrapToken',
  '/{id}': 'bootstrapToken',
  '{customer_id}': 'team',
  customer_id: 'team',
  customer_ids: 'team',
  user_id: 'member',
  roles: 'role',
  site: 'site',
};

/** Values that belong to nobody, found like those above; a function makes a new one for each request. */
export const SHARED: Readonly<Record<string, unknown>> = {
  '{code}': 'not_found',
  '{country}': 'DE',
  scopes: [] as string[], // ids of scopes are the same for everybody
  billing_account_id: null, // named by the operator, not by us
  client_id: 'rosfleet-portal',
  'oidcAuthorize.scope': 'openid',
  software_id: 'ABCD-EFGH',
  report_id: () => `report-${newId()}`,
  digest: '0000000000000000',
  signature: 'x',
  status: 'busy',
  email: () => `probe-${newId()}@example.net`,
  password: 'Another-Horse-8',
  current_password: 'Correct-Horse-7',
  code: '000000',
  permissions: ['sites:read'],
  timezone: 'Europe/Berlin',
  date_format: 'Y-m-d',
  time_format: 'H:i',
  name: () => `Probe ${newId().slice(-12)}`,
  start_date: '2026-01-01T00:00:00Z',
  end_date: '2026-01-01T06:00:00Z',
  expires_at: '2027-01-01T00:00:00Z',
  picture: null,
  'listTasks.name': 'fleet.end-grace-periods',
  'addWorkspaceMember.role': 'viewer',
  'updateWorkspaceMemberRole.role': 'admin',
};

/** Bodies that are no JSON. */
export const TEXTS: Readonly<Record<string, string>> = {
  adoptDevice: 'model=RB5009UG+S+;serial-number=SER9;version=7.22.3',
  receiveHeartbeat: 'uptime=1h;version=7.22.3',
  createSiteJob: ':log info probe',
  updateJobStatusWithReason: 'no such command',
  oidcToken: 'grant_type=authorization_code&client_id=rosfleet-portal&code=x',
  oidcRevoke: 'token=x',
};

/** Names that look like ids: a field with such a name must stand in one of the two lists. */
const LOOKS_LIKE_ID =
  /(^|_)(ids?|key|token)$|Id$|^(team|user|owner|member|role|site|job|runbook|organization|workspace|group|scope|customer|session)s?$/;

const keysOf = (operation: Operation, position: Position): string[] =>
  position.in === 'path' ? [position.template!, `{${position.name}}`] : [`${operation.id}.${position.name}`, position.name];

/** The thing that the value in this place names; undefined where values belong to nobody. */
export const thingAt = (operation: Operation, position: Position): Thing | undefined =>
  keysOf(operation, position)
    .filter((key) => key !== '{id}' && Object.hasOwn(OWNED, key))
    .map((key) => OWNED[key])[0];

/** Whether this suite knows what to put there. */
export function isKnown(operation: Operation, position: Position): boolean {
  if (thingAt(operation, position) || sharedKey(operation, position) !== undefined) return true;
  if (position.in === 'path') return false;
  const schema = position.schema.items ?? position.schema;
  return schema.format !== 'uuid' && (position.schema.enum !== undefined || !LOOKS_LIKE_ID.test(position.name));
}

const sharedKey = (operation: Operation, position: Position): string | undefined =>
  keysOf(operation, position).find((key) => key !== '{id}' && Object.hasOwn(SHARED, key));

/** A value that fits where nobody's thing is named. */
export function sampleAt(operation: Operation, position: Position): unknown {
  const key = sharedKey(operation, position);
  if (key === undefined) return sampleOf(position.schema);
  const value = SHARED[key];
  return typeof value === 'function' ? (value as () => unknown)() : value;
}

function sampleOf(schema: Schema): unknown {
  if (schema.enum) return schema.enum[0];
  switch (schema.type) {
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 1, 1);
    case 'boolean':
      return true;
    case 'array':
      return schema.items ? [sampleOf(schema.items)] : [];
    case 'object':
      return {};
    default:
      return schema.format === 'date-time' ? '2027-01-01T00:00:00Z' : 'Probe';
  }
}

/** Of the same form, and of nothing that exists. */
export function unknownLike(value: string): string {
  const prefix = /^(ws_|org_)/.exec(value)?.[0];
  if (prefix !== undefined) return prefix + uuidToBase62(newId());
  if (/^[0-9a-f-]{36}$/.test(value)) return newId();
  const cut = value.lastIndexOf('_') + 1;
  const turned = [...value.slice(cut)].reverse().join('');
  return value.slice(0, cut) + turned;
}
