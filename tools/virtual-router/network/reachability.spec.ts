import { beforeEach, describe, expect, it } from '@jest/globals';
import { UnsupportedByVirtualRouter, VirtualClock, VirtualRouter } from '../index.js';
import { Reachability } from './index.js';

const SETUP = `
/ip address add address=192.0.2.10/24 interface=ether1 comment=provider
/ip address add address=192.168.88.1/24 interface=ether2
/ip route add dst-address=0.0.0.0/0 gateway=192.0.2.1 comment=provider
/ip dns set servers=9.9.9.9
/interface ovpn-client add name=mgmt connect-to=tunnel.example.net port=8443 user=u password=p cipher=aes256-cbc auth=sha256 disabled=no
/user add name=fleet group=full password=s address=100.64.0.1/32
/ip firewall filter add chain=input action=accept connection-state=established,related
/ip firewall filter add chain=input action=accept in-interface=mgmt src-address=100.64.0.1
/ip firewall filter add chain=input action=drop in-interface=!ether2 comment=rest
`;

describe('who can reach a virtual router', () => {
  let router: VirtualRouter;
  let reach: Reachability;
  const both = () => [reach.fetch().slice(0, 3), reach.login().slice(0, 3)];

  beforeEach(async () => {
    router = new VirtualRouter({
      clock: new VirtualClock(),
      model: 'RB5009UG+S+',
      version: '7.22.3',
      http: () => Promise.resolve({ status: 200 }),
    });
    reach = new Reachability(router, {
      provider: { port: 'ether1', address: '192.0.2.10', gateway: '192.0.2.1' },
      resolvers: ['9.9.9.9'],
      server: { name: 'fleet.example.net', address: '203.0.113.10', port: 443 },
      tunnel: { name: 'tunnel.example.net', address: '203.0.113.20', port: 8443, user: 'u', password: 'p', own: '100.64.0.9', management: '100.64.0.1' },
      login: { user: 'fleet', password: 's', port: 8728 },
    }); // prettier-ignore
    expect(await router.paste(SETUP)).toBe('');
  });

  it('follows from the whole of its configuration', () => {
    expect(both()).toEqual(['yes', 'yes']);
  });

  it.each([
    ['/ip address disable [find comment=provider]', 'no:', 'no:'],
    ['/ip address set [find comment=provider] address=192.0.2.99/24', 'no:', 'no:'],
    ['/ip address disable [find interface=ether2]', 'yes', 'yes'],
    ['/ip route disable [find comment=provider]', 'no:', 'no:'],
    ['/ip route set [find comment=provider] gateway=198.51.100.1', 'no:', 'no:'],
    ['/ip route add dst-address=203.0.113.10/32 gateway=192.168.88.9', 'no:', 'yes'],
    ['/interface ethernet disable ether1', 'no:', 'no:'],
    ['/ip dns set servers=10.0.0.1', 'no:', 'no:'],
    ['/interface ovpn-client disable mgmt', 'yes', 'no:'],
    ['/interface ovpn-client set mgmt port=1194', 'yes', 'no:'],
    ['/interface ovpn-client set mgmt password=other', 'yes', 'no:'],
    ['/ip service set api disabled=yes', 'yes', 'no:'],
    ['/ip service set api port=9999', 'yes', 'no:'],
    ['/ip service set api address=10.0.0.0/8', 'yes', 'no:'],
    ['/ip service set api address=10.0.0.0/8,100.64.0.0/10', 'yes', 'yes'],
    ['/user remove fleet', 'yes', 'no:'],
    ['/user set fleet address=10.0.0.0/8', 'yes', 'no:'],
    ['/user set fleet password=other', 'yes', 'no:'],
    ['/ip firewall filter add chain=input action=drop place-before=0', 'no:', 'no:'],
    ['/ip firewall filter add chain=input action=drop place-before=0 disabled=yes', 'yes', 'yes'],
    ['/ip firewall filter add chain=input action=drop', 'yes', 'yes'],
    ['/ip firewall filter add chain=output action=reject protocol=tcp dst-port=443', 'no:', 'yes'],
    ['/ip firewall filter add chain=output action=drop protocol=udp dst-port=53', 'no:', 'no:'],
    ['/ip firewall filter add chain=output action=drop out-interface=!ether1', 'yes', 'no:'],
    ['/ip firewall filter add chain=forward action=drop', 'yes', 'yes'],
    ['/ip firewall address-list add list=bad address=203.0.113.5-203.0.113.15; /ip firewall filter add chain=output action=drop dst-address-list=bad', 'no:', 'yes'],
    ['/interface list add name=WAN; /interface list member add list=WAN interface=ether1; /ip firewall filter add chain=output action=drop out-interface-list=WAN connection-state=new', 'no:', 'no:'],
    ['/ip firewall filter add chain=output action=jump jump-target=own; /ip firewall filter add chain=own action=return; /ip firewall filter add chain=own action=drop', 'yes', 'yes'],
    ['/ip firewall filter add chain=output action=jump jump-target=own; /ip firewall filter add chain=own action=drop dst-address=203.0.113.20', 'yes', 'no:'],
  ])('%s: fetch %s, login %s', async (command, fetch, login) => {
    expect(await router.paste(command)).toBe('');
    expect(both()).toEqual([fetch, login]);
  }); // prettier-ignore

  it('is refused where it is not modelled', async () => {
    await router.paste('/ip firewall filter add chain=output action=drop limit=1,5:packet');
    expect(() => reach.fetch()).toThrow(UnsupportedByVirtualRouter);
  });

  it('decides whether a fetch goes through', async () => {
    const http = reach.gate(() => Promise.resolve({ status: 200 }));
    const request = { method: 'GET', url: 'https://fleet.example.net/', headers: {} };
    await expect(http(request)).resolves.toEqual({ status: 200 });
    await router.paste('/ip route disable [find comment=provider]');
    await expect(http(request)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  });
});
