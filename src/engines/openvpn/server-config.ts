import { ipv4Text, type Ipv4Range } from '../../platform/net/index.js';

export interface ServerAddresses {
  /** IPv4 address that the server listens on. */
  readonly host: string;
  readonly port: number;
  /** Name of the network interface. */
  readonly device: string;
  /** Network of the addresses in the tunnel. */
  readonly pool: Ipv4Range;
  /** Ours in it. */
  readonly address: string;
}

/** Names of the daemon's files in its folder, which is where it runs. */
export const FILES = {
  config: 'server.conf',
  authority: 'authority.pem',
  certificate: 'server.pem',
  key: 'server.key',
  parameters: 'dh.pem',
  pid: 'openvpn.pid',
} as const;

/** More than one daemon, which uses one core, can carry. */
const MOST_CLIENTS = 20_000;

/**
 * Configuration of the daemon (openvpn(8), version 2.6).
 *
 * RouterOS negotiates no cipher: it uses the one that it was told. Its clients still announce it in the old options string,
 * and the server takes what they announce if it is listed, else the fallback. `SHA256` is the digest for CBC.
 */
export function serverConfig(
  { host, port, device, pool, address }: ServerAddresses,
  socket: string,
  options: { readonly dropPrivileges: boolean },
): string {
  const lines = [
    '# Written by rosfleet at each start.',
    ...['mode server', 'tls-server', 'proto tcp4-server', `local ${host}`, `lport ${port}`, 'tcp-nodelay'],
    ...[`dev ${device}`, 'dev-type tun', 'disable-dco', 'topology subnet', `ifconfig ${address} ${pool.mask}`],
    ...['push "topology subnet"', `push "route-gateway ${address}"`],
    // A dead peer is noticed after a minute on the router, and after two here, so that both never hang up at once.
    ...['ping 15', 'ping-restart 120', 'push "ping 15"', 'push "ping-restart 60"'],
    ...[`ca ${FILES.authority}`, `cert ${FILES.certificate}`, `key ${FILES.key}`, `dh ${FILES.parameters}`],
    ...['tls-version-min 1.2', 'data-ciphers AES-256-GCM:AES-128-GCM:AES-256-CBC', 'data-ciphers-fallback AES-256-CBC', 'auth SHA256'],
    // Routers have no certificate: user name and password are judged by us, and a second login of a user ends the first.
    ...['verify-client-cert none', 'username-as-common-name', 'management-client-auth'],
    ...[`management ${quoted(socket)} unix`, 'management-client', 'management-hold'],
    ...[`max-clients ${Math.min(MOST_CLIENTS, pool.size)}`, 'hash-size 8192 8192', 'tcp-queue-limit 256'],
    ...['script-security 1', `writepid ${FILES.pid}`, 'verb 3', 'suppress-timestamps'],
    ...(options.dropPrivileges ? ['user nobody', 'group nogroup', 'persist-key', 'persist-tun'] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** The answer to a login: the address that this client has in the tunnel. */
export const addressPush = (address: string, pool: Ipv4Range): string => `ifconfig-push ${address} ${pool.mask}`;

/** Address of the network itself and its last one are nobody's. */
export const isHostOf = (address: string, pool: Ipv4Range): boolean =>
  pool.includes(address) && address !== ipv4Text(pool.first) && address !== ipv4Text(pool.last);

/** A word of the configuration as openvpn(8) reads it. */
const quoted = (word: string): string => `"${word.replace(/[\\"]/g, '\\$&')}"`;

/** The group ffdhe2048 of RFC 7919, for clients whose TLS has no elliptic curves. Public and the same for everybody. */
export const DH_PARAMETERS = `-----BEGIN DH PARAMETERS-----
MIIBCAKCAQEA//////////+t+FRYortKmq/cViAnPTzx2LnFg84tNpWp4TZBFGQz
+8yTnc4kmz75fS/jY2MMddj2gbICrsRhetPfHtXV/WVhJDP1H18GbtCFY2VVPe0a
87VXE15/V8k1mE8McODmi3fipona8+/och3xWKE2rec1MKzKT0g6eXq8CrGCsyT7
YdEIqUuyyOP7uWrat2DX9GgdT0Kj3jlN9K5W7edjcrsZCwenyO4KbXCeAvzhzffi
7MA0BM0oNC9hkXL+nOmFg/+OTxIy7vKBg8P+OxtMb61zO7X8vC7CIAXFjvGDfRaD
ssbzSibBsu/6iGtCOGEoXJf//////////wIBAg==
-----END DH PARAMETERS-----
`;
