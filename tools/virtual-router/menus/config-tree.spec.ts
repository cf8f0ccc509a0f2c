import { describe, expect, it } from '@jest/globals';
import { VirtualClock, VirtualRouter, type RouterOptions } from '../index.js';

const fresh = (options: RouterOptions = {}): VirtualRouter =>
  new VirtualRouter({ model: 'RB5009UG+S+', serial: 'HG1', version: '7.22.3', clock: new VirtualClock(), random: () => 0.5, ...options });
const output = async (script: string, router = fresh()): Promise<string> => (await router.run(script)).output.trimEnd();

describe('what a menu refuses', () => {
  it.each([
    ['/ip address add interface=ether1', 'missing value(s) of argument(s) address'],
    ['/ip address add address=1.2.3.4/24 interface=ether99', 'input does not match any value of interface'],
    ['/ip address add address=1.2.3/24 interface=ether1', 'invalid value for argument address'],
    [
      '/ip address add address=1.2.3.4/24 interface=ether1; /ip address add address=1.2.3.4/24 interface=ether1',
      'failure: already have such address',
    ],
    ['/ip service set nosuch disabled=yes', 'no such item'],
    ['/ip address remove *99', 'no such item'],
    ['/ip address get *99 address', 'no such item'],
    ['/ip address set disabled=yes', 'missing value(s) of argument(s) numbers'],
    ['/system scheduler add name=a; /system scheduler add name=a', 'failure: item with such name already exists'],
    ['/interface bridge add name=ether1', 'failure: already have interface with such name'],
    ['/user add name=admin group=full password=x', 'failure: user with the same name already exists'],
    ['/user add name=x group=nosuch password=x', 'input does not match any value of group'],
    ['/user add name=x password=x', 'missing value(s) of argument(s) group'],
    ['/user remove admin', 'failure: can not remove last full user'],
    ['/ppp profile add name=default', 'failure: profile with the same name already exists'],
    ['/ppp profile remove default', 'failure: can not remove default entry'],
    ['/interface ovpn-client add connect-to=192.0.2.1 user=u profile=nosuch', 'input does not match any value of profile'],
    [':local a "permit"; /ip firewall filter add chain=input action=$a', 'input does not match any value of action'],
    ['/ip firewall filter add chain=input place-before=[find comment=none]', 'no such item'],
    [
      '/ip firewall address-list add list=l address=10.0.0.1; /ip firewall address-list add list=l address=10.0.0.1',
      'failure: already have such entry',
    ],
    ['/file get nosuch contents', 'no such item'],
    [':put [/system identity get nosuch]', 'input does not match any value of value-name'],
    ['/system logging add topics=info action=nosuch', 'input does not match any value of action'],
  ])('%s: %s', async (script, message) => {
    const router = fresh();
    await expect(router.run(script)).rejects.toThrow(message);
    expect(await output(`:onerror e in={${script}} do={:put $e}`)).toContain(message);
  });

  it('says nothing about set and remove on an empty find', async () => {
    expect(await output('/ip address set [find comment=x] disabled=yes; /ip address remove [find comment=x]; :put ok')).toBe('ok');
  });
});

describe('items', () => {
  it('have ids that never come back', async () => {
    const router = fresh();
    await router.run('/ip pool add name=a ranges=10.0.0.1-10.0.0.9; /ip pool remove a; /ip pool add name=b ranges=10.0.0.1-10.0.0.9');
    expect(router.items('/ip/pool')).toEqual([expect.objectContaining({ '.id': '*2', name: 'b' })]);
    expect(await output(':put [/ip pool add name=c ranges=10.0.1.1-10.0.1.9]', router)).toBe('*3');
  });

  it('are named by id, name, position, list and find', async () => {
    const router = fresh();
    await router.run(':for i from=1 to=4 do={/ip pool add name="p$i" ranges=10.0.$i.1}');
    await router.run(
      '/ip pool set *1 comment=id; /ip pool set p2 comment=name; /ip pool set [find name=p3] comment=find; /ip pool set 3 comment=position',
    );
    expect(router.items('/ip/pool').map((item) => item['comment'])).toEqual(['id', 'name', 'find', 'position']);
    await router.run('/ip pool set p1,p2 comment=both; /ip pool remove [find where comment=both]');
    expect(router.items('/ip/pool')).toHaveLength(2);
  });

  it('stay in the order rules are in', async () => {
    const router = fresh();
    await router.run(
      '/ip firewall filter add chain=input comment=a; /ip firewall filter add chain=input comment=c; /ip firewall filter add chain=input comment=b place-before=[find comment=c]',
    );
    await router.run('/ip firewall filter move [find comment=c] destination=[find comment=a]');
    expect(router.items('/ip/firewall/filter').map((item) => item['comment'])).toEqual(['c', 'a', 'b']);
  });

  it('are found by typed conditions', async () => {
    const router = fresh();
    await router.run(
      '/system scheduler add name=a interval=1m; /system scheduler add name=b interval=1h disabled=yes comment="rosfleet:x"',
    );
    expect(await output(':put [:len [/system scheduler find where interval>30m]]', router)).toBe('1');
    expect(await output(':put [:len [/system scheduler find disabled=no]]', router)).toBe('1');
    expect(await output(':put [:len [/system scheduler find where !disabled and name="a"]]', router)).toBe('1');
    expect(await output(':put [:len [/system scheduler find where comment~"^rosfleet:"]]', router)).toBe('1');
    expect(await output(':put [/system scheduler print count-only where comment=""]', router)).toContain('1');
  });

  it('compares a property with itself when a variable has its name, as RouterOS does', async () => {
    const router = fresh();
    await router.run('/system scheduler add name=a; /system scheduler add name=b');
    expect(await output(':local name "a"; :put [:len [/system scheduler find where name=$name]]', router)).toBe('2');
    expect(await output(':local wanted "a"; :put [:len [/system scheduler find where name=$wanted]]', router)).toBe('1');
  });

  it('with a timeout are dynamic: they expire and do not survive a reboot', async () => {
    const clock = new VirtualClock();
    const router = fresh({ clock });
    await router.run(
      '/ip firewall address-list add list=l address=10.0.0.1 timeout=1m; /ip firewall address-list add list=l address=10.0.0.2 timeout=1h; /ip firewall address-list add list=l address=10.0.0.3',
    );
    await clock.advance(61_000);
    expect(router.items('/ip/firewall/address-list').map((item) => item['address'])).toEqual(['10.0.0.2', '10.0.0.3']);
    router.reboot();
    expect(router.items('/ip/firewall/address-list').map((item) => item['address'])).toEqual(['10.0.0.3']);
  });
});

describe('values', () => {
  it.each([
    [':put [:typeof [/system resource get uptime]]', 'time'],
    [':put [:typeof [/system resource get free-memory]]', 'num'],
    [':put [:typeof [/interface get ether1 disabled]]', 'bool'],
    [':put [:typeof [/ip service get ssh port]]', 'num'],
    [':put [:typeof [/system scheduler get [/system scheduler add interval=30s] interval]]', 'time'],
    [':put [:typeof [/ip address get [/ip address add address=10.0.0.1/24 interface=ether1] comment]]', 'nothing'],
    [':put [:typeof [/ip dns get servers]]', 'array'],
    [':put ([/ip service print as-value where name=ssh]->0->"port")', '22'],
    [':put ([/system identity print as-value]->"name")', 'MikroTik'],
    [':put [/system routerboard get serial-number]', 'HG1'],
    [
      '/ip dns set servers=1.1.1.1,8.8.8.8; :local s [/ip dns get servers]; /ip dns set servers=$s; :put [/ip dns get servers]',
      '1.1.1.1;8.8.8.8',
    ],
    [
      '/system scheduler add name=x interval=90 on-event={:put 1}; :put [/system scheduler get x on-event]; :put [/system scheduler get x interval]',
      ':put 1\n00:01:30',
    ],
    ['/interface wireguard add name=wg; :put [:len [/interface wireguard get wg public-key]]', '44'],
  ])('%s', async (script, printed) => {
    expect(await output(script)).toBe(printed);
  });

  it('a CHR is no routerboard', async () => {
    const router = fresh({ model: undefined });
    expect(await output(':put [/system routerboard get routerboard]; :put [/system resource get board-name]', router)).toBe('false\nCHR');
  });
});

describe('/interface', () => {
  it('shows every kind of interface and renames them', async () => {
    const router = fresh({ ethernetPorts: 2 });
    await router.run(
      '/interface bridge add name=lan; /interface wireguard add name=wg; /interface set wg comment=tunnel; /interface ethernet set [find default-name=ether2] name=wan',
    );
    expect(router.items('/interface').map((item) => [item['name'], item['type']])).toEqual([
      ['ether1', 'ether'],
      ['wan', 'ether'],
      ['lan', 'bridge'],
      ['wg', 'wg'],
    ]);
    expect(router.item('/interface/wireguard', 'wg')).toMatchObject({ comment: 'tunnel', 'listen-port': 13231 });
  });
});
