import { newId } from '../../src/platform/context/index.js';
import { uuidToBase62 } from '../../src/platform/crypto/index.js';
import type { Operation, Position, Schema } from './operations.js';
import type { Side, Thing } from './world.js';

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
  '/oauth/identities/{identity}': 'identity',
  '{workspaceId}': 'workspace',
  '{organizationId}': 'organization',
  '{organization}': 'organizationKey',
  '{memberId}': 'member',
  '{site}': 'site',
  '{router_id}': 'site',
  '{job}': 'job',
  '{file}': 'backupFile',
  '{from}': 'backupFile',
  '{to}': 'backupFile',
  sites: 'site',
  '/policies/{id}': 'policy',
  '/control-plane/policies/{id}': 'policy',
  '{policy}': 'policy',
  'createPolicy.sites': 'site',
  'updatePolicy.sites': 'site',
  'assignPolicySites.sites': 'site',
  '{securityGroupId}': 'securityGroup',
  '{prefixListId}': 'prefixList',
  'createSecurityGroup.sites': 'site',
  'updateSecurityGroup.sites': 'site',
  'createPrefixList.sites': 'site',
  'updatePrefixList.sites': 'site',
  '{runbook}': 'runbook',
  '/runbook/{id}': 'runbook',
  '/runbooks/{id}': 'runbook',
  '/bootstrap-token/{token}': 'bootstrapTokenId',
  '/adopt/{id}': 'bootstrapToken',
  '/{id}': 'bootstrapToken',
  '/control-plane/{site}/transient-accesses/{id}': 'transientAccess',
  '/sites/{site}/transient-accesses/{id}': 'transientAccess',
  '/control-plane/{site}/transient-forward/{id}': 'transientForward',
  '/sites/{site}/transient-forward/{id}': 'transientForward',
  '/api/routers/{router_id}/transient-forwarding/{id}': 'transientForward',
  '{customer_id}': 'team',
  customer_id: 'team',
  '{customerid}': 'team',
  customer_ids: 'team',
  site_ids: 'site',
  'createCpfSite.id': 'site',
  'createCpfSiteForMigration.id': 'site',
  'filterLogEvents.streams': 'site',
  user_id: 'member',
  'addWorkspaceMember.user_id': 'newcomer',
  roles: 'role',
  site: 'site',
};

/** A control-plane policy but for its name. */
const POLICY = {
  trusted_networks: ['10.0.0.0/8'],
  winbox: { enabled: true },
  ...Object.fromEntries(['ssh', 'http', 'https', 'telnet', 'ftp', 'api', 'api_ssl'].map((service) => [service, { enabled: false }])),
};

/**
 * Values that belong to nobody, found like those above; a function makes a new one for each request. What is optional is
 * sent only if it stands here with its operation.
 */
export const SHARED: Readonly<Record<string, unknown>> = {
  '{code}': 'not_found',
  '{country}': 'DE',
  '/servers/{serverId}': 's-12345abcdef', // any server may ask
  '/servers/{serverId}/users/{username}': 'nobody', // services see all teams
  '{section}': 'management',
  '{log_group_name}': 'sites',
  'filterLogEvents.start': '2026-01-01T00:00:00Z',
  'filterLogEvents.next_token': null,
  'siteSync.path': '/system/identity/print',
  'siteSyncExecute.path': '/system/identity/print',
  scopes: [] as string[], // ids of scopes are the same for everybody
  billing_account_id: null, // named by the operator, not by us
  client_id: 'rosfleet-portal',
  'oidcAuthorize.scope': 'openid',
  software_id: 'ABCD-EFGH',
  username: 'nobody', // of a tunnel: told to us by servers
  server_id: 'tunnel-1.example.net',
  policy_id: null,
  'assignPolicySites.id': () => newId(), // taken and ignored
  policy: { name: 'Probe', ...POLICY },
  ...POLICY,
  allow_only_cidr: '203.0.113.7/32',
  allow_from: '203.0.113.7/32',
  'executeSynchronous.command': '/system/identity/print',
  dst_address: '192.168.88.20',
  expire_after_minutes: 15,
  rules: [],
  prefixes: [],
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
  start_date: '2026-01-01',
  end_date: '2026-01-01',
  expires_at: '2027-01-01T00:00:00Z',
  picture: null,
  'updateSite.name': 'Probe',
  'patchSite.name': 'Probe',
  'createUser.name': 'Probe',
  'createUser.timezone': 'Europe/Berlin',
  'listTasks.name': 'fleet.end-grace-periods',
  'addWorkspaceMember.role': 'viewer',
  'updateWorkspaceMemberRole.role': 'admin',
};

/** Bodies that are no JSON. */
export const TEXTS: Readonly<Record<string, string>> = {
  reportSectionInventory: 'd41d8cd98f00b204e9800998ecf8427e',
  uploadBackupPart: '# 2026-01-01 12:00:00 by RouterOS 7.22.3',
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

/** Whether a value is sent there: what is needed, and what was asked for. */
export const isSent = (operation: Operation, position: Position): boolean =>
  position.required || Object.hasOwn(SHARED, `${operation.id}.${position.name}`);

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

/** What is answered to a thing of another team where it is not 404, by `operationId.place`. */
export const REFUSED_AS: Readonly<Record<string, number>> = {
  'listAuditLogs.user_id': 200, // a filter that nothing passes
  'acceptTeamInvite.token': 403, // whoever has the token has the mail; it is for another address
  'createSecurityGroup.sites': 422,
  'updateSecurityGroup.sites': 422,
  'createPrefixList.sites': 422,
  'updatePrefixList.sites': 422,
  'createUser.roles': 422,
  'updateUser.roles': 422,
};

/** Where an answer may tell a thing of another team from nothing, and why. */
export const TOLD_APART: Readonly<Record<string, string>> = {
  'acceptTeamInvite.token': 'nobody guesses one, and whoever got it by mail should learn why it is not for them',
};

/** Places that take things of other teams, and why. Adding an entry is a decision about who sees and changes what. */
export const OPEN: Readonly<Record<string, string>> = {
  'getLatestBackups.sites': 'each site is judged by itself, and one of another team is told like one that is not there',
  'addWorkspaceMember.user_id':
    'the contract lets a workspace add any account that may sign in; it shows nothing of that account but its id',
};

/** What own things are answered where this world has nothing more to offer, by operationId. */
export const OWN_REFUSED_AS: Readonly<Record<string, number>> = {
  getTwoFactorQrCode: 404, // no enrolment has begun
  getTwoFactorSecretKey: 404,
  confirmTwoFactor: 422, // the code is made up
  acceptTeamInvite: 403, // it was sent to somebody else
  resendMobileVerification: 422, // they have no number
  checkinSiteServer: 404, // the user name is made up
};

/** A field that every object seems to have, so that checks for unknown ones may miss it. */
export const INHERITED = { constructor: 'poison-constructor' };

/** Fields that belong to the server, with values that would be found in the database had one of them arrived there. */
export const POISON = ({ ids }: Side): Readonly<Record<string, unknown>> => ({
  id: ids.site,
  team_id: ids.team,
  teamId: ids.team,
  team: ids.team,
  customer_id: ids.team,
  owner: ids.owner,
  owner_id: ids.owner,
  ownerId: ids.owner,
  user: ids.owner,
  user_id: ids.owner,
  created_by: ids.owner,
  organization: ids.organizationKey,
  organization_id: ids.organizationKey,
  parent_org_id: ids.organization,
  workspace_id: ids.workspace,
  runbook_id: ids.runbook,
  role_id: ids.role,
  role: ids.role,
  roles: [ids.role],
  abilities: ['poison:ability'],
  scopes: ['poison:scope'],
  status: 'poison-status',
  secret: 'poison-secret',
  secret_hash: 'poison-hash',
  password_hash: 'poison-hash',
  created_at: '2001-02-03T04:05:06.000Z',
  updated_at: '2001-02-03T04:05:06.000Z',
  email_verified_at: '2001-02-03T04:05:06.000Z',
  archived_at: '2001-02-03T04:05:06.000Z',
  trial_ends_at: '2001-02-03T04:05:06.000Z',
});
