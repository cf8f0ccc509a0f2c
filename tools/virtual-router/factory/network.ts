import { RouterOsError } from '../errors.js';
import { menuSpec, type MenuSpec } from '../menus/menu-spec.js';
import { RosPrefix } from '../values/address.js';
import { NOTHING, RosTime, toText, type RosValue } from '../values/value.js';
import type { ConfigItem } from '../menus/config-item.js';
import type { ConfigMenu } from '../menus/config-menu.js';
import type { VirtualRouter } from '../virtual-router.js';

const text = (properties: Map<string, RosValue>, name: string): string => toText(properties.get(name) ?? '');

const removalTimes = new WeakMap<ConfigItem, number>();

const listKey = (list: string, address: string): string => `${list}\0${address}`;
const keyOf = (item: ConfigItem): string => listKey(text(item.properties, 'list'), text(item.properties, 'address'));
/** Who had a list and address last: lists grow to tens of thousands, and each new entry asks. */
const lastHolder = new WeakMap<ConfigMenu, Map<string, ConfigItem>>();

function remember(item: ConfigItem): void {
  let holders = lastHolder.get(item.menu);
  if (!holders) lastHolder.set(item.menu, (holders = new Map<string, ConfigItem>()));
  holders.set(keyOf(item), item);
}

/** Items of an address list with a timeout live in memory and go by themselves. */
const addressList = menuSpec({
  check(properties, _router, item, menu) {
    const list = text(properties, 'list') || (item ? text(item.properties, 'list') : '');
    const address = text(properties, 'address') || (item ? text(item.properties, 'address') : '');
    const key = listKey(list, address);
    const holder = lastHolder.get(menu)?.get(key);
    if (holder && holder !== item && keyOf(holder) === key && menu.items.includes(holder))
      throw new RouterOsError('failure: already have such entry');
  },
  computed: {
    'creation-time': (item) => item.properties.get('-created') ?? NOTHING,
    timeout: (item, router) => {
      const until = removalTimes.get(item);
      return until === undefined ? NOTHING : new RosTime(Math.max(0, Math.floor((until - router.clock.now()) / 1000)) * 1e6);
    },
  },
  added(item, router) {
    item.properties.set('-created', router.dateTimeText(router.wallTime()));
    remember(item);
    expire(item, router);
  },
  changed(item, router, names) {
    remember(item);
    if (names.has('timeout')) expire(item, router);
  },
});

function expire(item: ConfigItem, router: VirtualRouter): void {
  const timeout = item.properties.get('timeout');
  if (!(timeout instanceof RosTime)) return;
  const until = router.clock.now() + timeout.us / 1000;
  removalTimes.set(item, until);
  router.clock.at(until, () => {
    if (removalTimes.get(item) === until) item.menu.delete(item);
  });
}

const FIREWALL: MenuSpec = menuSpec({ computed: { bytes: () => 0, packets: () => 0 } });

export const NETWORK: Record<string, MenuSpec> = {
  'ip/address': menuSpec({
    check(properties, router, item) {
      const address = text(properties, 'address');
      if (address === '') return;
      const prefix = RosPrefix.parse(address.includes('/') ? address : `${address}/32`);
      if (!prefix) throw new RouterOsError('invalid value for argument address');
      if (!address.includes('/')) properties.set('address', `${address}/32`);
      if (!properties.has('network')) properties.set('network', prefix.toString().split('/')[0]!);
      const wanted = text(properties, 'address');
      const port = text(properties, 'interface') || (item ? toText(item.get('interface')) : '');
      if (
        router.menus
          .at('ip/address')
          .items.some((other) => other !== item && toText(other.get('address')) === wanted && toText(other.get('interface')) === port)
      ) {
        throw new RouterOsError('failure: already have such address');
      }
    },
    computed: { 'actual-interface': (item) => item.properties.get('interface') ?? NOTHING, slave: () => false },
  }),
  'ip/route': menuSpec({
    defaults: { distance: '1', scope: '30', 'target-scope': '10', 'routing-table': 'main' },
    computed: { active: (item) => item.properties.get('disabled') !== true },
  }),
  'routing/table': menuSpec({ factory: () => [{ name: 'main' }] }),
  'ip/firewall/filter': FIREWALL,
  'ip/firewall/nat': FIREWALL,
  'ip/firewall/mangle': FIREWALL,
  'ip/firewall/raw': FIREWALL,
  'ipv6/firewall/filter': FIREWALL,
  'ip/firewall/address-list': addressList,
  'ipv6/firewall/address-list': addressList,

  'ip/dns': menuSpec({
    defaults: {
      servers: '', 'use-doh-server': '', 'verify-doh-cert': 'no', 'allow-remote-requests': 'no', 'max-udp-packet-size': '4096', 'query-server-timeout': '2s',
      'query-total-timeout': '10s', 'max-concurrent-queries': '100', 'max-concurrent-tcp-sessions': '20', 'cache-size': '2048', 'cache-max-ttl': '1w', vrf: 'main',
      'doh-max-server-connections': '5', 'doh-max-concurrent-queries': '50', 'doh-timeout': '5s',
    }, // prettier-ignore
    computed: { 'dynamic-servers': () => '', 'cache-used': () => 24 },
  }),
  'ip/dns/cache': menuSpec({ exported: false, commands: { flush: () => NOTHING } }),
  'ip/dns/static': menuSpec({ defaults: { type: 'A', ttl: '1d' } }),
  'ip/cloud': menuSpec({ defaults: { 'ddns-update-interval': 'none', 'update-time': 'yes' }, commands: { 'force-update': () => NOTHING } }),
  'ip/settings': menuSpec({ defaults: { 'ip-forward': 'yes', 'send-redirects': 'yes', 'rp-filter': 'no', 'tcp-syncookies': 'no' } }),
  'ip/traffic-flow': menuSpec({
    defaults: { enabled: 'no', interfaces: 'all', 'cache-entries': '256k', 'active-flow-timeout': '30m', 'inactive-flow-timeout': '15s' },
  }),
  'ip/traffic-flow/target': menuSpec({ defaults: { port: '2055', version: '9' } }),
  'ip/dhcp-server/lease': menuSpec({
    computed: { status: () => 'waiting', 'active-address': (item) => item.properties.get('address') ?? NOTHING },
  }),
  'ip/arp': menuSpec({ computed: { complete: () => true } }),
  'ip/hotspot/profile': menuSpec({ factory: () => [{ name: 'default' }] }),
  'ip/hotspot/user/profile': menuSpec({ factory: () => [{ name: 'default' }] }),
  'routing/bgp/template': menuSpec({ factory: () => [{ name: 'default' }] }),
  'ip/ipsec/profile': menuSpec({ factory: () => [{ name: 'default' }] }),
  'ip/ipsec/proposal': menuSpec({ factory: () => [{ name: 'default' }] }),
  'queue/type': menuSpec({ factory: () => ['default', 'ethernet-default', 'wireless-default', 'default-small'].map((name) => ({ name })) }),
};
