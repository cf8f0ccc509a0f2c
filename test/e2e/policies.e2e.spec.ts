import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { JobDispatch } from '../../src/fleet/jobs/job-dispatch.js';
import type { VirtualRouter } from '../../tools/virtual-router/index.js';
import { type Client, Fleet, type Team } from './support/fleet.js';

const MANAGEMENT = '100.64.0.1';
const PORTS = { winbox: 8291, ssh: 22, http: 80, https: 443, telnet: 23, ftp: 21, api: 8728, api_ssl: 8729 };
type Service = keyof typeof PORTS;
type Rule = { enabled: boolean; port?: number; networks?: string[] };
type Body = Record<string, unknown>;

/** A request in which only WinBox, SSH and the API are on, at their usual ports. */
const request = (name: string, more: Body = {}): Body => ({
  name,
  trusted_networks: [`${MANAGEMENT}/32`, '10.0.0.0/8'],
  ...Object.fromEntries(Object.entries(PORTS).map(([service, port]) => [service, rule(['winbox', 'ssh', 'api'].includes(service), port)])),
  ...more,
});
const rule = (enabled: boolean, port?: number, networks?: string[]): Rule => ({ enabled, port, networks });
const off = Object.fromEntries(Object.entries(PORTS).map(([name, port]) => [name, rule(false, port)])) as Record<Service, Rule>;
const PATH = '/control-plane/policies';

describe('control-plane policies', () => {
  let fleet: Fleet;
  let team: Team;
  let owner: Client;
  let fallback: string;

  beforeAll(async () => {
    fleet = await Fleet.start();
    team = await fleet.team();
    owner = team.owner;
  }, 60_000);
  afterAll(() => fleet.stop());

  const site = async (name: string): Promise<string> => (await owner.post('/site', { name }).expect(201)).body.id as string;
  const create = async (body: Body): Promise<Body & { id: string; sites: string[] }> => (await owner.post(PATH, body).expect(201)).body;
  const policy = async (id: string): Promise<Body & { sites: string[] }> => (await owner.get(`${PATH}/${id}`).expect(200)).body;

  it('begin with one default policy, made once however many ask at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => owner.get(PATH).expect(200)));
    const ids = new Set(answers.flatMap(({ body }) => (body as { id: string }[]).map(({ id }) => id)));
    expect(ids.size).toBe(1);
    [fallback] = [...ids] as [string];
    expect((await policy(fallback)) as object).toEqual({
      id: fallback,
      name: 'Default',
      slug: expect.stringMatching(/^default-[a-z0-9]{10}$/),
      default: true,
      custom_input_rules: true,
      trusted_networks: ['100.64.0.1/32', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
      ...off,
      ...Object.fromEntries(Object.entries(PORTS).map(([name, port]) => [name, { enabled: false, port, networks: [] }])),
      ...Object.fromEntries((['winbox', 'ssh', 'api'] as const).map((name) => [name, { enabled: true, port: PORTS[name], networks: [] }])),
      sites: [],
      warnings: [],
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
  });

  it('are there under the first-generation paths too', async () => {
    expect((await owner.get('/policies').expect(200)).body).toEqual((await owner.get(PATH).expect(200)).body);
    expect((await owner.get(`/policies/${fallback}`).expect(200)).body.id).toBe(fallback);
    for (const path of ['/policy-validate', '/control-plane/policy-validate']) {
      const { body } = await owner.get(`${path}/${fallback}`).expect(200);
      expect(body).toEqual({ id: fallback, name: 'Default', slug: expect.any(String), default: true, valid: true });
    }
  });

  it('keep what they were given, in one form', async () => {
    const made = await create(
      request('  Head office – Zürich ', {
        custom_input_rules: false,
        trusted_networks: ['100.64.0.1', '10.0.0.0/8', '10.0.0.0/8', '2001:DB8:0::/48'],
        ssh: { enabled: true, port: 2222, networks: ['192.0.2.7', '2001:db8:1::/64'] },
        telnet: { enabled: false },
        ftp: {},
      }),
    );
    expect(made).toMatchObject({
      name: 'Head office – Zürich',
      slug: expect.stringMatching(/^head-office-zurich-[a-z0-9]{10}$/),
      default: false,
      custom_input_rules: false,
      trusted_networks: ['100.64.0.1/32', '10.0.0.0/8', '2001:db8::/48'],
      ssh: { enabled: true, port: 2222, networks: ['192.0.2.7/32', '2001:db8:1::/64'] },
      telnet: { enabled: false, port: 23, networks: [] },
      ftp: { enabled: false, port: 21, networks: [] },
      sites: [],
      warnings: [],
    });
    expect(await policy(made.id)).toEqual(made);
    expect((await create(request('Head office – Zürich')))['slug']).not.toBe(made['slug']);
  });

  it.each<[string, Body, RegExp]>([
    ['host bits', { trusted_networks: ['10.1.2.3/8'] }, /"10\.1\.2\.3\/8" has bits beyond its prefix; the network is 10\.0\.0\.0\/8/],
    ['IPv4 in IPv6', { ssh: rule(true, 22, ['::ffff:10.0.0.0/104']) }, /ssh\.networks: .* write 10\.0\.0\.0\/8/],
    ['text that is no network', { trusted_networks: ['"; /system reset-configuration'] }, /is not a network/],
    ['port 0', { ssh: rule(true, 0) }, /ssh\.port/],
    ['port 65536', { ssh: rule(true, 65_536) }, /ssh\.port/],
    ['a port that is a text', { ssh: { enabled: true, port: '22' } }, /ssh\.port/],
    ['one port for two services that are on', { ssh: rule(true, 8291) }, /ssh\.port: 8291 is the port of winbox too/],
    ['a missing service', { api_ssl: undefined }, /api_ssl/],
    ['a service that is nothing', { api_ssl: null }, /api_ssl/],
    ['a service that is a text', { api_ssl: 'on' }, /api_ssl/],
    ['a state that is no boolean', { http: { enabled: 'yes', port: 80 } }, /http\.enabled/],
    ['an empty name', { name: '  ' }, /name/],
    ['a name of 101 characters', { name: 'x'.repeat(101) }, /name/],
    ['1,001 networks', { trusted_networks: Array.from({ length: 1001 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`) }, /1000/],
    ['1,001 networks in two lists', { trusted_networks: Array.from({ length: 600 }, (_, i) => `10.0.${i >> 8}.${i & 255}`), ssh: rule(true, 22, Array.from({ length: 401 }, (_, i) => `10.1.${i >> 8}.${i & 255}`)) }, /at most 1000 networks.*1001/],
    ['networks that are no list', { trusted_networks: '10.0.0.0/8' }, /trusted_networks/],
    ['a site that is no id', { sites: ['abc'] }, /sites/],
    ['an unknown field', { colour: 'red' }, /colour is not a field/],
  ])('refuse %s and say what would be right', async (_what, wrong, message) => {
    const { body } = await owner.post(PATH, request('Wrong', wrong)).expect(422);
    expect(body).toMatchObject({ code: 'validation_failed', message: expect.stringMatching(message) });
  }); // prettier-ignore

  it('read one port for all eight services as what it is in the documentation: a sample', async () => {
    const all = Object.fromEntries(Object.keys(PORTS).map((name) => [name, rule(true, 8291, [])]));
    const made = await create(request('Sample', all));
    for (const [name, port] of Object.entries(PORTS)) expect(made[name]).toMatchObject({ enabled: true, port });
    expect(made['warnings']).toEqual([expect.stringContaining('port 8291')]);
    expect((await policy(made.id))['warnings']).toEqual([]);
  });

  it('let services that are off share a port', async () => {
    const made = await create(request('Off', { telnet: rule(false, 22), ftp: rule(false, 22) }));
    expect(made).toMatchObject({ telnet: { port: 22 }, ftp: { port: 22 } });
  });

  it('that let nobody in are refused, unless that is meant', async () => {
    const shut = { winbox: rule(false), ssh: rule(false), api: rule(false) };
    const { body } = await owner.post(PATH, request('Shut', shut)).expect(422);
    expect(body).toMatchObject({ code: 'policy_locks_out', message: expect.stringContaining('winbox, ssh and api') });
    await owner.post(`${PATH}?force=maybe`, request('Shut', shut)).expect(422);
    const forced = (await owner.post(`${PATH}?force=true`, request('Shut', shut)).expect(201)).body;
    expect(forced.warnings[0]).toContain('all off');
    expect((await owner.get(`/policy-validate/${forced.id}`).expect(200)).body).toMatchObject({ valid: false });
  });

  it('warn of what is allowed and dangerous', async () => {
    const { warnings } = await create(
      request('Open', { trusted_networks: ['0.0.0.0/0'], api: rule(false), ssh: rule(true, 22, ['::/0']) }),
    );
    expect(warnings).toEqual([
      expect.stringContaining('The API is off'),
      expect.stringContaining('0.0.0.0/0 is trusted'),
      expect.stringContaining('ssh is open to ::/0'),
    ]);
    const closed = await create(request('Closed', { trusted_networks: [] }));
    expect(closed['warnings']).toEqual([expect.stringContaining(`${MANAGEMENT}, from where this server reaches routers, is not listed`)]);
  });

  describe('have sites', () => {
    let [a, b, c] = ['', '', ''];
    let first: string;
    let second: string;

    it('that come with the policy, and the others stay with the default one', async () => {
      [a, b, c] = [await site('A'), await site('B'), await site('C')];
      first = (await create(request('First', { sites: [a, b.toUpperCase(), a] }))).id;
      expect((await policy(first)).sites).toEqual([a, b]);
      expect((await policy(fallback)).sites).toEqual([c]);
    });

    it('that another policy takes', async () => {
      second = (await create(request('Second'))).id;
      const { body } = await owner.post(`/policies/${second}/sites`, { id: first, sites: [b, c] }).expect(200);
      expect(body).toMatchObject({ id: second, sites: [b, c] });
      expect((await policy(first)).sites).toEqual([a]);
      expect((await owner.post(`${PATH}/${second}/sites`, { sites: [b] }).expect(200)).body.sites).toEqual([b, c]);
    });

    it('that a change names: those left out go to the default policy, and without a list all stay', async () => {
      const put = (body: Body): Promise<{ body: Body }> => owner.put(`${PATH}/${second}`, body).expect(200);
      expect((await put(request('Second', { ssh: rule(true, 2200) }))).body).toMatchObject({ sites: [b, c], ssh: { port: 2200 } });
      expect((await put(request('Second', { sites: [c], default: true }))).body).toMatchObject({ sites: [c], default: false });
      expect((await policy(fallback)).sites).toEqual([b]);
      expect((await owner.put(`${PATH}/${fallback}`, request('Basis', { sites: [c] })).expect(200)).body).toMatchObject({ sites: [b, c], default: true, name: 'Basis' }); // prettier-ignore
    });

    it('that are theirs: what is not is named, and nothing is changed', async () => {
      const other = await fleet.team();
      const foreign = (await other.owner.post('/site', { name: 'Foreign' }).expect(201)).body.id as string;
      for (const unknown of [foreign, '0193f4a0-7c1e-7e55-8a3e-5d2f7c6b9a10']) {
        for (const ask of [
          owner.post(PATH, request('Thief', { sites: [a, unknown] })),
          owner.put(`${PATH}/${second}`, request('Thief', { sites: [a, unknown] })),
          owner.post(`${PATH}/${second}/sites`, { sites: [a, unknown] }),
        ]) {
          const { body } = await ask.expect(404);
          expect(body).toMatchObject({ code: 'policy_sites_unknown', message: expect.stringContaining(unknown) });
          expect(body.message).not.toContain(a);
        }
      }
      expect((await policy(first)).sites).toEqual([a]);
      expect(((await owner.get(PATH).expect(200)).body as Body[]).map((one) => one['name'])).not.toContain('Thief');
      for (const method of ['get', 'delete'] as const) await other.owner[method](`${PATH}/${second}`).expect(404);
      await other.owner.put(`${PATH}/${second}`, request('Thief')).expect(404);
    });

    it('that go to the default policy with their own', async () => {
      await owner.delete(`${PATH}/${first}`).expect(204);
      await owner.get(`${PATH}/${first}`).expect(404);
      expect((await policy(fallback)).sites).toEqual([a, b, c]);
      const { body } = await owner.delete(`${PATH}/${fallback}`).expect(400);
      expect(body.code).toBe('default_policy_stays');
    });

    it('that are shown in lists while they live', async () => {
      await create(request('Third', { sites: [a] }));
      await owner.delete(`/site/${a}`).expect(204);
      const shown = ((await owner.get(PATH).expect(200)).body as { sites: string[] }[]).flatMap(({ sites }) => sites);
      expect(shown.sort()).toEqual([b, c].sort());
    });
  });

  it('ask for their scopes; either of two is enough to move sites', async () => {
    const viewer = await fleet.member(team, 'member', ['cpf:view']);
    await viewer.get(PATH).expect(200);
    await viewer.post(PATH, request('No')).expect(403);
    await viewer.delete(`${PATH}/${fallback}`).expect(403);
    for (const scope of ['cpf:create', 'cpf:update']) {
      const one = await fleet.credential(team.teamId, owner.userId, [scope]);
      await one.post(`${PATH}/${fallback}/sites`, { sites: [] }).expect(200);
    }
    await viewer.post(`${PATH}/${fallback}/sites`, { sites: [] }).expect(403);
  });

  it('go with their team', async () => {
    const brief = await fleet.team();
    await brief.owner.get(PATH).expect(200);
    await brief.owner.post(PATH, request('Gone')).expect(201);
    const person = fleet.client(await fleet.session(brief.owner.userId), brief.teamId, brief.owner.userId);
    await person.delete(`/teams/${brief.teamId}`).expect(204);
    expect(await fleet.sql(`SELECT id FROM control_plane_policy WHERE team_id = $1`, [brief.teamId])).toEqual([]);
  });

  it('may not be read by those who are not signed in', async () => {
    await fleet.http().get(PATH).expect(401);
  });
});

describe('a policy on its routers', () => {
  let fleet: Fleet;
  let team: Team;
  let router: VirtualRouter;
  let site: string;
  let bare: string;

  beforeAll(async () => {
    fleet = await Fleet.start();
    team = await fleet.team();
    bare = fleet.router({ identity: 'x' }).export();
    ({ router, site } = await fleet.adopted(team, { identity: 'x' }));
    await fleet.pass(125);
  }, 60_000);
  afterAll(() => fleet.stop());

  const names = (): string[] =>
    router
      .items('/ip/firewall/filter')
      .map((one) => /rosfleet:policy:\d+\.(\w+)/.exec(String(one['comment']))?.[1] ?? String(one['comment']));
  const status = async (): Promise<unknown> => (await team.owner.get(`/sites/${site}/sections/policy`).expect(200)).body.status;

  it('comes into force with the adoption: the default one', async () => {
    expect(await status()).toBe('applied');
    expect(router.failures).toEqual([]);
    expect(router.item('/ip/service', 'telnet')).toMatchObject({ disabled: true });
    expect(router.item('/ip/service', 'ssh')).toMatchObject({ disabled: false, port: 22, address: '100.64.0.1/32,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16' });
    const rules = router.items('/ip/firewall/filter').filter(({ comment }) => String(comment).startsWith('rosfleet:policy'));
    expect(rules.map((one) => [one['action'], one['src-address'] ?? one['src-address-list'], one['dst-port']])).toEqual([
      ['accept', undefined, '22,8291,8728'],
      ['accept', '100.64.0.1', '22,8291,8728'],
      ['accept', 'rosfleet-trusted', '22,8291,8728'],
      ['drop', undefined, '22,8291,8728'],
    ]);
    expect(router.items('/ip/firewall/address-list').map((one) => one['list'])).toEqual(Array(4).fill('rosfleet-trusted'));
    expect(router.items('/ipv6/firewall/filter').map((one) => one['action'])).toEqual(['accept', 'drop']);
  }); // prettier-ignore

  it('goes below rules that the operator added since, and above them when it shall', async () => {
    await router.paste('/ip firewall filter add chain=input action=drop in-interface=ether1 comment="my own"');
    await fleet.sql(`UPDATE site_section SET due_at = $1`, [new Date(fleet.clock.now())]);
    await fleet.pass(160);
    expect(names()).toEqual(['my own', 'established', 'management', 'trusted', 'drop']);
    const [mine] = (await team.owner.get(PATH).expect(200)).body as { id: string }[];
    await team.owner.put(`${PATH}/${mine!.id}`, request('Default', { custom_input_rules: false })).expect(200);
    expect(await status()).toBe('pending');
    await fleet.pass(65);
    expect(await status()).toBe('applied');
    expect(names()).toEqual(['established', 'management', 'trusted', 'drop', 'my own']);
    expect(router.failures).toEqual([]);
  });

  it('shows what another one would change before it is saved', async () => {
    const ask = { site, policy: request('Draft', { custom_input_rules: false, ssh: rule(true, 2222), trusted_networks: ['10.0.0.0/8'] }) };
    const { body } = await team.owner.post(`${PATH}/preview`, ask).expect(200);
    expect(body).toMatchObject({ trial: true, anew: false, warnings: [expect.stringContaining('is not listed')] });
    expect(body.changes).toContainEqual({ action: 'change', menu: '/ip/service', item: 'name=ssh', before: expect.objectContaining({ port: 22 }), after: expect.objectContaining({ port: 2222 }) });
    expect(body.changes).toContainEqual({ action: 'remove', menu: '/ip/firewall/address-list', item: 'trusted/100.64.0.1/32', before: expect.anything(), after: null });
    expect(await status()).toBe('applied');
    await team.owner.post(`${PATH}/preview`, { ...ask, site: '0193f4a0-7c1e-7e55-8a3e-5d2f7c6b9a10' }).expect(404);
    await team.owner.post(`${PATH}/preview`, { site, policy: request('Draft', { ssh: rule(true, 0) }) }).expect(422);
  }); // prettier-ignore

  it('changes with the policy of the site, and sends nothing when nothing changes', async () => {
    const made = (await team.owner.post(PATH, request('Branch', { http: rule(true, 8080, ['192.0.2.0/24']), sites: [site] })).expect(201)).body;
    await fleet.pass(65);
    expect(await status()).toBe('applied');
    expect(router.item('/ip/service', 'www')).toMatchObject({ disabled: false, port: 8080, address: '100.64.0.1/32,10.0.0.0/8,192.0.2.0/24' });
    expect(router.items('/ip/firewall/address-list').map((one) => one['list'])).toContain('rosfleet-www');
    const sentAt = async (): Promise<unknown> => (await team.owner.get(`/sites/${site}/sections/policy`).expect(200)).body.sent_at;
    const before = await sentAt();
    await team.owner.put(`${PATH}/${made.id}`, request('Renamed', { http: rule(true, 8080, ['192.0.2.0/24']) })).expect(200);
    await team.owner.post(`${PATH}/${made.id}/sites`, { sites: [site] }).expect(200);
    await fleet.pass(65);
    expect(await sentAt()).toBe(before);
    await team.owner.delete(`${PATH}/${made.id}`).expect(204);
    expect(await status()).toBe('pending');
    await fleet.pass(65);
    expect(names()).toEqual(['established', 'management', 'trusted', 'drop', 'my own']);
    expect(router.item('/ip/service', 'www')).toMatchObject({ disabled: true });
  }); // prettier-ignore

  it('waits while too many routers ask at the same time, and is confirmed all the same once it is on trial', async () => {
    const dispatch = fleet.app.get<JobDispatch, { mostTurns: number }>(JobDispatch);
    const room = dispatch.mostTurns;
    const [mine] = (await team.owner.get(PATH).expect(200)).body as { id: string }[];
    await team.owner.put(`${PATH}/${mine!.id}`, request('Default', { ssh: rule(true, 2299) })).expect(200);
    dispatch.mostTurns = 0;
    await fleet.pass(95);
    expect(await status()).toBe('pending');
    dispatch.mostTurns = room;
    for (let i = 0; i < 8 && router.item('/ip/service', 'ssh')?.['port'] !== 2299; i++) await fleet.pass(5);
    dispatch.mostTurns = 0;
    expect(await status()).toBe('syncing');
    await fleet.pass(95);
    expect(await status()).toBe('applied');
    dispatch.mostTurns = room;
    expect(router.item('/ip/service', 'ssh')).toMatchObject({ port: 2299 });
    expect(router.failures).toEqual([]);
  });

  it('waits for a router that is away, and arrives in its newest wording', async () => {
    router.network.down = true;
    const [mine] = (await team.owner.get(PATH).expect(200)).body as { id: string }[];
    for (const port of [2201, 2202, 2203]) await team.owner.put(`${PATH}/${mine!.id}`, request('Default', { ssh: rule(true, port) })).expect(200);
    await fleet.pass(95);
    expect(router.item('/ip/service', 'ssh')).toMatchObject({ port: 2299 });
    router.network.down = false;
    await fleet.pass(95);
    expect(await status()).toBe('applied');
    expect(router.item('/ip/service', 'ssh')).toMatchObject({ port: 2203 });
  }); // prettier-ignore

  it('leaves with the site, and the router is as it was', async () => {
    await team.owner.delete(`/site/${site}`).expect(204);
    await fleet.pass(65);
    expect(router.failures).toEqual([]);
    await router.paste('/ip firewall filter remove [find comment="my own"]');
    expect(router.export()).toBe(bare);
  });
});
