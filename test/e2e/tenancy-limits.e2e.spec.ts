import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { IdentityService, TeamLimits, WorkspacesService } from '../../src/modules/identity/index.js';
import { OrganizationLimitReached } from '../../src/modules/identity/workspaces/errors.js';
import {
  newId,
  type OrganizationId,
  RequestContext,
  type TeamId,
  type UserId,
  type WorkspaceId,
} from '../../src/platform/context/index.js';
import { base62ToUuid } from '../../src/platform/crypto/index.js';
import { Database } from '../../src/platform/database/index.js';
import { textOfPdf } from '../support/pdf.js';
import { type Client, Fleet, type Team } from './support/fleet.js';

const system = RequestContext.system('test');

describe('limits above teams', () => {
  let fleet: Fleet;
  let owner: Client;
  let identity: IdentityService;

  beforeAll(async () => {
    fleet = await Fleet.start();
    ({ owner } = await fleet.team());
    identity = fleet.app.get(IdentityService);
  }, 60_000);
  afterAll(() => fleet.stop());

  const keyOf = <I extends string>(id: string): I => base62ToUuid(id.slice(id.indexOf('_') + 1)) as I;
  const workspace = async (billing_mode = 'assigned'): Promise<string> =>
    `/workspaces/${(await owner.post('/workspaces', { name: 'Limits', billing_mode }).expect(201)).body.id}/organizations`;
  const create = async (tree: string, name: string, parent?: string, limits: object = {}): Promise<string> =>
    (await owner.post(parent ? `${tree}/${parent}/children` : tree, { name, limits }).expect(201)).body.id as string;
  const person = (): Promise<UserId> => identity.createUser(system, { email: `${newId()}@example.net`, name: 'P' });
  /** A team of an organization with its owner and a runbook. */
  const teamIn = async (organization: string): Promise<Team> => {
    const organizationId = keyOf<OrganizationId>(organization);
    const ownerId = await person();
    const teamId = await identity.createTeam(system, { name: 'T', organizationId, ownerId });
    const client = await fleet.credential(teamId, ownerId);
    const { body } = await client.post('/runbook', { name: 'R' }).expect(201);
    return { teamId, organizationId, owner: client, command: body.bootstrap_command as string, runbookId: body.id as string };
  };
  const sitesOf = async (team: Team): Promise<number> => (await team.owner.get('/site-minimal').expect(200)).body.length as number;
  const limitsOf = async (tree: string, id: string): Promise<{ limits: Record<string, unknown>[]; context: unknown }> =>
    (await owner.get(`${tree}/${id}/limits`).expect(200)).body;

  it('are told meter by meter, with what is used below and where the binding one comes from', async () => {
    const tree = await workspace();
    const top = await create(tree, 'Top', undefined, { locations: 3 });
    const [left, right] = [await create(tree, 'Left', top), await create(tree, 'Right', top, { locations: 2, users: 1 })];
    const [a, b] = [await teamIn(left), await teamIn(right)];
    const { router } = await fleet.adopted(a);
    await a.owner.post('/site', { name: 'waits for its router' }).expect(201); // takes no seat yet
    await identity.addMember(system, a.teamId, b.owner.userId, 'member'); // counts in both organizations
    expect(await limitsOf(tree, top)).toEqual({
      ...{ organization_id: top, organization_name: 'Top' },
      limits: [
        { type: 'locations', used: 1, direct: 0, free: 2, org_limit: 3, total: 3, context: { type: 'organization', name: 'Top' } },
        { type: 'users', used: 3, direct: 0, org_limit: null, context: null },
        { type: 'sso', used: 0, direct: 0, org_limit: null, context: null },
      ],
      context: { type: 'organization', name: 'Top' },
    });
    expect(await limitsOf(tree, left)).toMatchObject({
      limits: [
        { type: 'locations', used: 1, direct: 1, free: 2, org_limit: null, total: 3, context: { type: 'parent', name: 'Top' } },
        {},
        {},
      ],
      context: { type: 'parent', name: 'Top' },
    });
    expect(await limitsOf(tree, right)).toMatchObject({
      limits: [
        { used: 0, free: 2, total: 2, context: { type: 'organization' } },
        { type: 'users', used: 1, free: 0, total: 1, context: { type: 'organization', name: 'Right' } },
        {},
      ],
      context: { type: 'organization', name: 'Right' }, // the one that leaves least
    });
    expect((await owner.get(`${tree}/${top}`)).body.usage).toEqual({
      usage: { locations: 0, users: 0, sso: 0 },
      subtree_usage: { locations: 1, users: 3, sso: 0 },
    });
    const { body } = await owner.get(tree);
    expect((body.data as { usage: { usage: object } }[]).map((o) => o.usage.usage)).toEqual([
      { locations: 0, users: 0, sso: 0 },
      { locations: 1, users: 2, sso: 0 },
      { locations: 0, users: 1, sso: 0 },
    ]);
    const refused = await owner.delete(`${tree}/${top}`).expect(409);
    expect(refused.body.code).toBe('organization_has_usage');

    const pdf = await owner.get(`${tree}/usage.pdf`).buffer(true).expect(200);
    expect(pdf.headers).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': `attachment; filename="usage-${tree.split('/')[2]}.pdf"`,
    });
    expect((await textOfPdf(pdf.body as Buffer))[0]!.map((t) => t.text).slice(0, -2)).toEqual([
      ...['Usage and limits', 'Limits', `${tree.split('/')[2]}, 2026-01-01 12:00 UTC`, 'Organization', 'Locations', 'Users', 'SSO'],
      ...['Top', '1 / 3', '3 / no limit', '0 / no limit', 'Left', '1 / 3', '2 / no limit', '0 / no limit'],
      ...['Right', '0 / 2', '1 / 1', '0 / no limit'],
    ]);
    await router.stop();
  });

  describe('at adoption', () => {
    const rush = async (teams: readonly Team[], each: number): Promise<number[]> => {
      const routers = teams.flatMap((team) => Array.from({ length: each }, () => ({ team, router: fleet.router() })));
      await Promise.all(routers.map(({ team, router }) => router.paste(team.command)));
      const counts = await Promise.all(teams.map(sitesOf));
      await Promise.all(routers.map(({ router }) => router.stop()));
      return counts;
    };
    const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

    it('hold for teams of different branches that adopt at the same instant', async () => {
      const tree = await workspace();
      const top = await create(tree, 'Top', undefined, { locations: 4 });
      const [left, right] = [await create(tree, 'Left', top), await create(tree, 'Right', top, { locations: 2 })];
      const deep = await create(tree, 'Deep', left);
      const counts = await rush([await teamIn(top), await teamIn(deep), await teamIn(right)], 4);
      expect(sum(counts)).toBe(4);
      expect(counts[2]).toBeLessThanOrEqual(2);
      const { limits } = await limitsOf(tree, deep);
      expect(limits[0]).toMatchObject({ free: 0, context: { type: 'ancestor', name: 'Top' } });
    });

    it('say whose they are, and 0 allows none', async () => {
      const tree = await workspace();
      const top = await create(tree, 'Top', undefined, { locations: 0 });
      const team = await teamIn(await create(tree, 'Below', top, { locations: 5 }));
      const router = fleet.router();
      expect(await router.paste(team.command)).toMatch(/All 0 seats of the organization are in use/);
      await owner.patch(`${tree}/${top}`, { limits: { locations: null } }).expect(200);
      expect(await router.paste(team.command)).toMatch(/router-/);
      await router.stop();
    });

    it('let no more in than a pooled workspace has bought, over all its trees', async () => {
      const tree = await workspace('pooled');
      const workspaceId = keyOf<WorkspaceId>(tree.split('/')[2]!);
      await fleet.app.get(WorkspacesService).setPooledSeatLimit(system, workspaceId, 3);
      const teams = [await teamIn(await create(tree, 'One')), await teamIn(await create(tree, 'Two', undefined, { locations: 9 }))];
      expect(sum(await rush(teams, 4))).toBe(3);
      const { body } = await owner.get(tree);
      expect((await limitsOf(tree, body.data[1].id as string)).context).toEqual({ type: 'workspace', name: 'Limits' });
      expect((await owner.get(tree.replace('/organizations', ''))).body.pooled_seat_limit).toBe(3);
      const router = fleet.router();
      expect(await router.paste(teams[0]!.command)).toMatch(/All 3 seats of the workspace are in use/);
      await router.stop();
    });

    it('of an archived workspace are absolute', async () => {
      const tree = await workspace();
      const team = await teamIn(await create(tree, 'Top'));
      await fleet.sql('DELETE FROM membership WHERE team_id = $1', [team.teamId]);
      await owner.delete(tree.replace('/organizations', '')).expect(204);
      const router = fleet.router();
      expect(await router.paste(team.command)).toMatch(/archived/);
      await router.stop();
    });
  });

  describe('of users', () => {
    const contextOf = ({ owner, teamId }: Team): RequestContext => RequestContext.of({ kind: 'user', userId: owner.userId }, { teamId });
    /** What whoever adds members does: asks for room, then writes, in one transaction of the asking person. */
    const join = (team: Team, userId: UserId): Promise<void> =>
      fleet.app.get(Database).transaction(contextOf(team), async (ctx) => {
        await fleet.app.get(TeamLimits).assertRoomForUser(ctx, team.teamId, userId);
        await identity.addMember(ctx, team.teamId, userId, 'member');
      });

    it('count people of every team below, each once an organization', async () => {
      const tree = await workspace();
      const top = await create(tree, 'Top', undefined, { users: 4 });
      const [a, b] = [await teamIn(await create(tree, 'A', top)), await teamIn(await create(tree, 'B', top))];
      const second: Team = { ...a, teamId: await identity.createTeam(system, { name: 'A2', organizationId: a.organizationId }) };
      const newcomer = await person();
      await join(a, newcomer);
      await join(second, newcomer); // the same person in the same organization takes no second place
      await join(b, newcomer);
      const refused = join(b, await person());
      await expect(refused).rejects.toBeInstanceOf(OrganizationLimitReached); // conflict_error, 409
      await expect(refused).rejects.toThrow('All 4 users that «Top» allows are in use.');
      await join(second, a.owner.userId);
    });

    it('are not exceeded by many who join different teams at once', async () => {
      const tree = await workspace();
      const top = await create(tree, 'Top', undefined, { users: 5 });
      const teams = [await teamIn(await create(tree, 'A', top)), await teamIn(await create(tree, 'B', top))];
      const newcomers = await Promise.all(Array.from({ length: 8 }, person));
      const results = await Promise.allSettled(newcomers.map((userId, n) => join(teams[n % 2]!, userId)));
      expect(results.filter((r) => r.status === 'fulfilled')).toHaveLength(3);
      expect((await limitsOf(tree, top)).limits[1]).toMatchObject({ used: 5, free: 0 });
    });

    it('are counted without showing the asking team anything of others', async () => {
      const tree = await workspace();
      const top = await create(tree, 'Top', undefined, { users: 9 });
      const [a, b] = [await teamIn(top), await teamIn(top)];
      await fleet.app.get(Database).transaction(contextOf(a), async (ctx) => {
        await fleet.app.get(TeamLimits).assertRoomForUser(ctx, a.teamId);
        const seen = await fleet.app.get(Database).query<{ team: TeamId }>(ctx, 'SELECT DISTINCT team_id AS team FROM membership');
        expect(seen).toEqual([{ team: a.teamId }]);
      });
      expect(b.teamId).not.toBe(a.teamId);
      await expect(fleet.app.get(TeamLimits).assertRoomForUser(system, newId<TeamId>())).rejects.toThrow('There is no such team.');
    });
  });
});
