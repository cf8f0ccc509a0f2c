import { describe, expect, it } from '@jest/globals';
import { VirtualClock, VirtualRouter } from '../../../tools/virtual-router/index.js';
import { renderTransientClear, renderTransientForward, renderTransientLogin, renderTransientRemoval } from './transient.js';

const ID = '0193f4a0-7c1e-7e55-8a3e-5d2f7c6b9a10';
const OTHER = '0193f4a0-7c1e-7e55-8a3e-5d2f7c6b9a11';
const common = { id: ID, label: 'rosfleet-t-k3m9x2pq', seconds: 3600, managementAddress: '100.64.0.1' };
const login = { ...common, password: 'pa"$ss\\', group: 'read' as const };
const forward = { ...common, tunnelAddress: '100.64.0.9', routerPort: 61_820, dstAddress: '192.168.88.20', dstPort: 80 };
const VERSIONS = ['7.12.1', '7.16.2', '7.22.3', '7.24'];

async function router(version = '7.24', at = '2026-01-01T12:00:00Z') {
  const clock = new VirtualClock(at);
  const box = new VirtualRouter({ clock, model: 'RB5009UG+S+', version, identity: 'edge', clockOffsetMs: 7_200_000 });
  box.start();
  /** Runs a script and lets its pauses pass. */
  const run = async (text: string): Promise<void> => {
    const running = box.run(text);
    await clock.advance(3000);
    await running;
    expect(box.failures).toEqual([]);
  };
  await run(
    '/ip firewall filter add chain=forward action=drop comment=mine; /ip firewall nat add chain=srcnat action=masquerade comment=mine',
  );
  return { clock, box, run, before: box.export() };
}

const ours = (box: VirtualRouter): string[] =>
  ['/user', '/system/scheduler', '/ip/firewall/filter', '/ip/firewall/nat'].flatMap((menu) =>
    box
      .items(menu)
      .filter((item) => String(item['comment']).startsWith('rosfleet:transient'))
      .map(() => menu),
  );

describe.each(VERSIONS)('on RouterOS %s', (version) => {
  it('a login is there from our address only, and goes by itself when its time is over', async () => {
    const { clock, box, run, before } = await router(version);
    await run(renderTransientLogin(login).toString());
    expect(box.item('/user', login.label)).toMatchObject({ group: 'read', password: login.password, address: '100.64.0.1/32' });
    await clock.advance(3_590_000);
    expect(ours(box)).toEqual(['/user', '/system/scheduler']);
    await clock.advance(10_000);
    expect(ours(box)).toEqual([]);
    expect(box.export()).toBe(before);
    expect(box.failures).toEqual([]);
  });

  it('a removal leaves nothing behind, and is harmless when repeated', async () => {
    const { box, run, before } = await router(version);
    await run(renderTransientLogin(login).toString());
    await run(renderTransientForward({ ...forward, id: OTHER, label: 'rosfleet-t-22222222' }).toString());
    await run(renderTransientRemoval({ id: ID }).toString());
    expect(ours(box).sort()).toEqual(['/ip/firewall/filter', '/ip/firewall/nat', '/ip/firewall/nat', '/system/scheduler']);
    await run(renderTransientRemoval({ id: ID }).toString());
    await run(renderTransientClear().toString());
    expect(box.export()).toBe(before);
  });
});

it('a forward stands above the rules that are there', async () => {
  const { box, run } = await router();
  await run(renderTransientForward(forward).toString());
  expect(box.items('/ip/firewall/filter').map((rule) => [rule['action'], rule['comment']])).toEqual([
    ['accept', `rosfleet:transient:${ID}`],
    ['drop', 'mine'],
  ]);
  const [translate, masquerade, mine] = box.items('/ip/firewall/nat');
  expect(translate).toMatchObject({
    ...{
      chain: 'dstnat',
      action: 'dst-nat',
      'src-address': '100.64.0.1',
      'dst-address': '100.64.0.9',
      'dst-port': '61820',
      protocol: 'tcp',
    },
    ...{ 'to-addresses': '192.168.88.20', 'to-ports': '80' },
  });
  expect(masquerade).toMatchObject({
    chain: 'srcnat',
    action: 'masquerade',
    'src-address': '100.64.0.1',
    'dst-address': '192.168.88.20',
    'dst-port': '80',
  });
  expect(mine).toMatchObject({ comment: 'mine' });
});

it('a forward works where there is no rule at all', async () => {
  const { box, run } = await router();
  await run('/ip firewall filter remove [find comment=mine]; /ip firewall nat remove [find comment=mine]');
  await run(renderTransientForward(forward).toString());
  expect(ours(box).sort()).toEqual(['/ip/firewall/filter', '/ip/firewall/nat', '/ip/firewall/nat', '/system/scheduler']);
});

it('running a script again makes it anew and not twice', async () => {
  const { box, run } = await router();
  for (let i = 0; i < 2; i++) await run(renderTransientLogin({ ...login, password: `p${i}` }).toString());
  expect(ours(box)).toEqual(['/user', '/system/scheduler']);
  expect(box.item('/user', login.label)).toMatchObject({ password: 'p1' });
});

it.each([
  ['over midnight', '2026-01-01T21:59:58Z'],
  ['over the end of a year', '2026-12-31T21:59:57Z'],
])('goes by itself %s of the router', async (_, at) => {
  const { clock, box, run } = await router('7.22.3', at);
  await run(renderTransientLogin(login).toString());
  await clock.advance(3_580_000);
  expect(ours(box)).toHaveLength(2);
  await clock.advance(25_000);
  expect(ours(box)).toEqual([]);
});

it('goes by itself after a restart of the router in between', async () => {
  const { clock, box, run } = await router();
  await run(renderTransientLogin(login).toString());
  await clock.advance(1_000_000);
  box.reboot();
  await clock.advance(2_700_000);
  expect(ours(box)).toEqual([]);
});

it.each([
  [{ seconds: 59 }, 'seconds'],
  [{ seconds: 86_401 }, 'seconds'],
  [{ seconds: 60.5 }, 'seconds'],
  [{ label: 'a b' }, 'label'],
  [{ id: 'x' }, 'id'],
])('no script is made of %j', (wrong, field) => {
  expect(() => renderTransientLogin({ ...login, ...wrong })).toThrow(field);
});
