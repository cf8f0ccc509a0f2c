import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { ConfigItem } from '../menus/config-item.js';
import { menuSpec, type MenuSpec } from '../menus/menu-spec.js';
import { digest } from '../router-options.js';
import { NOTHING, toText } from '../values/value.js';
import type { VirtualRouter } from '../virtual-router.js';

/** A hardware address fixed for router and port, in MikroTik's range. */
export function macAddress(router: VirtualRouter, port: number): string {
  const n = digest(`${router.hardware.serial}-mac`);
  const tail = [(n >>> 16) & 255, (n >>> 8) & 255, (n + port) & 255].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0'));
  return `48:A9:8A:${tail.join(':')}`;
}

/** PKCS#8 wrapping of a raw X25519 key (RFC 8410). */
const X25519_HEADER = Buffer.from('302e020100300506032b656e04220420', 'hex');

function newKey(router: VirtualRouter): string {
  return Buffer.from(Array.from({ length: 32 }, () => Math.floor(router.random() * 256))).toString('base64');
}

function publicKey(privateKey: string): string {
  const raw = Buffer.from(privateKey, 'base64');
  if (raw.length !== 32) return '';
  const key = createPrivateKey({ key: Buffer.concat([X25519_HEADER, raw]), format: 'der', type: 'pkcs8' });
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
}

const type = (item: ConfigItem): string => {
  const kind = item.menu.path.at(-1)!;
  return (
    {
      ethernet: 'ether',
      wireguard: 'wg',
      'ovpn-client': 'ovpn-out',
      'pppoe-client': 'pppoe-out',
      'l2tp-client': 'l2tp-out',
      'sstp-client': 'sstp-out',
    }[kind] ?? kind
  );
};

const COUNTERS = Object.fromEntries(
  ['rx-byte', 'tx-byte', 'rx-packet', 'tx-packet', 'rx-drop', 'tx-drop', 'rx-error', 'tx-error', 'link-downs'].map((name) => [
    name,
    () => 0,
  ]),
);

const base = (parts: Partial<MenuSpec> = {}): MenuSpec =>
  menuSpec({ unexported: ['default-name'], ...parts, computed: { ...parts.computed } });

export const INTERFACES: Record<string, MenuSpec> = {
  /** Every kind of interface without an entry of its own. */
  'interface/*': base(),

  interface: menuSpec({
    exported: false,
    rows: (router) => router.menus.interfaces(),
  }),

  'interface/ethernet': base({
    fixed: true,
    exportName: (item) => `[ find default-name=${toText(item.properties.get('default-name') ?? '')} ]`,
    factory: (router) =>
      Array.from({ length: router.hardware.ethernetPorts }, (_, i) => ({
        name: `ether${i + 1}`,
        'default-name': `ether${i + 1}`,
        mtu: '1500',
        'mac-address': macAddress(router, i),
      })),
    computed: {
      ...COUNTERS,
      type,
      running: (item) => item.properties.get('disabled') !== true && item.properties.get('default-name') === 'ether1',
      slave: () => false,
    },
  }),

  'interface/bridge': base({
    defaults: { 'protocol-mode': 'rstp', mtu: 'auto', arp: 'enabled', 'vlan-filtering': 'no' },
    computed: { ...COUNTERS, type, running: () => true },
  }),
  'interface/bridge/port': menuSpec({ defaults: { pvid: '1' }, references: { bridge: 'interface/bridge' } }),
  'interface/vlan': base({ defaults: { mtu: '1500' }, computed: { ...COUNTERS, type } }),

  'interface/wireguard': base({
    defaults: { mtu: '1420', 'listen-port': '13231' },
    computed: { ...COUNTERS, type, 'public-key': (item) => publicKey(toText(item.properties.get('private-key') ?? '')) },
    added: (item, router) => {
      if (!item.properties.has('private-key')) item.properties.set('private-key', newKey(router));
    },
  }),
  'interface/wireguard/peers': menuSpec({
    computed: { 'last-handshake': () => NOTHING, rx: () => 0, tx: () => 0 },
    references: { interface: 'interface/wireguard' },
  }),

  'interface/ovpn-client': base({
    // the manual's defaults; RouterOS adds the client disabled
    defaults: {
      disabled: 'yes', port: '1194', protocol: 'tcp', mode: 'ip', cipher: 'blowfish128', auth: 'sha1', profile: 'default', certificate: 'none', 'max-mtu': '1500',
      'add-default-route': 'no', 'verify-server-certificate': 'no', 'tls-version': 'any', 'use-peer-dns': 'yes', 'route-nopull': 'no', password: '',
    }, // prettier-ignore
    references: { profile: 'ppp/profile' },
    computed: { ...COUNTERS, type, running: () => false, 'hw-crypto': () => false },
  }),

  'interface/list': menuSpec({
    factory: () => [
      { name: 'all', comment: 'contains all interfaces' },
      { name: 'none', comment: 'contains no interfaces' },
      { name: 'dynamic', comment: 'contains dynamic interfaces' },
      { name: 'static', comment: 'contains static interfaces' },
    ],
  }),
  'interface/list/member': menuSpec({ references: { list: 'interface/list' } }),
};
