/**
 * Menus whose items a person may put in order: RouterOS gives them the command `move`. In RouterOS 7 these are exactly the
 * menus with `move` in our command trees (a test compares); those of RouterOS 6 are from its manual. The order of all other
 * menus is the router's own affair and means nothing.
 */
export const ORDERED_7 = [
  'caps-man/access-list',
  'caps-man/provisioning',
  'interface/bridge/calea',
  'interface/bridge/filter',
  'interface/bridge/nat',
  'interface/bridge/port',
  'interface/ethernet/switch/rule',
  'interface/wifi/access-list',
  'interface/wifi/provisioning',
  'interface/wireguard/peers',
  'interface/wireless/access-list',
  'interface/wireless/channels',
  'interface/wireless/connect-list',
  'ip/dns/static',
  'ip/firewall/calea',
  'ip/firewall/filter',
  'ip/firewall/mangle',
  'ip/firewall/nat',
  'ip/firewall/raw',
  'ip/hotspot/ip-binding',
  'ip/hotspot/walled-garden',
  'ip/hotspot/walled-garden/ip',
  'ip/ipsec/policy',
  'ip/proxy/access',
  'ip/proxy/cache',
  'ip/proxy/direct',
  'ip/socks/access',
  'ip/tftp',
  'ip/vrf',
  'ipv6/firewall/filter',
  'ipv6/firewall/mangle',
  'ipv6/firewall/nat',
  'ipv6/firewall/raw',
  'mpls/interface',
  'mpls/ldp/accept-filter',
  'mpls/ldp/advertise-filter',
  'queue/simple',
  'radius',
  'routing/bfd/configuration',
  'routing/bgp/evpn',
  'routing/filter/community-ext-list',
  'routing/filter/community-large-list',
  'routing/filter/community-list',
  'routing/filter/num-list',
  'routing/filter/rule',
  'routing/filter/select-rule',
  'routing/isis/interface-template',
  'routing/ospf/interface-template',
  'routing/pimsm/interface-template',
  'routing/route/rule',
  'routing/rule',
  'tool/netinstall',
];
const ORDERED_6_ONLY = [
  'interface/wifiwave2/access-list', // until 7.12
  'interface/wifiwave2/provisioning',
  'ip/route/rule',
  'ipv6/route/rule',
  'mpls/ldp/accept-filters',
  'routing/filter',
];

const ordered = new Set([...ORDERED_7, ...ORDERED_6_ONLY].map((menu) => `/${menu}`));

/** Whether the order of a menu's items means something. */
export const orderMatters = (menu: string): boolean => ordered.has(menu);
