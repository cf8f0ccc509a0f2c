import { DeviceTokens } from '../../src/fleet/poll/device-tokens.js';
import { newId, type SiteId } from '../../src/platform/context/index.js';
import { uuidToBase62 } from '../../src/platform/crypto/index.js';
import { type Client, Fleet } from '../e2e/support/fleet.js';
import { nodeHttp } from '../../tools/virtual-router/index.js';
import { Tunnels } from '../e2e/support/reachable.js';

const PICTURE = `data:image/png;base64,${Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').toString('base64')}`;

/** A team with one of everything that operations name, and those who act for it. */
export interface Side {
  /** Access token of the owner, signed in as a person. */
  readonly person: string;
  /** The owner's API credential, with all scopes. */
  readonly credential: string;
  /** An API key of the owner. */
  readonly key: string;
  /** Device token of the router that serves `ids.site`. */
  readonly device: string;
  readonly owner: Client;
  /** The owner signed in once more, with a session that nothing has ended. */
  freshPerson(): Promise<string>;
  /** A credential of the owner that holds these scopes. */
  limited(scopes: string[]): Promise<string>;
  readonly ids: Readonly<Record<Thing, string>>;
}

/** What teams have. Each has an id, or a secret that stands for one, in the form that the API shows. */
export const THINGS = [
  ...([
    'team',
    'owner',
    'member',
    'newcomer',
    'role',
    'credential',
    'apiKey',
    'invitation',
    'invitationToken',
    'session',
    'identity',
  ] as const),
  ...([
    'site',
    'job',
    'backupFile',
    'policy',
    'securityGroup',
    'prefixList',
    'runbook',
    'bootstrapTokenId',
    'bootstrapToken',
    'transientAccess',
    'transientForward',
  ] as const),
  ...(['workspace', 'organization', 'organizationKey'] as const),
];
export type Thing = (typeof THINGS)[number];

export async function populate(fleet: Fleet): Promise<Side> {
  const tunnels = await Tunnels.of(fleet);
  const team = await fleet.team();
  const { teamId, owner: program } = team;
  const freshPerson = (): Promise<string> => fleet.session(program.userId);
  const owner = fleet.client(await freshPerson(), teamId, program.userId);
  const member = await fleet.person(team, 'member');
  const newcomer = await fleet.person(team, 'member');

  let polls = true;
  const [site, runbookToken] = [
    await fleet.adopted(team, { http: (request) => (polls ? nodeHttp(request) : Promise.reject(new Error('this router polls no more'))) }),
    (await program.get(`/runbooks/${team.runbookId}/tokens`).expect(200)).body[0],
  ];
  await program.post(`/backup/${site.site}`).expect(202);
  await fleet.pass(65); // the router has its management access
  await tunnels.serve(site.router, teamId, site.site);
  await tunnels.up(site.router);
  await fleet.pass(95);
  const [backup] = (await program.get(`/backup/${site.site}`).expect(200)).body as { filename: string }[];
  polls = false; // what changes from here on, a request changed
  const job = await program.job(site.site, ':log info x');
  const [row] = await fleet.sql<{ generation: number }>(`SELECT device_generation AS generation FROM site WHERE id = $1`, [site.site]);

  const source = { expire_after_minutes: 1440, allow_only_cidr: '203.0.113.7/32' };
  const login = { ...source, type: 'ssh', full_access: true, allow_rfc1918: false };
  const transientAccess = (await program.post(`/control-plane/${site.site}/transient-accesses`, login).expect(201)).body.id as string;
  const forward = { ...source, dst_address: '192.168.88.20', dst_port: 80 };
  const transientForward = (await program.post(`/control-plane/${site.site}/transient-forward`, forward).expect(201)).body.id as string;

  const [scope] = (await owner.get('/scopes').expect(200)).body as { id: string }[];
  const role = (await owner.post('/team_roles', { name: 'Night shift', scopes: [scope!.id] }).expect(200)).body;
  const credential = (await owner.post(`/teams/${teamId}/api-credentials`, { name: 'Sync' }).expect(200)).body;
  const key = (await owner.post('/api/keys', { name: 'Reports', permissions: ['sites:read'] }).expect(201)).body.data;

  const guest = `guest-of-${teamId}@example.net`;
  await owner.post(`/teams/${teamId}/invites`, { email: guest }).expect(202);
  const [invitation] = (await owner.get(`/teams/${teamId}/invites`).expect(200)).body as { id: string }[];

  const workspace = (await owner.post('/workspaces', { name: 'Shops', billing_mode: 'assigned' }).expect(201)).body.id as string;
  await owner.post(`/workspaces/${workspace}/members`, { user_id: member.userId, role: 'viewer' }).expect(201);
  const tree = `/workspaces/${workspace}/organizations`;
  const top = (await owner.post(tree, { name: 'North' }).expect(201)).body;
  const organization = (await owner.post(`${tree}/${top.id}/children`, { name: 'Harbour', picture: PICTURE }).expect(201)).body;

  const service = (enabled: boolean): object => ({ enabled });
  const off = Object.fromEntries(['ssh', 'http', 'https', 'telnet', 'ftp', 'api', 'api_ssl'].map((name) => [name, service(false)]));
  const shops = { name: 'Shops', trusted_networks: ['192.0.2.0/24'], winbox: service(true), ...off, sites: [site.site] };
  const policy = (await owner.post('/control-plane/policies', shops).expect(201)).body.id as string;

  const tills = { name: 'Tills', prefixes: [{ cidr: '192.0.2.0/24' }], sites: [] };
  const prefixList = (await owner.post('/vpc/prefix-lists', tills).expect(201)).body.id as string;
  const rules = [{ direction: 'outbound', order: 1, protocol: 6, port: '443', address: '0.0.0.0/0' }];
  const securityGroup = (await owner.post('/vpc/security-groups', { name: 'Tills', rules, sites: [] }).expect(201)).body.id as string;

  await program.get('/api/webhook-secret').expect(200); // made when it is first asked for

  await freshPerson();
  const sessions = (await owner.get('/oauth/sessions').expect(200)).body as { id: string; current?: boolean }[];

  const identity = newId();
  await fleet.sql(
    `INSERT INTO linked_identity (id, user_id, issuer, subject) VALUES ($1, $2, 'https://accounts.example.net', 'owner of ' || $3) RETURNING id`,
    [identity, program.userId, teamId],
  );

  return {
    ...{ person: owner.token, credential: program.token, key: key.secret as string, owner, freshPerson },
    device: fleet.app.get(DeviceTokens).issue({ siteId: site.site as SiteId, teamId, generation: row!.generation }),
    limited: async (scopes) => (await fleet.credential(teamId, program.userId, scopes)).token,
    ids: {
      ...{
        team: teamId,
        owner: program.userId,
        member: member.userId,
        newcomer: newcomer.userId,
        role: role.id,
        credential: credential.id,
        apiKey: key.key.id,
      },
      ...{ invitation: invitation!.id, invitationToken: (await fleet.mail(guest)).links[0]!.split('/').at(-1)! },
      identity,
      session: sessions.find((s) => !s.current)!.id,
      ...{
        site: site.site,
        job: job['id'] as string,
        backupFile: backup!.filename,
        policy,
        securityGroup,
        prefixList,
        runbook: team.runbookId,
      },
      ...{ bootstrapTokenId: runbookToken.id, bootstrapToken: uuidToBase62(runbookToken.id as string) },
      ...{ transientAccess, transientForward },
      ...{ workspace, organization: organization.id, organizationKey: team.organizationId },
    },
  };
}
