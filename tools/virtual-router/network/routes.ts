import { UnsupportedByVirtualRouter } from '../errors.js';
import { RosIp, RosPrefix } from '../values/address.js';
import type { VirtualRouter } from '../virtual-router.js';
import { address, isOff, property } from './packet.js';

/** Where a packet of the router goes. */
export interface Hop {
  readonly interface: string;
  /** The address that it is sent from. */
  readonly source: string;
  /** The neighbour that it is handed to: a gateway, or its destination itself. */
  readonly next: string;
}

interface Route {
  readonly prefix: RosPrefix;
  readonly distance: number;
  /** Null for a blackhole. */
  readonly hop: ((destination: string) => Hop) | null;
}

/** A tunnel that is up: the addresses of its two ends. */
export interface OpenTunnel {
  readonly name: string;
  readonly own: string;
  readonly remote: string;
}

/**
 * The best route of the main table to an address: the longest prefix, then the smallest distance. Undefined when there is none or it
 * is a blackhole.
 * @throws UnsupportedByVirtualRouter for several gateways, recursive gateways, two addresses in one network, and routing rules
 */
export function routeTo(router: VirtualRouter, destination: string, tunnel?: OpenTunnel): Hop | undefined {
  if (router.menus.at('routing/rule').items.some((rule) => !isOff(rule))) throw new UnsupportedByVirtualRouter('routing rules');
  const target = address(destination);
  const connected = connectedRoutes(router, tunnel);
  const routes = [...connected, ...staticRoutes(router, connected, tunnel)].filter(({ prefix }) => prefix.contains(target));
  const [best, second] = routes.sort((a, b) => b.prefix.bits - a.prefix.bits || a.distance - b.distance);
  if (best && second && best.prefix.bits === second.prefix.bits && best.distance === second.distance)
    throw new UnsupportedByVirtualRouter(`two equal routes to ${destination}`);
  return best?.hop?.(destination);
}

/** Interfaces that are switched on. Links are taken for plugged in. */
const isUp = (router: VirtualRouter, name: string): boolean =>
  router.menus.interfaces().some((item) => property(item, 'name') === name && !isOff(item));

export function connectedRoutes(router: VirtualRouter, tunnel?: OpenTunnel): Route[] {
  const own = router.menus.at('ip/address').items.flatMap((item): Route[] => {
    const port = property(item, 'interface');
    const text = property(item, 'address');
    if (isOff(item) || !isUp(router, port)) return [];
    const prefix = RosPrefix.parse(text);
    if (!prefix) throw new UnsupportedByVirtualRouter(`/ip/address ${text}`);
    const source = text.split('/')[0]!;
    return [{ prefix, distance: 0, hop: (destination) => ({ interface: port, source, next: destination }) }];
  });
  if (!tunnel) return own;
  const hop = (): Hop => ({ interface: tunnel.name, source: tunnel.own, next: tunnel.remote });
  return [...own, { prefix: new RosPrefix(address(tunnel.remote).value, 32), distance: 0, hop }];
}

function staticRoutes(router: VirtualRouter, connected: readonly Route[], tunnel?: OpenTunnel): Route[] {
  return router.menus.at('ip/route').items.flatMap((item): Route[] => {
    if (isOff(item) || property(item, 'routing-table') !== 'main') return [];
    const prefix = RosPrefix.parse(property(item, 'dst-address') || '0.0.0.0/0');
    if (!prefix) throw new UnsupportedByVirtualRouter(`/ip/route ${property(item, 'dst-address')}`);
    const distance = Number(property(item, 'distance'));
    if (item.properties.has('blackhole')) return [{ prefix, distance, hop: null }];
    if (property(item, 'pref-src') || property(item, 'vrf-interface')) throw new UnsupportedByVirtualRouter('pref-src= of a route');
    const gateway = property(item, 'gateway');
    if (gateway === tunnel?.name)
      return [{ prefix, distance, hop: () => ({ interface: gateway, source: tunnel.own, next: tunnel.remote }) }];
    const ip = RosIp.parse(gateway);
    if (!ip) {
      if (router.menus.interfaces().every((port) => property(port, 'name') !== gateway)) throw new UnsupportedByVirtualRouter(`the gateway ${gateway}`); // prettier-ignore
      if (!isUp(router, gateway) || router.menus.at('interface/ovpn-client').byName(gateway)) return [];
      throw new UnsupportedByVirtualRouter('an interface as gateway');
    }
    if (Number(property(item, 'target-scope')) !== 10) throw new UnsupportedByVirtualRouter('a recursive route');
    const via = connected.filter((route) => route.prefix.contains(ip));
    if (via.length > 1) throw new UnsupportedByVirtualRouter(`two networks of the gateway ${gateway}`);
    return via.map((route) => ({ prefix, distance, hop: () => route.hop!(gateway) })); // none: the route is not active
  });
}
