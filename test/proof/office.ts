import type { Surroundings } from '../../tools/virtual-router/index.js';

/** RouterOS releases of the corpus: the oldest, the newest, and one between. */
export const VERSIONS = ['7.16.2', '7.22.3', '7.24'] as const;

/** A router in a small office: what MikroTik's default configuration makes, with a fixed address from the provider. */
const DEFAULTS = `
/interface bridge add name=bridge comment=defconf
/interface bridge port add bridge=bridge interface=ether2
/interface bridge port add bridge=bridge interface=ether3
/interface list add name=WAN comment=defconf
/interface list add name=LAN comment=defconf
/interface list member add list=LAN interface=bridge comment=defconf
/interface list member add list=WAN interface=ether1 comment=defconf
/ip address add address=192.168.88.1/24 interface=bridge comment=defconf
/ip address add address=192.0.2.10/24 interface=ether1 comment=provider
/ip route add dst-address=0.0.0.0/0 gateway=192.0.2.1 comment=provider
/ip dns set servers=192.0.2.53,198.51.100.53
/ip firewall nat add chain=srcnat action=masquerade out-interface-list=WAN comment="defconf: masquerade"
/interface ovpn-client add name=headquarters connect-to=198.51.100.77 user=shop password=secret disabled=no
`;

const FIREWALL = `
/ip firewall address-list add list=friends address=198.51.100.0/24
/ip firewall filter add chain=input action=accept connection-state=established,related,untracked comment="defconf: accept established"
/ip firewall filter add chain=input action=drop connection-state=invalid comment="defconf: drop invalid"
/ip firewall filter add chain=input action=accept protocol=icmp comment="defconf: accept ICMP"
/ip firewall filter add chain=input action=jump jump-target=from-outside in-interface-list=WAN comment="operator: friends"
/ip firewall filter add chain=from-outside action=accept src-address-list=friends protocol=tcp dst-port=22,8291
/ip firewall filter add chain=input action=drop in-interface-list=!LAN comment="defconf: drop all not coming from LAN"
/ip firewall filter add chain=forward action=accept connection-state=established,related,untracked comment="defconf: forward"
/ip firewall filter add chain=forward action=drop connection-state=invalid comment="defconf: forward invalid"
/ip firewall filter add chain=output action=accept connection-state=established,related comment="operator: answers"
/ip firewall filter add chain=output action=drop dst-address=10.66.0.0/16 comment="operator: no guests"
`;

/** What an operator typed into a new router before it was adopted. */
export const office = (withFirewall: boolean): string => DEFAULTS + (withFirewall ? FIREWALL : '');

/** The provider, our server and the tunnel as one router of the corpus has them. */
export const around = (index: number, management: string): Surroundings => ({
  provider: { port: 'ether1', address: '192.0.2.10', gateway: '192.0.2.1' },
  resolvers: ['192.0.2.53', '198.51.100.53'],
  server: { name: 'fleet.example.net', address: '203.0.113.10', port: 443 },
  tunnel: {
    ...{ name: 'tunnel.example.net', address: '203.0.113.20', port: 8443, user: `office${index}`, password: `tunnel-${index}` },
    ...{ own: `100.64.${1 + (index >> 8)}.${index & 255}`, management },
  },
  login: { user: 'rosfleet-proof', password: `login-${index}`, port: 8728 },
});
