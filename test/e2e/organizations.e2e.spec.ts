import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BillingAccounts, IdentityService } from '../../src/modules/identity/index.js';
import { newId, RequestContext } from '../../src/platform/context/index.js';
import { base62ToUuid, uuidToBase62 } from '../../src/platform/crypto/index.js';
import { textOfPdf } from '../support/pdf.js';
import { type Client, Fleet } from './support/fleet.js';

const system = RequestContext.system('test');
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const DATA_URI = `data:image/png;base64,${PNG.toString('base64')}`;

describe('organizations', () => {
  let fleet: Fleet;
  let owner: Client;
  let viewer: Client;

  beforeAll(async () => {
    fleet = await Fleet.start();
    const team = await fleet.team();
    owner = team.owner;
    viewer = await fleet.member(team, 'member');
  }, 60_000);
  afterAll(() => fleet.stop());

  interface Org {
    id: string;
    path: string | null;
    [field: string]: unknown;
  }
  const workspace = async (billing_mode = 'assigned'): Promise<string> => {
    const id = (await owner.post('/workspaces', { name: 'Tree', billing_mode }).expect(201)).body.id as string;
    await owner.post(`/workspaces/${id}/members`, { user_id: viewer.userId, role: 'viewer' }).expect(201);
    return `/workspaces/${id}/organizations`;
  };
  const create = async (tree: string, name: string, parent?: Org, more: object = {}): Promise<Org> =>
    (await owner.post(parent ? `${tree}/${parent.id}/children` : tree, { name, ...more }).expect(201)).body as Org;
  const namesOf = (body: { data: { name: string }[] }): string[] => body.data.map((o) => o.name);
  const keyOf = (id: string): string => base62ToUuid(id.slice(id.indexOf('_') + 1))!;

  it('stand in a tree that tells their ancestors', async () => {
    const tree = await workspace();
    const top = await create(tree, 'Top');
    expect(top).toEqual({
      ...{
        id: expect.stringMatching(/^org_[0-9A-Za-z]{22}$/),
        name: 'Top',
        workspace_id: tree.split('/')[2],
        external_id: expect.any(String),
      },
      ...{ parent_org_id: null, path: null, depth: 0, billing_account_id: null, picture: null, branding: {} },
      usage: { usage: { locations: 0, users: 0, sso: 0 }, subtree_usage: { locations: 0, users: 0, sso: 0 } },
      limits: { locations: null, users: null, sso: null },
    });
    expect(top.id).toBe(`org_${uuidToBase62(top['external_id'] as string)}`);
    const middle = await create(tree, 'Middle', top);
    const leaf = await create(tree, 'Leaf', middle, { limits: { users: 5 } });
    await create(tree, 'Other');
    expect(leaf).toMatchObject({ parent_org_id: middle.id, path: `${top.id}#${middle.id}`, depth: 2, limits: { users: 5 } });
    expect((await viewer.get(`${tree}/${leaf.id}`).expect(200)).body).toEqual(leaf);
    expect((await viewer.get(`${tree}/${leaf.id}/parent`).expect(200)).body).toEqual(middle);
    const none = await owner.get(`${tree}/${top.id}/parent`).expect(404);
    expect(none.body).toMatchObject({ code: 'organization_not_found', message: expect.stringContaining('no parent') });
    const { body } = await viewer.get(tree).expect(200);
    expect([namesOf(body), body.has_more]).toEqual([['Top', 'Other', 'Middle', 'Leaf'], false]);
    expect((await owner.get(`${tree}?per_page=3`)).body).toMatchObject({ data: [{}, {}, {}], has_more: true });
    expect(namesOf((await viewer.get(`${tree}/${top.id}/descendants`).expect(200)).body)).toEqual(['Middle', 'Leaf']);
    expect((await owner.get(`${tree}/${top.id}/descendants?per_page=1&page=2`)).body).toMatchObject({
      data: [{ name: 'Leaf' }],
      has_more: false,
    });
    expect(namesOf((await owner.get(`${tree}/${leaf.id}/descendants`)).body)).toEqual([]);
  });

  it('of another workspace do not exist', async () => {
    const [tree, other] = [await workspace(), await workspace()];
    const { id } = await create(other, 'Elsewhere');
    for (const unknown of [id, `org_${uuidToBase62(newId())}`, 'org_1', newId()])
      for (const path of ['', '/parent', '/descendants', '/limits']) await owner.get(`${tree}/${unknown}${path}`).expect(404);
    await owner.patch(`${tree}/${id}`, { name: 'x' }).expect(404);
    await owner.delete(`${tree}/${id}`).expect(404);
    await owner.post(`${tree}/${id}/children`, { name: 'x' }).expect(404);
  });

  it('change field by field: what is absent stays, null takes away', async () => {
    const tree = await workspace();
    const branding = { display_name: 'Läden', login_hint: 'you@example.net', colors: { primary: '#1a73e8', page_background: '#FFF' } };
    const { id } = await create(tree, 'A', undefined, { limits: { locations: 3, users: 4 }, branding });
    const patch = async (body: object): Promise<unknown> => (await owner.patch(`${tree}/${id}`, body).expect(200)).body;
    expect(await patch({ name: 'B' })).toMatchObject({ name: 'B', limits: { locations: 3, users: 4, sso: null }, branding });
    expect(await patch({ limits: { users: null, sso: 0 } })).toMatchObject({ name: 'B', limits: { locations: 3, users: null, sso: 0 } });
    expect(await patch({ branding: { login_hint: null, colors: { primary: '#000' } } })).toMatchObject({
      branding: { display_name: 'Läden', colors: { primary: '#000', page_background: '#FFF' } },
    });
    expect(await patch({ branding: { colors: null } })).toMatchObject({ branding: { display_name: 'Läden' } });
    expect(await patch({ branding: null })).toMatchObject({ branding: {} });
    await viewer.patch(`${tree}/${id}`, { name: 'x' }).expect(403);
    await viewer.delete(`${tree}/${id}`).expect(403);
    await viewer.post(`${tree}/${id}/children`, { name: 'x' }).expect(403);
  });

  it('refuse wrong fields by name', async () => {
    const tree = await workspace();
    const { body } = await owner
      .post(tree, {
        ...{
          name: 'x'.repeat(51),
          billing_account_id: 'no spaces',
          limits: { locations: -1, users: 1.5, routers: 3 },
          picture: 7,
          depth: 3,
        },
        branding: { display_name: 'x'.repeat(101), colors: { primary: 'red', page_background: '#12345' } },
      })
      .expect(422);
    expect(Object.keys(body.errors).sort()).toEqual([
      ...['billing_account_id', 'branding.colors.page_background', 'branding.colors.primary', 'branding.display_name', 'depth'],
      ...['limits.locations', 'limits.routers', 'limits.users', 'name', 'picture'],
    ]);
    await owner.post(tree, {}).expect(422);
    const { id } = await create(tree, 'A');
    for (const bad of [
      { name: null },
      { name: '' },
      { limits: null },
      { limits: [] },
      { limits: { locations: '3' } },
      { parent_org_id: null },
    ])
      await owner.patch(`${tree}/${id}`, bad).expect(422);
  });

  it('show an uploaded picture at a URL of its own, until it is replaced', async () => {
    const tree = await workspace();
    const { id, picture } = await create(tree, 'A', undefined, { picture: DATA_URI });
    expect(picture).toMatch(new RegExp(`^${fleet.url}${tree}/${id}/picture\\?digest=[0-9a-f]{16}&signature=`));
    const path = (picture as string).slice(fleet.url.length);
    const image = await fleet.http().get(path).expect(200);
    expect([image.headers['content-type'], image.headers['x-content-type-options'], image.body]).toEqual(['image/png', 'nosniff', PNG]);
    await fleet
      .http()
      .get(path.replace(/digest=./, 'digest=x'))
      .expect(403);
    await owner.get(`${tree}/${id}/picture`).expect(403);
    expect((await owner.patch(`${tree}/${id}`, { name: 'B', picture }).expect(200)).body.picture).toBe(picture); // sent back as read
    await fleet.http().get(path).expect(200);
    expect((await owner.patch(`${tree}/${id}`, { picture: 'https://example.net/l.png' })).body.picture).toBe('https://example.net/l.png');
    await fleet.http().get(path).expect(404);
    expect((await owner.patch(`${tree}/${id}`, { picture: null })).body.picture).toBeNull();
    const big = (bytes: number): string => `data:image/png;base64,${Buffer.concat([PNG, Buffer.alloc(bytes)]).toString('base64')}`;
    await owner.patch(`${tree}/${id}`, { picture: big(2_000_000) }).expect(200);
    expect((await owner.patch(`${tree}/${id}`, { picture: big(2_097_152) }).expect(422)).body.errors.picture[0]).toMatch(
      /smaller than 2 MB/,
    );
    await owner.patch(`${tree}/${id}`, { picture: big(4_000_000) }).expect(413);
    expect((await owner.patch(`${tree}/${id}`, { picture: 'http://example.net/x.png' }).expect(422)).body.errors).toHaveProperty('picture');
    const deep = `${'{"a":'.repeat(60)}1${'}'.repeat(60)}`;
    await owner
      .patch(`${tree}/${id}`, undefined as never)
      .set('content-type', 'application/json')
      .send(`{"branding":${deep}}`)
      .expect(400);
    await owner.delete(`${tree}/${id}`).expect(204); // the picture goes with it
  });

  describe('and who pays', () => {
    it('is no business of children and of pooled workspaces', async () => {
      const pooled = await workspace('pooled');
      await owner.post(pooled, { name: 'A', billing_account_id: 'cus_1' }).expect(422);
      await create(pooled, 'A', undefined, { billing_account_id: null });
      const assigned = await workspace();
      const top = await create(assigned, 'A', undefined, { billing_account_id: 'cus_1' });
      expect(top['billing_account_id']).toBe('cus_1');
      const { body } = await owner.post(`${assigned}/${top.id}/children`, { name: 'B', billing_account_id: 'cus_1' }).expect(422);
      expect(body.errors).toHaveProperty('billing_account_id');
      const child = await create(assigned, 'B', top, { billing_account_id: null });
      await owner.patch(`${assigned}/${child.id}`, { billing_account_id: 'cus_1' }).expect(422);
      expect((await owner.patch(`${assigned}/${top.id}`, { billing_account_id: 'cus_2' })).body.billing_account_id).toBe('cus_2');
    });

    it('is checked once there is billing', async () => {
      const sibling = await fleet.sibling();
      const bearer = `Bearer ${owner.token}`;
      let active = true;
      sibling.app.get(BillingAccounts).register({
        exists: (_ctx, _workspace, account) => Promise.resolve(account === 'cus_known'),
        hasActiveSubscriptions: () => Promise.resolve(active),
      });
      const tree = await workspace();
      const post = async (body: object): Promise<number> => (await sibling.http.post(tree).set('authorization', bearer).send(body)).status;
      expect(await post({ name: 'A' })).toBe(422);
      expect(await post({ name: 'A', billing_account_id: 'cus_unknown' })).toBe(422);
      expect(await post({ name: 'A', billing_account_id: 'cus_known' })).toBe(201);
      const archive = () => sibling.http.delete(tree.replace('/organizations', '')).set('authorization', bearer);
      expect(await archive()).toMatchObject({ status: 409, body: { code: 'workspace_not_empty' } });
      active = false;
      expect((await archive()).status).toBe(204);
      await sibling.app.close();
    });
  });

  describe('and their number', () => {
    const fill = (tree: string, count: number, parent: Org | null): Promise<unknown> =>
      fleet.sql(
        `INSERT INTO organization (id, workspace_id, parent_id, path, depth, name) SELECT gen_random_uuid(), $1, $2, $3, $4, 'Filler ' || n FROM generate_series(1, $5::int) n`,
        [keyOf(tree.split('/')[2]!), parent && keyOf(parent.id), parent && parent.id, parent ? 1 : 0, count],
      );

    it('ends at ten levels', async () => {
      const tree = await workspace();
      let org = await create(tree, 'Level 1');
      for (let level = 2; level <= 10; level++) org = await create(tree, `Level ${level}`, org);
      expect(org['depth']).toBe(9);
      const { body } = await owner.post(`${tree}/${org.id}/children`, { name: 'Level 11' }).expect(422);
      expect(body).toMatchObject({
        type: 'unprocessable_entity',
        code: 'organization_tree_full',
        message: expect.stringContaining('level 10'),
      });
    });

    it('ends at a hundred children, also when the last place is wanted by many at once', async () => {
      const tree = await workspace();
      const top = await create(tree, 'Top');
      await fill(tree, 98, top);
      const answers = await Promise.all(Array.from({ length: 6 }, (_, n) => owner.post(`${tree}/${top.id}/children`, { name: `C${n}` })));
      expect(answers.map((a) => a.status).sort()).toEqual([201, 201, 422, 422, 422, 422]);
      expect(answers.find((a) => a.status === 422)!.body.code).toBe('organization_tree_full');
      expect((await owner.get(`${tree}/${top.id}/descendants`)).body.data).toHaveLength(100);
      await create(tree, 'Beside');
    });

    it('ends at a thousand, also when the last place is wanted by many at once; lists and report show them all', async () => {
      const tree = await workspace();
      const top = await create(tree, 'Top');
      await fill(tree, 998, null);
      const answers = await Promise.all([
        owner.post(tree, { name: 'One' }),
        owner.post(`${tree}/${top.id}/children`, { name: 'Two' }),
        owner.post(tree, { name: 'Three' }),
      ]);
      expect(answers.map((a) => a.status).sort()).toEqual([201, 422, 422]);
      expect(answers.find((a) => a.status === 422)!.body).toMatchObject({ type: 'unprocessable_entity', code: 'workspace_full' });
      const pages = await Promise.all([1, 2, 3].map(async (page) => (await owner.get(`${tree}?page=${page}`).expect(200)).body));
      expect(pages.map((p) => [p.data.length, p.has_more])).toEqual([
        [500, true],
        [500, false],
        [0, false],
      ]);
      const pdf = await viewer.get(`${tree}/usage.pdf`).buffer(true).expect(200);
      const texts = (await textOfPdf(pdf.body as Buffer)).flat().map((t) => t.text);
      expect(texts.filter((t) => t.startsWith('Filler ')).length).toBe(998);
    });
  });

  describe('when deleted', () => {
    it('take along those below them, unless there is a team', async () => {
      const tree = await workspace();
      const top = await create(tree, 'Top');
      const middle = await create(tree, 'Middle', top);
      const leaf = await create(tree, 'Leaf', middle);
      const identity = fleet.app.get(IdentityService);
      const teamId = await identity.createTeam(system, { name: 'Idle', organizationId: keyOf(leaf.id) as never });
      for (const { id } of [top, middle, leaf]) {
        const { body } = await owner.delete(`${tree}/${id}`).expect(409);
        expect(body).toMatchObject({
          type: 'conflict_error',
          code: 'organization_has_usage',
          message: expect.stringContaining('«Leaf» has 1 teams'),
        });
      }
      await fleet.sql('DELETE FROM team WHERE id = $1', [teamId]);
      await owner.delete(`${tree}/${middle.id}`).expect(204);
      expect(namesOf((await owner.get(tree)).body)).toEqual(['Top']);
      await owner.get(`${tree}/${leaf.id}`).expect(404);
    });

    it('orphan no team that is made at the same instant', async () => {
      const tree = await workspace();
      const identity = fleet.app.get(IdentityService);
      for (let round = 0; round < 8; round++) {
        const { id } = await create(tree, `R${round}`);
        const [deleted, made] = await Promise.all([
          owner.delete(`${tree}/${id}`),
          identity.createTeam(system, { name: 'Racer', organizationId: keyOf(id) as never }).catch(() => undefined),
        ]);
        expect([deleted.status, made === undefined]).toEqual(made ? [409, false] : [204, true]);
      }
      expect(await fleet.sql('SELECT t.id FROM team t LEFT JOIN organization o ON o.id = t.organization_id WHERE o.id IS NULL')).toEqual(
        [],
      );
    });
  });
});
