import { type Passage, stopper, within } from './firewall.js';
import type { Configuration, Entry } from './snapshot.js';

/** What the server knows of its ways to a router. Addresses are IPv4; null where only a name is known. */
export interface Ways {
  /** Where the router polls. `named`: it needs DNS for it. */
  readonly server: { readonly address: string | null; readonly port: number; readonly named: boolean };
  /** Null when the site has no tunnel that works: then nothing of management can be cut. */
  readonly management: {
    readonly endpoint: { readonly host: string; readonly address: string | null; readonly port: number; readonly named: boolean };
    readonly tunnelUser: string;
    readonly tunnelPassword?: string;
    /** Ours, and the router's, in the tunnel. */
    readonly address: string;
    readonly own: string;
    readonly user: string;
    readonly password?: string;
    readonly apiPort: number;
  } | null;
}

/** Why a way is closed. */
export interface Obstacle {
  readonly why: string;
  /** The item that closes it, if it is one that is there. */
  readonly by?: Entry;
  /** Where the missing item was. */
  readonly menus: readonly string[];
}

type Closed = Obstacle | null;
const ON = ({ row }: Entry): boolean => row['disabled'] !== 'true';
const all = (configuration: Configuration, menu: string): readonly Entry[] => configuration.get(menu) ?? [];

interface Path {
  readonly gateway: string;
  readonly port: string;
  readonly own: string;
}

/** What stands between a router and a host in the Internet. Of the path only a change can be noticed: compare with `pathTo` of before. */
export function polling(configuration: Configuration, { server }: Ways, before: Configuration): Closed {
  return outwards(configuration, before, server, 'polls');
}

export function management(configuration: Configuration, { management: way }: Ways, before: Configuration): Closed {
  if (!way) return null;
  const clients = all(configuration, '/interface/ovpn-client').filter(({ row }) => row['user'] === way.tunnelUser);
  const client = clients.find(
    (entry) => ON(entry) && entry.row['connect-to'] === way.endpoint.host && entry.row['port'] === String(way.endpoint.port),
  );
  if (!client)
    return { why: 'No tunnel to our server stays configured and switched on.', by: clients[0], menus: ['/interface/ovpn-client'] };
  if (otherSecret(client, way.tunnelPassword)) return { why: 'The tunnel would have another password.', by: client, menus: [] };
  const carried = outwards(configuration, before, way.endpoint, 'the tunnel');
  if (carried) return carried;
  const port = client.row['name'] ?? null;
  const talk = { peer: way.address, own: way.own, protocol: 'tcp', peerPort: null, ownPort: way.apiPort, port } as const;
  return blocked(configuration, talk, true, 'our logins') ?? service(configuration, way) ?? account(configuration, way);
}

/** Whether nobody could log in any more by the programs that people use, where somebody could before. */
export function services(configuration: Configuration, before: Configuration): Closed {
  const open = (at: Configuration): readonly Entry[] =>
    all(at, '/ip/service').filter(
      (entry) => ON(entry) && entry.row['dynamic'] !== 'true' && /^(winbox|ssh|telnet|www|www-ssl)$/.test(entry.row['name'] ?? ''),
    );
  if (open(configuration).length || !open(before).length) return null;
  const by = all(configuration, '/ip/service').find((entry) => entry.fresh && !ON(entry));
  return { why: 'WinBox, SSH, Telnet and WebFig would all be off.', by, menus: ['/ip/service'] };
}

const otherSecret = ({ fresh, row }: Entry, known: string | undefined): boolean =>
  fresh && known !== undefined && row['password'] !== undefined && row['password'] !== known;

function service(configuration: Configuration, { apiPort, address }: NonNullable<Ways['management']>): Closed {
  const api = all(configuration, '/ip/service').find(({ row }) => row['name'] === 'api' && row['dynamic'] !== 'true');
  const menus = ['/ip/service'];
  if (!api) return null; // not in the snapshot: nothing can be said
  if (!ON(api)) return { why: 'The API service would be off.', by: api, menus };
  if (api.row['port'] !== undefined && api.row['port'] !== String(apiPort)) return { why: `The API would listen on port ${api.row['port']}, and we would dial ${apiPort}.`, by: api, menus }; // prettier-ignore
  if (api.row['address'] && within(address, api.row['address'].split(',')) === false) return { why: 'The API would not take our management address.', by: api, menus }; // prettier-ignore
  return null;
}

function account(configuration: Configuration, { user, password, address }: NonNullable<Ways['management']>): Closed {
  const menus = ['/user'];
  const [ours] = all(configuration, '/user').filter(({ row }) => row['name'] === user);
  if (!ours || !ON(ours)) return { why: 'Our user would be gone or switched off.', by: ours, menus };
  if (otherSecret(ours, password)) return { why: 'Our user would have another password.', by: ours, menus };
  if (ours.row['address'] && within(address, ours.row['address'].split(',')) === false) return { why: 'Our user could not log in from the management address.', by: ours, menus }; // prettier-ignore
  if (!/^(full|write|read)$/.test(ours.row['group'] ?? 'full') && ours.fresh) return { why: 'Our user would be in a group of its own, whose rights are not known.', by: ours, menus }; // prettier-ignore
  return null;
}

function outwards(configuration: Configuration, before: Configuration, host: Ways['server'], what: string): Closed {
  const [was, is] = [pathTo(before, host.address), pathTo(configuration, host.address)];
  const menus = ['/ip/route', '/ip/address', '/interface/ethernet'];
  if (was && !is) return { why: `There would be no route for ${what}.`, by: touched(configuration, menus), menus };
  if (was && is && JSON.stringify(was) !== JSON.stringify(is)) return { why: `What goes to us for ${what} would leave by another way: from ${is.own} by ${is.gateway}, not from ${was.own} by ${was.gateway}.`, by: touched(configuration, menus), menus }; // prettier-ignore
  const away = {
    peer: host.address,
    own: is?.own ?? null,
    protocol: 'tcp',
    peerPort: host.port,
    ownPort: null,
    port: is?.port ?? null,
  } as const;
  return (host.named ? names(configuration, what) : null) ?? blocked(configuration, away, false, what);
}

/** The answer to a name comes from one of the configured servers at least. */
function names(configuration: Configuration, what: string): Closed {
  const dns = all(configuration, '/ip/dns')[0];
  const servers = [...(dns?.row['servers'] ?? '').split(','), ...(dns?.row['dynamic-servers'] ?? '').split(',')].filter(
    (one) => one !== '',
  );
  if (!dns || dns.row['use-doh-server']) return null;
  if (!servers.length) return dns.fresh ? { why: `Names for ${what} could not be resolved.`, by: dns, menus: ['/ip/dns'] } : null;
  const closed = servers.map((peer): Closed => {
    const path = pathTo(configuration, peer);
    const ask = { peer, own: path?.own ?? null, protocol: 'udp', peerPort: 53, ownPort: null, port: path?.port ?? null } as const;
    return path ? blocked(configuration, ask, false, 'DNS') : { why: 'There would be no route to the DNS servers.', by: undefined, menus: ['/ip/route', '/ip/address'] }; // prettier-ignore
  });
  return closed.every((one) => one !== null) ? closed[0]! : null;
}

/** The first rule that stops a connection: its first packet, the answer, or what follows. */
function blocked(configuration: Configuration, talk: Omit<Passage, 'chain' | 'inwards' | 'state'>, fromOutside: boolean, what: string): Closed {
  for (const [inwards, state] of [[fromOutside, 'new'], [!fromOutside, 'established'], [fromOutside, 'established']] as const) {
    const by = stopper(configuration, { ...talk, inwards, state, chain: inwards ? 'input' : 'output' });
    if (by && by !== 'passes') return { why: `The rule would stop ${what}.`, by, menus: ['/ip/firewall/filter'] };
  }
  return null;
} // prettier-ignore

const touched = (configuration: Configuration, menus: readonly string[]): Entry | undefined =>
  menus.flatMap((menu) => all(configuration, menu)).find(({ fresh }) => fresh);

/** The way of packets to an address, or to any address of the Internet. Routes of other tables have no say. */
function pathTo(configuration: Configuration, address: string | null): Path | undefined {
  const ports = new Set(all(configuration, '/interface/ethernet').filter((entry) => !ON(entry)).map(({ row }) => row['name'])); // prettier-ignore
  const locals = all(configuration, '/ip/address').filter((entry) => ON(entry) && !ports.has(entry.row['interface']));
  const local = (to: string): Path | undefined => {
    const found = locals.find(({ row }) => within(to, [networkOf(row['address'] ?? '')]));
    return found && { gateway: to, port: found.row['interface'] ?? '', own: found.row['address']!.split('/')[0]! };
  };
  const direct = address === null ? undefined : local(address);
  if (direct) return direct;
  const routes = all(configuration, '/ip/route')
    .filter((entry) => ON(entry) && (entry.row['routing-table'] ?? 'main') === 'main')
    .filter(({ row }) => within(address, [row['dst-address'] || '0.0.0.0/0']))
    .map(({ row }) => ({
      bits: Number((row['dst-address'] || '/0').split('/')[1]),
      distance: Number(row['distance'] ?? 1),
      path: local(row['gateway'] ?? ''),
    }))
    .filter(({ path }) => path !== undefined)
    .sort((a, b) => b.bits - a.bits || a.distance - b.distance);
  return routes[0]?.path;
}

const networkOf = (address: string): string => (address.includes('/') ? address : `${address}/32`);
