import { ipv4Number, Ipv4Range } from '../platform/net/index.js';
import { concern, integer, oneOf, text, type Variable } from './variable.js';

const HOST = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;
const host = { pattern: HOST, why: 'is neither a host name nor an IPv4 address' };

/** The largest network an installation may want; a smaller one than a /29 has no room for routers. */
const [WIDEST, NARROWEST] = [8, 29];

const pool: Variable<string> = {
  describe: 'Network of the addresses that routers get in the tunnel. One that no network of yours or of your routers uses.',
  example: '100.64.0.0/10',
  fallback: '100.64.0.0/10',
  parse: (raw) => {
    const { prefixLength } = Ipv4Range.parse(raw);
    if (prefixLength < WIDEST || prefixLength > NARROWEST) throw new Error(`is not between a /${WIDEST} and a /${NARROWEST}`);
    return raw;
  },
};

const address: Variable<string | undefined> = {
  describe: 'Our own address in the tunnel, inside MGMT_TUNNEL_POOL; the only one that routers see. Default: its first.',
  example: '100.64.0.1',
  fallback: undefined,
  parse: (raw) => {
    if (ipv4Number(raw) === undefined) throw new Error('is not an IPv4 address');
    return raw;
  },
};

export const tunnelConfig = concern('Management tunnel: OpenVPN to the routers', {
  MGMT_TUNNEL: oneOf(
    ['auto', 'on', 'off'],
    'auto',
    'auto: runs where it can (openvpn, nft, /dev/net/tun and the right to use them), else does without. on: without it the start fails. off: this process runs no tunnel server.',
  ),
  MGMT_TUNNEL_HOST: text('0.0.0.0', 'IPv4 address that the tunnel server listens on.', '192.0.2.10', {
    pattern: /^\d{1,3}(\.\d{1,3}){3}$/,
    why: 'is not an IPv4 address',
  }),
  MGMT_TUNNEL_PORT: integer(8443, 'TCP port that the tunnel server listens on.', { min: 1, max: 65_535 }),
  MGMT_TUNNEL_PUBLIC_HOST: text(
    undefined,
    'Name or IPv4 address under which routers reach the tunnel server; stands in its certificate. Default: the host of PUBLIC_URL.',
    'tunnel.example.net',
    host,
  ),
  MGMT_TUNNEL_PUBLIC_PORT: integer(0, 'Port under which routers reach it, where that is another one; 0 means MGMT_TUNNEL_PORT.', {
    min: 0,
    max: 65_535,
  }),
  MGMT_TUNNEL_SERVER_ID: text(
    undefined,
    'Host name that tells this tunnel server from others of the same installation; shown as the management server of a site. Default: the public host.',
    'tunnel-1.example.net',
    host,
  ),
  MGMT_TUNNEL_POOL: pool,
  MGMT_TUNNEL_ADDRESS: address,
  MGMT_TUNNEL_DEVICE: text('rosfleet0', 'Network interface of the tunnel on this machine.', 'rosfleet0', {
    pattern: /^[a-z][a-z0-9_-]{0,14}$/,
    why: 'is not a name of at most 15 small letters, digits, - and _, a letter first',
  }),
});
