import { compareVersions } from '../../../src/routeros/schema/index.js';
import { menuSpec, type MenuSpec } from '../menus/menu-spec.js';
import { fetchCommand } from '../system/fetch.js';
import { NOTHING, toText } from '../values/value.js';

const PORTS: [string, string, boolean][] = [
  ['telnet', '23', false], ['ftp', '21', false], ['www', '80', false], ['ssh', '22', false], ['www-ssl', '443', true],
  ['api', '8728', false], ['winbox', '8291', false], ['api-ssl', '8729', false],
]; // prettier-ignore

export const SERVICES: Record<string, MenuSpec> = {
  'ip/service': menuSpec({
    fixed: true,
    exportName: (item) => toText(item.get('name')),
    defaults: { address: '', vrf: 'main', 'max-sessions': '20' },
    factory: (router) => {
      const ports =
        compareVersions(router.version, '7.22') >= 0 ? [...PORTS, ['reverse-proxy', '443', true] as [string, string, boolean]] : PORTS;
      return ports.map(([name, port, disabled]): Record<string, string> => ({
        name,
        port,
        disabled: disabled ? 'yes' : 'no',
        ...(name.endsWith('-ssl') ? { certificate: 'none', 'tls-version': 'any' } : {}),
      }));
    },
    computed: { proto: () => 'tcp' },
  }),
  'ip/ssh': menuSpec({ defaults: { 'strong-crypto': 'no', 'allow-none-crypto': 'no', 'always-allow-password-login': 'no' } }),
  tool: menuSpec({
    commands: {
      fetch: fetchCommand,
      ping: ({ router, run, args }) => router.ping(run, args.named.get('address') ?? args.unnamed[0] ?? '', args.named.get('count')),
    },
  }),
  snmp: menuSpec({
    defaults: {
      enabled: 'no',
      contact: '',
      location: '',
      'trap-community': 'public',
      'trap-version': '1',
      'src-address': '::',
      vrf: 'main',
    },
  }),
  'snmp/community': menuSpec({
    factory: () => [{ name: 'public', addresses: '::/0', security: 'none', 'read-access': 'yes', 'write-access': 'no' }],
    defaults: {
      addresses: '::/0',
      security: 'none',
      'read-access': 'yes',
      'write-access': 'no',
      'authentication-protocol': 'MD5',
      'encryption-protocol': 'DES',
    },
  }),
  'tool/mac-server': menuSpec({ defaults: { 'allowed-interface-list': 'all' } }),
  'tool/mac-server/mac-winbox': menuSpec({ defaults: { 'allowed-interface-list': 'all' } }),
  'tool/bandwidth-server': menuSpec({ defaults: { enabled: 'yes', authenticate: 'yes' } }),
  'tool/romon': menuSpec({ defaults: { enabled: 'no' } }),
  'tool/netwatch': menuSpec({
    defaults: { interval: '10s', timeout: '3s', type: 'simple' },
    computed: { status: () => 'unknown', since: () => NOTHING },
  }),
  // colours and cursor movement mean nothing to a listing
  terminal: menuSpec({ commands: { style: () => NOTHING, cuu: () => NOTHING, el: () => NOTHING } }),
  'radius/incoming': menuSpec({ defaults: { accept: 'no', port: '3799' } }),
};
