import { describe, expect, it } from '@jest/globals';
import { exportNamed } from '../../../test/support/exports.js';
import { localSubnets, parseExport } from './index.js';

const subnetsOf = (text: string): string[] => localSubnets(parseExport(text)).map(({ subnet, interface: on }) => `${subnet} ${on}`);
const addresses = (...lines: string[]): string => `/ip address\n${lines.map((line) => `add ${line}\n`).join('')}`;

describe('localSubnets', () => {
  it('tells of an office router its networks with VLANs, DHCP networks and pools, and nothing of the platform', () => {
    const subnets = localSubnets(parseExport(exportNamed('msp')));
    expect(subnets.map(({ subnet }) => subnet)).toEqual([
      '203.0.113.0/30',
      '198.51.100.0/29',
      ...Array.from({ length: 12 }, (_, i) => `10.${i + 10}.0.0/24`),
    ]);
    expect(subnets[0]).toMatchObject({
      address: '203.0.113.2',
      interface: 'wan1',
      comment: 'uplink',
      interfaceType: 'ethernet',
      interfaceComment: 'uplink',
      vlan: null,
    });
    expect(subnets[2]).toEqual({
      ...{ subnet: '10.10.0.0/24', address: '10.10.0.1', interface: 'vlan10', comment: 'gw 10', source: '/ip/address' },
      ...{ interfaceType: 'vlan', vlan: { id: 10, on: 'br-lan' }, interfaceComment: 'customer 10' },
      dhcp: [{ network: '10.10.0.0/24', gateway: '10.10.0.1', dns: ['10.10.0.1', '203.0.113.53'], comment: null }],
      pools: [{ name: 'pool10', ranges: ['10.10.0.100-10.10.0.199'] }],
    });
  });

  it.each([
    ['a host', 'address=192.0.2.1/32 interface=lo', []],
    ['a host without a prefix', 'address=192.0.2.1 interface=lo network=192.0.2.1', []],
    ['a point-to-point address', 'address=192.0.2.1 interface=ppp1 network=198.51.100.1', []],
    ['the management range', 'address=100.64.3.1/24 interface=a', []],
    ['what only contains the management range', 'address=100.0.0.1/8 interface=a', ['100.0.0.0/8 a']],
    ['its neighbour', 'address=100.128.0.1/24 interface=a', ['100.128.0.0/24 a']],
    ['a disabled address', 'address=192.0.2.1/24 disabled=yes interface=a', []],
    ['an address of ours', 'address=192.0.2.1/24 comment=rosfleet:vpn:a interface=a', []],
    ['an address on an interface of ours', 'address=192.0.2.1/24 interface=rosfleet-vpn', []],
    ['a network mask', 'address=192.0.2.77 netmask=255.255.255.192 interface=a', ['192.0.2.64/26 a']],
    ['a mask behind the slash', 'address=192.0.2.77/255.255.255.0 interface=a', ['192.0.2.0/24 a']],
    ['a mask with holes', 'address=192.0.2.77/255.0.255.0 interface=a', []],
    ['everything', 'address=192.0.2.77/0 interface=a', ['0.0.0.0/0 a']],
    ['no address', 'address=fe80::1/64 interface=a', []],
    ['too much', 'address=192.0.2.300/24 interface=a', []],
  ])('of %s', (_what, line, subnets) => {
    const own = '/interface wireguard\nadd name=rosfleet-vpn comment=rosfleet:vpn:if\n';
    expect(subnetsOf(own + addresses(line))).toEqual(subnets);
  });

  it('lets the caller say what is its own', () => {
    const text = addresses('address=192.0.2.1/24 comment=mine interface=a', 'address=198.51.100.1/24 interface=b');
    const isOurs = ({ properties }: { properties: ReadonlyMap<string, string> }): boolean => properties.get('comment') === 'mine';
    expect(localSubnets(parseExport(text), { isOurs }).map(({ subnet }) => subnet)).toEqual(['198.51.100.0/24']);
    expect(localSubnets(parseExport(''))).toEqual([]);
  });
});
