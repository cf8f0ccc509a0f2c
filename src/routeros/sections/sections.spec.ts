import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualClock, VirtualRouter } from '../../../tools/virtual-router/index.js';
import {
  keyed,
  planPush,
  renderAbort,
  renderClear,
  renderConfirm,
  renderInventory,
  TRIAL_SECONDS,
  type Footprint,
  type KeyedWish,
  type Wish,
} from './index.js';

const footprint: Footprint = { section: 'policy', menus: ['/ip/firewall/address-list', '/ip/firewall/filter', '/user'] };
const rule = (name: string, port: string) => ({
  name,
  set: { chain: 'input', action: 'accept', protocol: 'tcp', 'dst-port': port, 'src-address-list': 'rosfleet-trusted' },
});
const A: Wish = {
  menus: [
    { menu: '/ip/firewall/address-list', items: ['10.0.0.0/8', '192.168.0.0/16'].map((address) => ({ name: address, set: { list: 'rosfleet-trusted', address } })) },
    { menu: '/ip/firewall/filter', place: 'top', items: [rule('winbox', '8291'), rule('ssh', '22')] },
    { menu: '/user', items: [{ name: 'api', set: { name: 'rosfleet-api', group: 'full', password: { secret: 'p"a$s [x]' } } }] },
  ],
  settings: [{ menu: '/ip/service', where: { name: 'ssh' }, set: { port: 2222, disabled: false, address: ['10.0.0.0/8', '192.168.0.0/16'] } }],
}; // prettier-ignore
const B: Wish = {
  menus: [
    { menu: '/ip/firewall/address-list', items: ['10.0.0.0/8', '172.16.0.0/12'].map((address) => ({ name: address, set: { list: 'rosfleet-trusted', address } })) },
    { menu: '/ip/firewall/filter', place: 'top', items: [rule('winbox', '8291'), rule('ssh', '2200'), rule('api', '8728')] },
    { menu: '/user', items: [{ name: 'api', set: { name: 'rosfleet-api', group: 'full', password: { secret: 'other' } } }] },
  ],
  settings: [
    { menu: '/ip/service', where: { name: 'ssh' }, set: { port: 2200 } },
    { menu: '/ip/service', where: { name: 'telnet' }, set: { disabled: true } },
  ],
}; // prettier-ignore

let clock: VirtualClock;
let router: VirtualRouter;
let bare: string;
let generation = 0;

async function push(had: KeyedWish | null, shall: KeyedWish, more: { trial?: boolean; salt?: number } = {}): Promise<void> {
  generation += 1;
  for (const part of planPush({ version: router.version, footprint, above: ['management'], generation, had, shall, salt: 1, trial: true, ...more }))
    await router.run(part.toString());
} // prettier-ignore
const confirm = (): Promise<unknown> => router.run(renderConfirm('policy', generation).toString());
const ours = (menu: string): unknown[] =>
  router
    .items(menu)
    .filter((item) => String(item['comment'] ?? '').startsWith('rosfleet:'))
    .map(({ comment, disabled }) => `${String(comment).replace(/\.[0-9a-f]{8}$/, '')}${disabled ? ' off' : ''}`);
const fingerprint = async (wish: KeyedWish): Promise<string> => {
  const link = { baseUrl: 'http://192.0.2.1', checkCertificate: false };
  await router.run(renderInventory({ link, footprint, wish, reportUrl: 'http://192.0.2.1/report?signature=1' }).toString());
  return router.requests.at(-1)!.body!;
};

beforeEach(async () => {
  clock = new VirtualClock('2026-01-01T00:00:00Z');
  router = new VirtualRouter({ clock, serial: 'HX1', version: '7.22.3', http: () => Promise.resolve({ status: 200, body: '' }) });
  router.start();
  await router.paste('/ip firewall filter add chain=input action=drop in-interface=ether1 comment="my own"');
  await router.paste('/ip service set ssh address=192.168.88.0/24');
  bare = router.export();
});

describe('a push', () => {
  const a = keyed(A, 1);
  const b = keyed(B, 1);

  it('puts everything in force when it is confirmed, above the rules of the operator', async () => {
    await push(null, a);
    expect(ours('/ip/firewall/filter')).toEqual(['rosfleet:policy~new:1.winbox', 'rosfleet:policy~new:1.ssh']);
    await confirm();
    expect(ours('/ip/firewall/filter')).toEqual(['rosfleet:policy:1.winbox', 'rosfleet:policy:1.ssh']);
    expect(router.items('/ip/firewall/filter').at(-1)).toMatchObject({ comment: 'my own' });
    expect(router.item('/ip/service', 'ssh')).toMatchObject({ port: 2222, address: '10.0.0.0/8,192.168.0.0/16' });
    expect(ours('/user')).toEqual(['rosfleet:policy:1.api']);
    expect(router.items('/system/script').map((one) => one['name'])).toEqual(['rosfleet-keep-policy']);
    expect(router.items('/system/scheduler')).toEqual([]);
    expect(router.failures).toEqual([]);
  });

  it('is undone by the router when nobody confirms, and a late confirmation is refused', async () => {
    await push(null, a);
    await clock.advance(TRIAL_SECONDS * 1000 + 15_000);
    expect(router.export()).toBe(bare);
    await expect(confirm()).rejects.toThrow(/undid it/);
  });

  it('is undone to what was in force before, settings too', async () => {
    await push(null, a);
    await confirm();
    const before = router.export();
    await push(a, b);
    expect(router.export()).not.toBe(before);
    await clock.advance(TRIAL_SECONDS * 1000 + 15_000);
    expect(router.export()).toBe(before);
  });

  it('changes what differs, takes what is gone, and gives settings back', async () => {
    await push(null, a);
    await confirm();
    await push(a, b);
    await confirm();
    expect(ours('/ip/firewall/address-list')).toEqual(['rosfleet:policy:1.10.0.0.0/8', 'rosfleet:policy:1.172.16.0.0/12']);
    expect(ours('/ip/firewall/filter')).toEqual(['winbox', 'ssh', 'api'].map((name) => `rosfleet:policy:1.${name}`));
    expect(router.items('/user').map((user) => user['name'])).toEqual(['admin', 'rosfleet-api']);
    expect(router.item('/ip/service', 'telnet')).toMatchObject({ disabled: true });
    await push(b, keyed({ menus: [], settings: [] }, 1));
    await confirm();
    expect(router.export()).toBe(bare);
  });

  it('that raises half-way is undone at once and says why', async () => {
    const bad = keyed({ ...A, settings: [...A.settings, { menu: '/ip/service', where: { name: 'nosuch' }, set: { port: 1 } }] }, 1);
    await expect(push(null, bad)).rejects.toThrow(/names no single item/);
    expect(router.export()).toBe(bare);
  });

  it('that loses power anywhere is undone after the boot', async () => {
    await push(null, a);
    await confirm();
    const before = router.export();
    await push(a, b);
    router.powerOff();
    router.powerOn();
    await clock.advance(TRIAL_SECONDS * 1000 + 30_000);
    expect(router.export()).toBe(before);
  });

  it('begins by settling a trial that is still open', async () => {
    await push(null, a);
    await push(null, b);
    await confirm();
    expect(ours('/ip/firewall/filter')).toEqual(['winbox', 'ssh', 'api'].map((name) => `rosfleet:policy:1.${name}`));
  });

  it('without a trial is in force at once', async () => {
    await push(null, a, { trial: false });
    expect(ours('/ip/firewall/filter')).toEqual(['rosfleet:policy:1.winbox', 'rosfleet:policy:1.ssh']);
    expect(router.items('/system/scheduler')).toEqual([]);
  });

  it('to a router whose state is not known writes everything anew, whatever is there', async () => {
    await push(null, a);
    await confirm();
    await router.paste(
      '/ip firewall filter set [find comment~"ssh"] dst-port=23; /ip firewall address-list remove [find address=10.0.0.0/8]',
    );
    await push(null, keyed(A, 2), { salt: 2 });
    await confirm();
    expect(ours('/ip/firewall/filter')).toEqual(['rosfleet:policy:2.winbox', 'rosfleet:policy:2.ssh']);
    expect(ours('/ip/firewall/address-list')).toEqual(['rosfleet:policy:2.10.0.0.0/8', 'rosfleet:policy:2.192.168.0.0/16']);
    expect(router.items('/ip/firewall/address-list').map((one) => one['list'])).toEqual(['rosfleet-trusted', 'rosfleet-trusted']);
    expect(router.items('/user').map((user) => user['name'])).toEqual(['admin', 'rosfleet-api']);
  });

  it('anew, when undone, leaves what was there', async () => {
    await push(null, a);
    await confirm();
    const before = router.export();
    await push(null, keyed(A, 2), { salt: 2 });
    await router.run(renderAbort().toString());
    expect(router.export()).toBe(before);
  });

  it('of a long list goes in parts', async () => {
    const addresses = Array.from({ length: 1000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`);
    const long = keyed({ menus: [{ menu: '/ip/firewall/address-list', items: addresses.map((address) => ({ name: address, set: { list: 'rosfleet-long', address } })) }], settings: [] }, 1); // prettier-ignore
    const parts = planPush({ version: '7.22.3', footprint, above: [], generation: 1, had: null, shall: long, salt: 1, trial: false });
    expect(parts).toHaveLength(3);
    expect(Math.max(...parts.map((part) => part.byteLength))).toBeLessThan(56_000);
    for (const part of parts) await router.run(part.toString());
    expect(ours('/ip/firewall/address-list')).toHaveLength(1000);
    expect(router.items('/ip/firewall/address-list').every((one) => one['disabled'] === false)).toBe(true);
  });

  it('takes a thousand away and brings a thousand in parts, and keeps rules in their order across them', async () => {
    const long = (net: number, rules: number): KeyedWish => {
      const addresses = Array.from({ length: 1000 }, (_, i) => `${net}.${i >> 8}.${i & 255}.0/24`);
      const list = addresses.map((address) => ({ name: address, set: { list: 'rosfleet-long', address } }));
      const group = Array.from({ length: rules }, (_, i) => rule(`r${i}`, String(net * 100 + i)));
      return keyed({ menus: [{ menu: '/ip/firewall/address-list', items: list }, { menu: '/ip/firewall/filter', place: 'top', items: group }], settings: [] }, 1); // prettier-ignore
    };
    const [before, after] = [long(10, 450), long(11, 450)];
    await push(null, before, { trial: false });
    const parts = planPush({ version: '7.22.3', footprint, above: [], generation: 9, had: before, shall: after, salt: 1, trial: false });
    expect(Math.max(...parts.map((part) => part.byteLength))).toBeLessThan(56_000);
    for (const part of parts) await router.run(part.toString());
    expect(ours('/ip/firewall/address-list')).toHaveLength(1000);
    const ports = router.items('/ip/firewall/filter').map((one) => one['dst-port']);
    expect(ports).toEqual([...Array.from({ length: 450 }, (_, i) => String(1100 + i)), undefined]);
  });

  it('changes the service and none of its connections, which RouterOS 7.19 lists under the same name', async () => {
    const connected = () => router.menus.at('ip/service').insert(new Map<string, string | number>([['name', 'ssh'], ['port', 22]]), 'dynamic'); // prettier-ignore
    connected();
    await push(null, a);
    await confirm();
    expect(router.item('/ip/service', 'ssh')).toMatchObject({ port: 2222 });
    const told = await fingerprint(a);
    connected();
    expect(await fingerprint(a)).toBe(told);
    expect(router.failures).toEqual([]);
  });

  it('leaves nothing after the removal', async () => {
    await push(null, a);
    await confirm();
    await push(a, b);
    await router.run(renderClear(footprint, A.settings).toString());
    expect(router.export()).toBe(bare);
  });
});

describe('the inventory', () => {
  const a = keyed(A, 1);

  it('is the same until somebody changes an item, its place or a setting', async () => {
    await push(null, a);
    await confirm();
    const first = await fingerprint(a);
    expect(await fingerprint(a)).toBe(first);
    for (const change of [
      '/ip firewall filter set [find comment~"ssh"] dst-port=23',
      '/ip firewall filter disable [find comment~"winbox"]',
      '/ip firewall filter add chain=input action=drop place-before=0',
      '/ip firewall address-list remove [find address=10.0.0.0/8]',
      '/ip service set ssh port=2022',
    ]) {
      const before = await fingerprint(a);
      expect(await router.paste(change)).toBe('');
      expect(await fingerprint(a)).not.toBe(before);
    }
    expect(router.failures).toEqual([]);
    expect(router.items('/system/script/environment')).toEqual([]);
  });
});
