import { UnsupportedByVirtualRouter } from '../errors.js';
import { listed } from '../api/account.js';
import { RosIp } from '../values/address.js';
import type { HttpTransport } from '../system/http-transport.js';
import { toBytes } from '../values/value.js';
import type { VirtualRouter } from '../virtual-router.js';
import { passes } from './filter.js';
import { isOff, type Packet, property } from './packet.js';
import { type Hop, type OpenTunnel, routeTo } from './routes.js';

/** A host in the Internet that answers; `name` when the router knows it by name. */
export interface Host {
  readonly name?: string;
  readonly address: string;
  readonly port: number;
}

/** What is around a router: its provider, our server, and the far end of the management tunnel. All addresses are IPv4. */
export interface Surroundings {
  /** Of all sources the provider forwards this one only, from this port, handed to its gateway. */
  readonly provider: { readonly port: string; readonly address: string; readonly gateway: string };
  /** DNS servers that answer, also as neighbours in the provider's network. */
  readonly resolvers: readonly string[];
  /** Where the router polls. */
  readonly server: Host;
  /** The tunnel server, who it lets in, and the addresses of the tunnel's two ends. */
  readonly tunnel: Host & { readonly user: string; readonly password: string; readonly own: string; readonly management: string };
  /** By what the server logs in from the tunnel's far end. */
  readonly login: { readonly user: string; readonly password: string; readonly port: number };
}

/** A yes, or why not. */
export type Answer = 'yes' | `no: ${string}`;

const EPHEMERAL = 50_000;
const SECURE = { cipher: 'aes256-cbc', auth: 'sha256', protocol: 'tcp', mode: 'ip' } as const;

/**
 * Who can reach whom, given what a virtual router is configured to do at this moment. Models IPv4: addresses, the main routing table,
 * the filter's input and output chains, DNS, the OpenVPN client, services and users. Source NAT changes nothing here; whatever else
 * touches packets is refused with `UnsupportedByVirtualRouter`, never guessed.
 */
export class Reachability {
  constructor(
    private readonly router: VirtualRouter,
    private readonly around: Surroundings,
  ) {}

  /** Can the router fetch from our server now? */
  fetch(): Answer {
    return this.settled(() => this.reach(this.around.server, 'the server'));
  }

  /** Can the server log in to the router's API from the far end of the tunnel now? */
  login(): Answer {
    return this.settled(() => {
      const { tunnel, login } = this.around;
      const open = this.openTunnel();
      if (typeof open === 'string') return open;
      const back = routeTo(this.router, tunnel.management, open);
      if (back?.interface !== open.name) return 'no: answers to the management address do not go into the tunnel';
      const there = { source: tunnel.management, destination: tunnel.own, protocol: 'tcp', sourcePort: EPHEMERAL, destinationPort: login.port } as const; // prettier-ignore
      if (!this.roundTrip({ ...there, chain: 'input', interface: open.name })) return 'no: the filter stops the API';
      return this.admission();
    });
  }

  /** Both questions. */
  get both(): boolean {
    return this.fetch() === 'yes' && this.login() === 'yes';
  }

  /** Requests go through only while the router can reach the server: the way an `http` option of a virtual router is made. */
  gate(http: HttpTransport): HttpTransport {
    return (request) => {
      const answer = this.fetch();
      return answer === 'yes' ? http(request) : Promise.reject(Object.assign(new Error(answer), { code: 'ETIMEDOUT' }));
    };
  }

  private settled(question: () => Answer): Answer {
    if (!this.router.isOn || this.router.network.down) return 'no: the router or its line is down';
    for (const menu of ['ip/firewall/raw', 'ip/firewall/mangle', 'ip/firewall/nat'])
      for (const rule of this.router.menus.at(menu).items)
        if (!isOff(rule) && !(property(rule, 'chain') === 'srcnat' && property(rule, 'action') === 'masquerade'))
          throw new UnsupportedByVirtualRouter(`the reach of a router with rules in /${menu}`);
    return question();
  }

  private openTunnel(): OpenTunnel | `no: ${string}` {
    const { tunnel } = this.around;
    const on = this.router.menus.at('interface/ovpn-client').items.filter((item) => !isOff(item));
    const ours = on.filter(
      (item) =>
        [tunnel.name, tunnel.address].includes(property(item, 'connect-to')) &&
        property(item, 'port') === String(tunnel.port) &&
        property(item, 'user') === tunnel.user &&
        property(item, 'password') === toBytes(tunnel.password),
    );
    const [client] = ours;
    if (!client) return 'no: no OpenVPN client is on that the tunnel server lets in';
    if (ours.length > 1) throw new UnsupportedByVirtualRouter('two OpenVPN clients with one user');
    for (const [name, value] of Object.entries(SECURE))
      if (property(client, name) !== value)
        throw new UnsupportedByVirtualRouter(`an OpenVPN client with ${name}=${property(client, name)}`);
    if (property(client, 'add-default-route') === 'yes') throw new UnsupportedByVirtualRouter('an OpenVPN client with a default route');
    const carried = this.reach(
      property(client, 'connect-to') === tunnel.name ? tunnel : { ...tunnel, name: undefined },
      'the tunnel server',
    );
    return carried === 'yes' ? { name: property(client, 'name'), own: tunnel.own, remote: tunnel.management } : carried;
  }

  private admission(): Answer {
    const { login, tunnel } = this.around;
    const service = this.router.menus.at('ip/service').items.find((item) => property(item, 'name') === 'api' && item.origin !== 'dynamic');
    if (!service || isOff(service)) return 'no: the API service is off';
    if (property(service, 'port') !== String(login.port)) return 'no: the API listens on another port';
    if (property(service, 'vrf') !== 'main') throw new UnsupportedByVirtualRouter('a service in another vrf');
    if (!listed(tunnel.management, property(service, 'address'))) return 'no: the API service does not take the management address';
    const user = this.router.menus.at('user').byName(login.user);
    if (!user || isOff(user)) return 'no: our user is gone or off';
    if (property(user, 'password') !== toBytes(login.password)) return 'no: our user has another password';
    if (!listed(tunnel.management, property(user, 'address'))) return 'no: our user may not come from the management address';
    const group = this.router.menus.at('user/group').byName(property(user, 'group'));
    const policies = group ? property(group, 'policy').split(',') : [];
    return policies.includes('api') ? 'yes' : 'no: the group of our user may not use the API';
  }

  /** A TCP connection from the router to a host in the Internet. */
  private reach({ name, address, port }: Host, what: string): Answer {
    if (name !== undefined && !RosIp.parse(name) && !this.resolves(name)) return `no: the name of ${what} cannot be resolved`;
    return this.answered('tcp', address, port, what);
  }

  private resolves(name: string): boolean {
    const dns = this.router.menus.at('ip/dns').single;
    if (property(dns, 'use-doh-server')) throw new UnsupportedByVirtualRouter('DNS over HTTPS');
    const known = this.router.menus
      .at('ip/dns/static')
      .items.some((entry) => !isOff(entry) && (property(entry, 'name') === name || property(entry, 'regexp')));
    if (known) throw new UnsupportedByVirtualRouter('static DNS entries for our names');
    const servers = property(dns, 'servers').split(',');
    return servers.some((server) => this.around.resolvers.includes(server) && this.answered('udp', server, 53, 'a DNS server') === 'yes');
  }

  private answered(protocol: 'tcp' | 'udp', destination: string, destinationPort: number, what: string): Answer {
    const hop = routeTo(this.router, destination);
    if (!hop) return `no: there is no route to ${what}`;
    if (!this.forwarded(hop, destination)) return `no: the provider does not forward what goes to ${what}`;
    const packet = { source: hop.source, destination, protocol, sourcePort: EPHEMERAL, destinationPort, interface: hop.interface };
    return this.roundTrip({ ...packet, chain: 'output' }) ? 'yes' : `no: the filter stops what goes to or comes from ${what}`;
  }

  private forwarded(hop: Hop, destination: string): boolean {
    const { provider, resolvers } = this.around;
    const port = this.router.menus.at('interface/ethernet').items.find((item) => property(item, 'default-name') === provider.port);
    const bridged = this.router.menus
      .at('interface/bridge/port')
      .items.some((item) => !isOff(item) && property(item, 'interface') === (port && property(port, 'name')));
    if (bridged) throw new UnsupportedByVirtualRouter('a bridged port to the provider');
    const taken = hop.next === provider.gateway || (hop.next === destination && resolvers.includes(destination));
    return !!port && hop.interface === property(port, 'name') && hop.source === provider.address && taken;
  }

  /** The first packet, its answer, and what follows on the connection. */
  private roundTrip(first: Omit<Packet, 'state'>): boolean {
    const back: Omit<Packet, 'state'> = {
      ...first,
      chain: first.chain === 'input' ? 'output' : 'input',
      ...{ source: first.destination, destination: first.source, sourcePort: first.destinationPort, destinationPort: first.sourcePort },
    };
    const packets: Packet[] = [
      { ...first, state: 'new' },
      { ...back, state: 'established' },
      { ...first, state: 'established' },
    ];
    return packets.every((packet) => passes(this.router, packet));
  }
}
