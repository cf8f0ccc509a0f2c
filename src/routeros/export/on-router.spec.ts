/** What the virtual router exports before and after one command. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dice, noisy } from '../../../test/support/exports.js';
import { VirtualClock, VirtualRouter } from '../../../tools/virtual-router/index.js';
import { compareExports, describeChange, exportFingerprint, maskSecrets, parseExport, unifiedDiff } from './index.js';

const CONFIGURATION = `
/interface bridge add name=lan comment="the \\"lan\\" \\$1"
/interface vlan add name=guests interface=lan vlan-id=20
/interface ethernet set [find default-name=ether2] name=wan
/interface list add name=WAN; /interface list add name=LAN
/interface list member add interface=wan list=WAN; /interface list member add interface=lan list=LAN
/interface ovpn-client add name=mgmt connect-to=192.0.2.1 user=u password=p cipher=aes256-cbc auth=sha256 disabled=no
/ip address add address=10.0.0.1/24 interface=lan; /ip address add address=10.0.20.1/24 interface=guests
/ip pool add name=p1 ranges=10.0.0.10-10.0.0.99; /ip pool add name=p2 ranges=10.0.20.10-10.0.20.99
/ip firewall filter add chain=input connection-state=established,related action=accept
/ip firewall filter add chain=input protocol=icmp action=accept comment=ping
/ip firewall filter add chain=input src-address=10.0.0.0/24 action=accept
/ip firewall filter add chain=input protocol=udp dst-port=53 action=accept in-interface=guests
/ip firewall filter add chain=input action=drop comment="drop the rest"
/ip firewall nat add chain=srcnat action=masquerade out-interface-list=WAN
/ip firewall address-list add list=blocked address=198.51.100.1; /ip firewall address-list add list=blocked address=198.51.100.2
/ip dns set servers=1.1.1.1,8.8.8.8 allow-remote-requests=yes
/ip service set telnet disabled=yes
/ppp secret add name=bob password=one service=l2tp
/queue simple add name=q1 target=10.0.0.0/24; /queue simple add name=q2 target=10.0.20.0/24; /queue simple add name=q3 target=10.0.30.0/24
/system identity set name="R\\C3\\A4 1"
/system scheduler add name=poll interval=30s on-event={:local x "a"; :put "$x\\t"} policy=read,write,test
/system script add name=s source=":put 1\\r\\n:put 2"
/user group add name=ops policy=read,api
`;

/** One thing a person does, and what it is called. */
const CHANGES: readonly (readonly [command: string, line: string])[] = [
  ['/interface bridge set lan comment=x', '/interface/bridge: lan changed: comment "the \\"lan\\" $1" → x'],
  ['/interface vlan set guests vlan-id=21', '/interface/vlan: guests changed: vlan-id 20 → 21'],
  ['/interface ethernet set ether3 disabled=yes', '/interface/ethernet: ether3 added (disabled=yes)'],
  ['/interface ethernet set wan comment=up', '/interface/ethernet: ether2 changed: comment set to up'],
  ['/interface list add name=DMZ', '/interface/list: DMZ added (name=DMZ)'],
  ['/interface list member remove [find interface=wan]', '/interface/list/member: wan in WAN removed (interface=wan list=WAN)'],
  [
    '/ip address set [find interface=lan] address=10.0.1.1/24',
    '/ip/address: 10.0.1.1/24 on lan changed: address 10.0.0.1/24 → 10.0.1.1/24',
  ],
  ['/ip address set [find interface=lan] disabled=yes', '/ip/address: 10.0.0.1/24 on lan changed: disabled set to yes'],
  ['/ip pool remove p2', '/ip/pool: p2 removed (name=p2 ranges=10.0.20.10-10.0.20.99)'],
  ['/ip firewall filter move [find comment=ping] [find comment="drop the rest"]', '/ip/firewall/filter: rule 4 "ping" moved'],
  ['/ip firewall filter set [find comment=ping] action=drop', '/ip/firewall/filter: rule 2 "ping" changed: action accept → drop'],
  [
    '/ip firewall filter disable [find comment="drop the rest"]',
    '/ip/firewall/filter: rule 5 "drop the rest" changed: disabled set to yes',
  ],
  ['/ip firewall filter remove [find in-interface=guests]', '/ip/firewall/filter: rule 4 (input accept) removed'],
  [
    '/ip firewall filter add chain=forward action=drop place-before=0',
    '/ip/firewall/filter: rule 1 (forward drop) added (action=drop chain=forward)',
  ],
  ['/ip firewall address-list add list=blocked address=198.51.100.3', '/ip/firewall/address-list: 198.51.100.3 in blocked added'],
  ['/ip dns set servers=9.9.9.9', '/ip/dns changed: servers 1.1.1.1,8.8.8.8 → 9.9.9.9'],
  ['/ip service set ssh port=2222', '/ip/service: ssh added (port=2222)'],
  ['/ip service set telnet disabled=no', '/ip/service: telnet removed (disabled=yes)'],
  ['/ppp secret set bob password=two', '/ppp/secret: bob changed: password (not shown)'],
  ['/queue simple move q3 q1', '/queue/simple: q3 moved'],
  ['/system identity set name=x', '/system/identity changed: name "Rä 1" → x'],
  ['/system scheduler set poll interval=1m', '/system/scheduler: poll changed: interval 30s → 1m'],
  ['/system script set s source=":put 1\\r\\n:put 3"', '/system/script: s changed: source ":put 1\\r\\n:put 2" → ":put 1\\r\\n:put 3"'],
  ['/system scheduler add name=rosfleet-poll interval=30s comment="rosfleet:poll:1"', '/system/scheduler: rosfleet-poll added'],
  ['/user group set ops policy=read', '/user/group: ops changed: policy read,api → read'],
];

async function configured(): Promise<VirtualRouter> {
  const router = new VirtualRouter({
    model: 'RB5009UG+S+',
    serial: 'HG1',
    version: '7.22.3',
    clock: new VirtualClock(),
    random: () => 0.5,
  });
  await router.run(CONFIGURATION);
  return router;
}

const exported = (router: VirtualRouter): string => router.export('', { sensitive: true });

describe('one command on a router', () => {
  it.each(CHANGES)('%s is one change', async (command, line) => {
    const router = await configured();
    const before = exported(router);
    await router.run(command);
    const after = exported(router);
    const changes = compareExports(before, after);
    expect(changes.map(describeChange)).toEqual([expect.stringContaining(line)]);
    expect(changes[0]!.isOurs).toBe(command.includes('rosfleet'));
    expect(exportFingerprint(before)).not.toBe(exportFingerprint(after));
    expect(unifiedDiff(before, after, { from: 'a', to: 'b' })).not.toBe('');
    expect(parseExport(after).opaque).toEqual([]);
    expect(maskSecrets(after)).not.toMatch(/password=(?!\*{8})/);
  });

  it('and back is none, under any noise', async () => {
    const router = await configured();
    const before = exported(router);
    await router.run(
      '/ip firewall filter move [find comment=ping] 0; /ip service set telnet disabled=no; /ip pool add name=p3 ranges=192.0.2.1',
    );
    await router.run('/ip firewall filter move [find comment=ping] 2; /ip service set telnet disabled=yes; /ip pool remove p3');
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        expect(compareExports(before, noisy(exported(router), dice(seed)))).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  it('several are several, each with its own name', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.constantFrom(...CHANGES), { minLength: 2, maxLength: 4, selector: ([, line]) => line.split(':')[0] }),
        fc.nat(),
        async (some, seed) => {
          const router = await configured();
          const before = exported(router);
          for (const [command] of some) await router.run(command);
          const lines = compareExports(noisy(before, dice(seed)), noisy(exported(router), dice(seed + 1))).map(describeChange);
          expect(lines).toHaveLength(some.length);
          for (const [, line] of some)
            expect(lines).toContainEqual(expect.stringContaining(line.split(/ (?:added|removed|changed|moved)/)[0]!));
        },
      ),
      { numRuns: 25 },
    );
  });
});
