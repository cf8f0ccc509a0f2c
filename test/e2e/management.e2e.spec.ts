import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SectionService } from '../../src/fleet/index.js';
import { RequestContext, type SiteId } from '../../src/platform/context/index.js';
import type { VirtualRouter } from '../../tools/virtual-router/index.js';
import { Fleet, type Team } from './support/fleet.js';
import { Tunnels } from './support/reachable.js';

const ours = (router: VirtualRouter, menu: string): Record<string, unknown>[] =>
  router.items(menu).filter((item) => String(item['comment'] ?? '').startsWith('rosfleet:management:'));

describe('management access', () => {
  let fleet: Fleet;
  let team: Team;
  let tunnels: Tunnels;
  let router: VirtualRouter;
  let site: string;

  beforeAll(async () => {
    fleet = await Fleet.start({ MGMT_TUNNEL: 'off', MGMT_TUNNEL_PUBLIC_HOST: 'tunnel.example.net' });
    tunnels = await Tunnels.open(fleet);
    team = await fleet.team();
    ({ router, site } = await fleet.adopted(team));
    await fleet.pass(65);
  }, 60_000);
  afterAll(async () => {
    await tunnels.close();
    await fleet.stop();
  });

  /** Time passes as it does for real: what is to be done in a moment is done before the next poll. */
  const pass = async (seconds: number): Promise<void> => {
    for (let left = seconds; left > 0; left -= 10) {
      await fleet.pass(Math.min(10, left));
      await fleet.mails('nobody@example.net');
    }
  };
  const sync = (path: string, parameters: string[] = []) => fleet.internal().post(`/control-plane/${site}/sync`, { path, parameters });
  const section = async (name = 'management'): Promise<Record<string, unknown>> =>
    (await team.owner.get(`/sites/${site}/sections/${name}`).expect(200)).body as Record<string, unknown>;

  it('comes to the router with its first polls: tunnel, user, and the rule that lets us in', async () => {
    expect(await section()).toMatchObject({ status: 'applied' });
    const { username, managementAddress } = await tunnels.facts(team.teamId, site);
    expect(ours(router, '/interface/ovpn-client')).toEqual([
      expect.objectContaining({
        user: username,
        'connect-to': 'tunnel.example.net',
        port: 8443,
        cipher: 'aes256-cbc',
        auth: 'sha256',
        disabled: false,
      }),
    ]);
    const [client] = ours(router, '/interface/ovpn-client');
    expect(ours(router, '/ip/firewall/filter')).toEqual([
      expect.objectContaining({
        chain: 'input',
        action: 'accept',
        'src-address': managementAddress,
        'in-interface': client!['name'],
        disabled: false,
      }),
    ]);
    expect(ours(router, '/user')).toEqual([
      expect.objectContaining({ group: 'full', address: `${managementAddress}/32`, disabled: false }),
    ]);
    expect(router.failures).toEqual([]);
  });

  it('says why a command cannot go to a router without a tunnel', async () => {
    expect((await sync('/system/identity/print').expect(409)).body).toMatchObject({ code: 'tunnel_down' });
  });

  it('runs commands once the tunnel is up: rows, ids, refusals in the words of the router', async () => {
    await tunnels.serve(router, team.teamId, site);
    await tunnels.up(router);
    expect((await sync('/system/identity/print').expect(200)).body).toEqual([expect.objectContaining({ name: expect.any(String) })]);
    const added = (await sync('/ip/firewall/address-list/add', ['=list=x', '=address=192.0.2.7']).expect(200)).body;
    expect(added).toEqual({ ret: expect.stringMatching(/^\*/) });
    expect((await sync('/ip/firewall/address-list/print', ['?list=x']).expect(200)).body).toEqual([
      expect.objectContaining({ address: '192.0.2.7' }),
    ]);
    expect((await sync('/ip/firewall/address-list/print', ['?list=none']).expect(200)).body).toEqual([]);
    expect((await sync('/ip/firewall/address-list/remove', [`=.id=${added.ret as string}`]).expect(200)).body).toEqual({});
    expect((await sync('/no/such/print').expect(400)).body).toMatchObject({
      code: 'router_refused',
      router_messages: [expect.any(String)],
    });
    expect((await sync('/login').expect(400)).body.code).toBe('router_command_invalid');
    expect((await sync('; /system reboot').expect(400)).body.code).toBe('router_command_invalid');
    await sync('/system/identity/print', ['']).expect(400);
    await team.owner.post(`/control-plane/${site}/sync`, { path: '/system/identity/print' }).expect(401);
  });

  it('tells before a push what it would cut', async () => {
    const preview = async (port: number) => {
      const shall = {
        menus: [{ menu: '/ip/firewall/filter' as const, place: 'top' as const, items: [{ name: 'harm', set: { chain: 'input', action: 'drop', protocol: 'tcp', 'dst-port': String(port) } }] }],
        settings: [],
      }; // prettier-ignore
      const ctx = RequestContext.system('test').forTeam(team.teamId);
      return (await fleet.app.get(SectionService).preview(ctx, site as SiteId, 'management', shall)).lockout;
    };
    const cut = await preview(8728);
    expect(cut!.map((one) => one.cut)).toContain('management');
    expect(cut![0]).toMatchObject({ item: expect.any(String), why: expect.any(String) });
    const { body } = await team.owner.get(`/sites/${site}/sections/management/preview`).expect(200);
    expect(body).toMatchObject({ changes: [], lockout: null }); // nothing changes, so nobody asked
  });

  it('runs a script with arguments that cannot break out of it', async () => {
    const nasty = '"; /system identity set name=hacked; $[/system reboot] {';
    const run = (body: object) => fleet.internal().post(`/control-plane/${site}/sync/execute`, body);
    const { body } = await run({ parameters: [':put ("got " . $x)', ':put $n'], variables: { x: nasty, n: 5 } }).expect(200);
    expect(body.output).toContain(`got ${nasty}`);
    expect(router.item('/system/identity')?.['name']).not.toBe('hacked');
    expect((await run({ path: '/system/identity/print' }).expect(200)).body).toHaveLength(1);
    expect((await run({ parameters: [] }).expect(422)).body.errors).toHaveProperty('parameters');
    await run({ parameters: [':put 1'], variables: { 'a b': 1 } }).expect(422);
    await run({ parameters: [':put 1'], variables: { a: { b: 1 } } }).expect(422);
  });

  it('shows the credential, and changes it without losing access', async () => {
    const shown = async () => (await team.owner.get(`/control-plane/${site}/credentials`).expect(200)).body as Record<string, unknown>[];
    const [before] = await shown();
    const { address } = await tunnels.facts(team.teamId, site);
    expect(before).toMatchObject({ site_id: site, ip_address: address, api_port: 8728, verified: true, deleted_at: null });
    const { body: made } = await team.owner.post(`/control-plane/${site}/credentials`).expect(201);
    expect(made.username).not.toBe(before!['username']);
    expect(made.verified).toBe(false);
    await sync('/system/identity/print').expect(200); // still by the old one
    await pass(31);
    expect(router.items('/user').map((user) => user['name'])).toEqual(expect.arrayContaining([before!['username'], made.username]));
    await pass(125);
    expect(ours(router, '/user').map((user) => user['name'])).toEqual([made.username]);
    expect(await shown()).toEqual([expect.objectContaining({ username: made.username, verified: true })]);
    await sync('/system/identity/print').expect(200);
    expect((await fleet.internal().get(`/control-plane/${site}/internal-credentials`).expect(200)).body).toMatchObject({
      username: made.username,
    });
    expect((await team.owner.get(`/sites/${site}/credentials`).expect(200)).body).toHaveLength(1);
    const other = await fleet.team();
    await other.owner.get(`/control-plane/${site}/credentials`).expect(404);
    await other.owner.post(`/control-plane/${site}/credentials`).expect(404);
  });

  it('puts the poll entries back on a router that lost them', async () => {
    const entries = router.items('/system/scheduler').map((entry) => entry['name']);
    await router.paste('/system scheduler remove [find name~"rosfleet"]');
    expect((await team.owner.post(`/control-plane/${site}/resend-scheduler`).expect(200)).body.message).toContain('poll entries');
    expect(router.items('/system/scheduler').map((entry) => entry['name'])).toEqual(expect.arrayContaining(entries));
    const polls = router.requests.length;
    await pass(35);
    expect(router.requests.length).toBeGreaterThan(polls);
  });

  it('keeps a note', async () => {
    const path = `/control-plane/${site}/note`;
    expect((await team.owner.get(path).expect(200)).body).toEqual({ note: null });
    expect((await team.owner.post(path, { note: 'Behind the counter. Café "x"' }).expect(200)).body.note).toContain('Café');
    expect((await team.owner.get(path).expect(200)).body.note).toContain('counter');
    await team.owner.post(path, { note: null }).expect(200);
    expect((await team.owner.get(path).expect(200)).body).toEqual({ note: null });
    await team.owner.post(path, { note: 5 }).expect(422);
    await (await fleet.team()).owner.get(path).expect(404);
  });

  it('makes the tunnel anew, and the one there is stays until the new one is in force', async () => {
    const [before] = ours(router, '/interface/ovpn-client');
    const act = (action: string) => team.owner.post(`/control-plane/${site}/action`, { action });
    await act('site.recreate_tunnel').expect(200);
    await pass(31);
    const clients = router.items('/interface/ovpn-client');
    expect(clients.filter(({ disabled }) => disabled !== true)).toHaveLength(1);
    await tunnels.up(router);
    await pass(35);
    const [after, ...more] = ours(router, '/interface/ovpn-client');
    expect(more).toEqual([]);
    expect(after!['user']).not.toBe(before!['user']);
    expect(await section()).toMatchObject({ status: 'applied' });
    await sync('/system/identity/print').expect(200);
    expect((await act('site.nonsense').expect(422)).body.errors).toHaveProperty('action');
  });

  it('repairs its user and its rule when asked to', async () => {
    await router.paste('/ip firewall filter remove [find comment~"management"]; /user remove [find comment~"management"]');
    await team.owner.post(`/sites/${site}/action`, { action: 'site.recreate_management_filter' }).expect(200);
    await pass(31);
    expect(
      ours(router, '/ip/firewall/filter').length +
        router.items('/ip/firewall/filter').filter((r) => String(r['comment']).includes('~new')).length,
    ).toBeGreaterThan(0);
    await sync('/system/identity/print').expect(200);
    await pass(65);
    expect(await section()).toMatchObject({ status: 'applied' });
  });

  it('clears the firewall but for our rules, after saving it', async () => {
    await router.paste(
      '/ip firewall filter add chain=forward action=drop comment=mine; /ip firewall nat add chain=srcnat action=masquerade',
    );
    await team.owner.post(`/control-plane/${site}/action`, { action: 'site.clear_firewall' }).expect(200);
    await pass(185); // behind the sections that the repair sent
    expect(router.items('/ip/firewall/filter').filter((rule) => rule['comment'] === 'mine')).toEqual([]);
    expect(ours(router, '/ip/firewall/filter')).toHaveLength(1);
    expect(router.items('/ip/firewall/nat')).toHaveLength(1);
    expect(router.failures).toEqual([]);
  });

  it('restarts the router after the job is reported', async () => {
    await team.owner.post(`/control-plane/${site}/action`, { action: 'site.reboot' }).expect(200);
    await pass(65);
    const jobs = (await team.owner.get(`/site/${site}/job`).expect(200)).body as Record<string, unknown>[];
    expect(jobs.find((job) => job['description'] === 'Reboot')).toMatchObject({ state: 'done' });
  });
});
