import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { VirtualRouter } from '../../tools/virtual-router/index.js';
import { type Client, Fleet, type Team } from './support/fleet.js';

type Body = Record<string, unknown>;
const GROUPS = '/vpc/security-groups';
const LISTS = '/vpc/prefix-lists';
const UNKNOWN = '0193f4a0-7c1e-7e55-8a3e-5d2f7c6b9a10';

const web: Body = { direction: 'outbound', order: 10, protocol: 6, port: '80,443', address: '0.0.0.0/0' };
const group = (more: Body = {}): Body => ({ name: 'Tills', rules: [web], sites: [], ...more });
const list = (more: Body = {}): Body => ({ name: 'Head office', prefixes: [{ cidr: '192.0.2.0/24' }], sites: [], ...more });

describe('security groups and prefix lists', () => {
  let fleet: Fleet;
  let team: Team;
  let owner: Client;
  let a: { id: string; pid: string };
  let b: { id: string; pid: string };

  beforeAll(async () => {
    fleet = await Fleet.start();
    team = await fleet.team();
    owner = team.owner;
    [a, b] = [await site('A'), await site('B')];
  }, 60_000);
  afterAll(() => fleet.stop());

  const site = async (name: string): Promise<{ id: string; pid: string }> => (await owner.post('/site', { name }).expect(201)).body;
  const create = async (path: string, body: Body): Promise<Body & { id: string }> => (await owner.post(path, body).expect(201)).body;
  const refused = async (path: string, body: Body): Promise<string> => {
    const { body: answer } = await owner.post(path, body).expect(422);
    expect(answer).toMatchObject({ type: 'invalid_request_error', code: 'validation_failed', doc_url: expect.any(String) });
    return answer.message as string;
  };

  it('are kept as they were given, in one form', async () => {
    const made = await create(GROUPS, group({ name: '  Tills & cameras ', description: 'Of shops', sites: [a.id.toUpperCase(), b.pid, a.pid] }));
    expect(made).toEqual({
      id: expect.stringMatching(/^sec_grp_[0-9A-Za-z]{27}$/),
      name: 'Tills & cameras',
      description: 'Of shops',
      status: 'syncing',
      sites: [a.pid, b.pid],
      rules: [{ id: expect.stringMatching(/^fltr_[0-9A-Za-z]{27}$/), ...web, description: null }],
      warnings: [expect.stringContaining('no inbound rule')],
    });
    expect((await owner.get(`${GROUPS}/${made.id}`).expect(200)).body).toEqual(made);
    const some = await create(LISTS, list({ prefixes: [{ cidr: '2001:DB8::/32', description: 'v6' }, { cidr: '192.0.2.7' }, { cidr: '192.0.2.7/32' }] }));
    expect(some).toEqual({
      id: expect.stringMatching(/^prfx_lst_[0-9A-Za-z]{27}$/),
      name: 'Head office',
      description: null,
      status: 'active',
      sites: [],
      prefixes: [
        { id: expect.stringMatching(/^prfx_[0-9A-Za-z]{27}$/), cidr: '2001:db8::/32', description: 'v6' },
        { id: expect.stringMatching(/^prfx_[0-9A-Za-z]{27}$/), cidr: '192.0.2.7/32', description: null },
      ],
      address_list: expect.stringMatching(/^rosfleet-[0-9A-Za-z]{12}$/),
    });
    expect((await owner.get(`${LISTS}/${some.id}`).expect(200)).body).toEqual(some);
  }); // prettier-ignore

  it('are there under the early paths too; lists leave out what is long', async () => {
    for (const [path, early] of [[GROUPS, '/security-groups'], [LISTS, '/prefix-lists']] as const) {
      const { body } = await owner.get(path).expect(200);
      expect((await owner.get(early).expect(200)).body).toEqual(body);
      expect(body[0]).toMatchObject({ sites: [], [path === GROUPS ? 'rules' : 'prefixes']: [] });
      expect((await owner.get(`${early}/${body[0].id}`).expect(200)).body.id).toBe(body[0].id);
      expect((await owner.get(`${path}?per_page=1&page=50`).expect(200)).body).toEqual([]);
    }
    expect((await owner.get(GROUPS).expect(200)).body[0]).toMatchObject({ status: 'syncing' });
    const made = await create('/security-groups', group());
    await owner.put(`/security-groups/${made.id}`, group({ name: 'Other' })).expect(200);
    await owner.delete(`/security-groups/${made.id}`).expect(204);
  }); // prettier-ignore

  it.each<[string, Body, RegExp]>([
    ['a short name', { name: ' ab ' }, /name must be longer than or equal to 3/],
    ['a name of 256 characters', { name: 'x'.repeat(256) }, /name/],
    ['a name with NUL', { name: 'abc\0d' }, /name must not contain the character NUL/],
    ['a long description', { description: 'x'.repeat(1025) }, /description/],
    ['no rules', { rules: undefined }, /rules/],
    ['no sites', { sites: undefined }, /sites/],
    ['rules that are nothing', { rules: [null] }, /rules/],
    ['251 rules', { rules: Array.from({ length: 251 }, () => web) }, /rules must contain no more than 250/],
    ['another direction', { rules: [{ ...web, direction: 'both' }] }, /direction must be one of/],
    ['order 0', { rules: [{ ...web, order: 0 }] }, /rules\.0\.order/],
    ['order 1001', { rules: [{ ...web, order: 1001 }] }, /rules\.0\.order/],
    ['protocol 256', { rules: [{ ...web, protocol: 256 }] }, /rules\.0\.protocol/],
    ['a protocol by name', { rules: [{ ...web, protocol: 'tcp' }] }, /rules\.0\.protocol/],
    ['a port that is a number', { rules: [{ ...web, port: 443 }] }, /rules\.0\.port/],
    ['port 65536', { rules: [web, { ...web, port: '65536' }] }, /rules\.1\.port: 65536 is no port/],
    ['a port of ICMP', { rules: [{ ...web, protocol: 1 }] }, /protocol 1 has no ports/],
    ['host bits', { rules: [{ ...web, address: '10.1.2.3/8' }] }, /the network is 10\.0\.0\.0\/8/],
    ['hostile text', { rules: [{ ...web, address: '"; /system reset-configuration' }] }, /is not a network/],
    ['an unknown list', { rules: [{ ...web, address: `prfx_lst_${'0'.repeat(27)}` }] }, /there is no prefix list/],
    ['an action', { rules: [{ ...web, action: 'drop' }] }, /action is not a field/],
    ['a site that is no id', { sites: ['abc'] }, /sites: there is no such site in your team: abc/],
    ['a site that is none', { sites: [UNKNOWN] }, new RegExp(UNKNOWN)],
  ])('refuse %s and say what would be right', async (_what, wrong, message) =>
    expect(await refused(GROUPS, group(wrong))).toMatch(message),
  );

  it.each<[string, Body, RegExp]>([
    ['an empty name', { name: ' ' }, /name/],
    ['a long description', { description: 'x'.repeat(1001) }, /description/],
    ['501 prefixes', { prefixes: Array.from({ length: 501 }, (_, i) => ({ cidr: `10.${i >> 8}.${i & 255}.0/24` })) }, /prefixes must contain no more than 500/],
    ['host bits', { prefixes: [{ cidr: '10.0.0.0/8' }, { cidr: '2001:db8::1/32' }] }, /prefixes\.1\.cidr: .* the network is 2001:db8::\/32/],
    ['IPv4 in IPv6', { prefixes: [{ cidr: '::ffff:10.0.0.0/104' }] }, /write 10\.0\.0\.0\/8/],
    ['a prefix without text', { prefixes: [{}] }, /prefixes\.0\.cidr/],
    ['a NUL', { prefixes: [{ cidr: '10.0.0.0/8', description: '\0' }] }, /NUL/],
    ['a site that is none', { sites: ['site_0000000000000000000000'] }, /site_0000000000000000000000/],
  ])('refuse a list with %s', async (_what, wrong, message) => expect(await refused(LISTS, list(wrong))).toMatch(message)); // prettier-ignore

  it('take the largest that is allowed', async () => {
    const prefixes = Array.from({ length: 500 }, (_, i) => ({ cidr: `10.${i >> 8}.${i & 255}.0/24` }));
    const { id } = await create(LISTS, list({ name: 'x'.repeat(255), prefixes }));
    const rules = Array.from({ length: 250 }, (_, i) => ({ ...web, order: 1000 - i, address: id, description: 'x'.repeat(1024) }));
    const made = await create(GROUPS, group({ name: 'x'.repeat(255), description: 'x'.repeat(1024), rules }));
    expect((made['rules'] as Body[]).map(({ order }) => order)).toEqual(Array.from({ length: 250 }, (_, i) => 751 + i));
  });

  it('of other teams do not exist', async () => {
    const other = (await fleet.team()).owner;
    const theirs = (await other.post(LISTS, list()).expect(201)).body.id as string;
    const ours = await create(GROUPS, group());
    expect(await refused(GROUPS, group({ rules: [{ ...web, address: theirs }] }))).toContain('there is no prefix list');
    for (const method of ['get', 'delete'] as const) {
      await other[method](`${GROUPS}/${ours.id}`).expect(404);
      await owner[method](`${LISTS}/${theirs}`).expect(404);
    }
    await other.put(`${GROUPS}/${ours.id}`, group()).expect(404);
    await other.post(GROUPS, group({ sites: [a.id] })).expect(422);
    expect((await owner.get(`${GROUPS}/nonsense`).expect(404)).body.code).toBe('security_group_not_found');
    expect((await owner.get(`${LISTS}/${ours.id}`).expect(404)).body.code).toBe('prefix_list_not_found');
  });

  it('that no router waits for are not locked: sites without a router take every change', async () => {
    const { id } = await create(GROUPS, group({ sites: [a.id] }));
    for (const port of ['22', '23']) {
      const { body } = await owner.put(`${GROUPS}/${id}`, group({ sites: [a.id, b.id], rules: [{ ...web, port }] })).expect(200);
      expect(body).toMatchObject({ status: 'syncing', sites: [a.pid, b.pid] });
    }
    expect((await owner.put(`${GROUPS}/${id}`, group()).expect(200)).body).toMatchObject({ status: 'active', sites: [] });
    await owner.delete(`${GROUPS}/${id}`).expect(204);
    await owner.get(`${GROUPS}/${id}`).expect(404);
  });

  it('that rules name stay, and whoever wants to delete them learns why', async () => {
    const { id } = await create(LISTS, list());
    const made = await create(GROUPS, group({ name: 'Guests', rules: [{ ...web, address: id }] }));
    const { body } = await owner.delete(`${LISTS}/${id}`).expect(409);
    expect(body).toMatchObject({ code: 'prefix_list_in_use', message: expect.stringContaining(`Guests (${made.id})`) });
    await owner.put(`${GROUPS}/${made.id}`, group()).expect(200);
    await owner.delete(`${LISTS}/${id}`).expect(204);
  });

  it('ask for their scopes', async () => {
    const viewer = await fleet.credential(team.teamId, owner.userId, ['securitygroup:view']);
    await viewer.get(GROUPS).expect(200);
    await viewer.get('/vpc/reference/protocols').expect(200);
    await viewer.post(GROUPS, group()).expect(403);
    await viewer.get(LISTS).expect(403);
    await fleet.http().get(GROUPS).expect(401);
  });

  it('come with what rules are made of', async () => {
    const { body: protocols } = await owner.get('/vpc/reference/protocols').expect(200);
    expect(protocols).toContainEqual({ protocol: 6, name: 'tcp', description: expect.any(String) });
    const { body: services } = await owner.get('/vpc/reference/services').expect(200);
    expect(services).toContainEqual({ name: 'HTTPS', protocol: 6, port: '443', description: expect.any(String) });
  });

  it('forget sites that are deleted, and go with their team', async () => {
    const brief = await fleet.team();
    const gone = (await brief.owner.post('/site', { name: 'Gone' }).expect(201)).body.id as string;
    const { id } = (await brief.owner.post(LISTS, list({ sites: [gone] })).expect(201)).body;
    const made = (await brief.owner.post(GROUPS, group({ rules: [{ ...web, address: id }], sites: [gone] })).expect(201)).body;
    await brief.owner.delete(`/site/${gone}`).expect(204);
    expect((await brief.owner.get(`${GROUPS}/${made.id}`).expect(200)).body).toMatchObject({ sites: [], status: 'active' });
    await fleet.pass(65);
    const person = fleet.client(await fleet.session(brief.owner.userId), brief.teamId, brief.owner.userId);
    await person.delete(`/teams/${brief.teamId}`).expect(204);
    for (const table of ['security_group', 'prefix_list', 'security_group_list', 'security_group_site', 'prefix_list_site'])
      expect(await fleet.sql(`SELECT team_id FROM ${table} WHERE team_id = $1`, [brief.teamId])).toEqual([]);
  });
});

describe('on routers, security groups and prefix lists', () => {
  let fleet: Fleet;
  let team: Team;
  let owner: Client;
  let router: VirtualRouter;
  let site: string;
  let bare: string;
  let beforeGroups: string;

  beforeAll(async () => {
    fleet = await Fleet.start();
    team = await fleet.team();
    owner = team.owner;
    bare = fleet.router({ identity: 'x' }).export();
    ({ router, site } = await fleet.adopted(team, { identity: 'x' }));
    await fleet.pass(245);
    beforeGroups = router.export();
  }, 60_000);
  afterAll(() => fleet.stop());

  const status = async (path: string): Promise<unknown> => (await owner.get(path).expect(200)).body.status;
  const ours = (menu: string): Body[] => router.items(menu).filter(({ comment }) => String(comment).startsWith('rosfleet:vpc:'));
  const addresses = (name: string): unknown[] =>
    ours('/ip/firewall/address-list')
      .filter((one) => one['list'] === name)
      .map((one) => one['address']);
  const arrived = async (path: string, wanted = 'active'): Promise<void> => {
    for (let tries = 0; tries < 8 && (await status(path)) !== wanted; tries++) await fleet.pass(35);
    expect([await status(path), router.failures]).toEqual([wanted, []]);
  };
  let groupPath: string;
  let listPath: string;
  let addressList: string;
  let rule: Body;

  it('come with the next polls; until then they are locked', async () => {
    const made = (await owner.post(LISTS, list()).expect(201)).body;
    [listPath, addressList, rule] = [`${LISTS}/${made.id}`, made.address_list, { ...web, direction: 'inbound', address: made.id }];
    const hostile = group({ name: '"; /user remove admin #', description: '[/system reset-configuration]', rules: [web, rule], sites: [site] });
    const { body } = await owner.post(GROUPS, hostile).expect(201);
    groupPath = `${GROUPS}/${body.id}`;
    expect([body.status, await status(listPath)]).toEqual(['syncing', 'syncing']);
    expect((await owner.get(GROUPS).expect(200)).body).toMatchObject([{ status: 'syncing' }]);
    for (const [path, change] of [[groupPath, group()], [listPath, list()]] as const) {
      const { body: refusal } = await owner.put(path, change).expect(409);
      expect(refusal).toMatchObject({ code: 'rollout_under_way', message: expect.stringContaining('site_') });
    }
    await owner.delete(groupPath).expect(409);
    await arrived(groupPath);
    expect(await status(listPath)).toBe('active');
    expect(ours('/ip/firewall/filter').map((one) => [one['chain'], one['action']])).toEqual([
      ['forward', 'jump'],
      ...Array(3).fill(['rosfleet-vpc', 'return']),
      ['rosfleet-vpc', 'drop'],
    ]);
    expect(addresses(addressList)).toEqual(['192.0.2.0/24']);
    expect(router.items('/user').some((one) => one['name'] === 'admin')).toBe(true);
  }); // prettier-ignore

  it('follow a prefix list that changes', async () => {
    await owner.put(listPath, list({ prefixes: [{ cidr: '198.51.100.0/24' }, { cidr: '203.0.113.0/24' }] })).expect(200);
    expect([await status(listPath), await status(groupPath)]).toEqual(['syncing', 'syncing']);
    await arrived(listPath);
    expect(addresses(addressList)).toEqual(['198.51.100.0/24', '203.0.113.0/24']);
    const wanted = async (): Promise<unknown> => (await owner.get(`/sites/${site}/sections/vpc`).expect(200)).body.wanted;
    const before = await wanted();
    const same = list({ name: 'Renamed', prefixes: [{ cidr: '198.51.100.0/24', description: 'x' }, { cidr: '203.0.113.0/24' }] });
    expect((await owner.put(listPath, same).expect(200)).body).toMatchObject({ name: 'Renamed', status: 'active' });
    expect(await wanted()).toBe(before);
  });

  it('compose: each group adds what it allows, and one drop stands at the end', async () => {
    const { body } = await owner.post(GROUPS, group({ name: 'Cameras', rules: [{ ...web, protocol: 17, port: '123' }], sites: [site] })).expect(201);
    await arrived(`${GROUPS}/${body.id}`);
    expect(ours('/ip/firewall/filter').map((one) => one['action'])).toEqual(['jump', ...Array(4).fill('return'), 'drop']);
    await owner.delete(`${GROUPS}/${body.id}`).expect(204);
    await arrived(groupPath);
    expect(ours('/ip/firewall/filter')).toHaveLength(5);
  }); // prettier-ignore

  it('wait for a router that is away, without being locked, and arrive in their newest wording', async () => {
    router.network.down = true;
    await fleet.pass(345); // ten heartbeats missed: it is offline
    for (const port of ['1001', '1002'])
      expect((await owner.put(groupPath, group({ rules: [{ ...web, port }, rule], sites: [site] })).expect(200)).body.status).toBe(
        'syncing',
      );
    router.network.down = false;
    await arrived(groupPath);
    expect(ours('/ip/firewall/filter').map((one) => one['dst-port'])).toContain('1002');
  });

  it('say when a router refused them, and may then be changed', async () => {
    await router.paste(`/ip firewall address-list add list=${addressList} address=10.99.0.0/16 comment=mine`);
    await owner.put(listPath, list({ prefixes: [{ cidr: '10.99.0.0/16' }] })).expect(200);
    for (let tries = 0; tries < 4 && (await status(groupPath)) !== 'failed'; tries++) await fleet.pass(35);
    expect([await status(groupPath), await status(listPath)]).toEqual(['failed', 'failed']);
    expect(addresses(addressList)).toEqual(['198.51.100.0/24', '203.0.113.0/24']);
    const { body } = await owner.get(`/sites/${site}/sections/vpc`).expect(200);
    expect(body).toMatchObject({ status: 'failed', last_error: expect.stringMatching(/already have|exists/) });
    router.failures.length = 0;
    await router.paste('/ip firewall address-list remove [find comment=mine]');
    await owner.put(listPath, list()).expect(200);
    await arrived(groupPath);
    expect(addresses(addressList)).toEqual(['192.0.2.0/24']);
  });

  it('leave the router as it was, once they are gone', async () => {
    await owner.put(groupPath, group({ rules: [web] })).expect(200);
    await arrived(listPath);
    await owner.put(listPath, list({ sites: [site] })).expect(200);
    await arrived(listPath);
    expect([addresses(addressList), ours('/ip/firewall/filter')]).toEqual([['192.0.2.0/24'], []]);
    await owner.delete(listPath).expect(204);
    await fleet.pass(125);
    expect(router.export()).toBe(beforeGroups);
  });

  it('leave it with the site, too', async () => {
    await owner.put(groupPath, group({ sites: [site] })).expect(200);
    await arrived(groupPath);
    await owner.delete(`/site/${site}`).expect(204);
    await fleet.pass(95);
    expect([router.export(), router.failures]).toEqual([bare, []]);
    await owner.delete(groupPath).expect(204);
  });
});
