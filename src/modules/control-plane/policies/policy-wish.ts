import { covering, IpNetwork } from '../../../platform/net/index.js';
import { NOTHING_WISHED, type Wish, type WishItem, type WishMenu, type WishSetting } from '../../../routeros/sections/index.js';
import { type PolicyContent, type ServiceRule, SERVICE_NAMES, SERVICES } from './services.js';

/** Prefixes in `address=` of a service. It is the coarse fence: longer lists are covered by wider networks, the filter is exact. */
const SERVICE_ADDRESSES_MAX = 50;
const TRUSTED = 'rosfleet-trusted';

/** Every setting that a policy may change, of whatever value. */
export const POLICY_SETTINGS: readonly WishSetting[] = SERVICE_NAMES.map((name) => ({
  ...{ menu: '/ip/service', where: { name: SERVICES[name].menuName } },
  set: { port: 1, disabled: false, address: [] },
}));

interface Service extends ServiceRule {
  /** RouterOS's name. */
  readonly name: string;
}

/**
 * What a policy is on a router: state, port and sources of each service, and a group of input rules for the ports of those
 * that are on. The group lets go on what goes on, lets in the management address, the trusted networks and each service's own,
 * and drops the rest. Ports of services that are off are left alone: something else may listen there. The management address
 * is let in by a rule of its own that needs no address list, so that no state of the lists cuts our way.
 */
export function policyWish(content: PolicyContent, managementAddress: string): Wish {
  const services = SERVICE_NAMES.map((name): Service => ({ ...content.services[name], name: SERVICES[name].menuName }));
  const trusted = covering([managementAddress, ...content.trustedNetworks].map(IpNetwork.parse), SERVICE_ADDRESSES_MAX);
  const settings = services.map((service) => serviceSetting(service, trusted));
  const on = services.filter(({ enabled }) => enabled);
  if (!on.length) return { ...NOTHING_WISHED, settings };
  const place = content.customInputRules ? 'bottom' : 'top';
  return {
    menus: ([4, 6] as const).flatMap((family) =>
      familyMenus(family, on, content.trustedNetworks, place, family === 4 ? managementAddress : undefined),
    ),
    settings,
  };
}

/** RouterOS reads an empty `address=` as everybody. IPv6 is then held by the filter alone. */
function serviceSetting({ name, enabled, port, networks }: Service, trusted: readonly IpNetwork[]): WishSetting {
  const where = { menu: '/ip/service', where: { name } };
  if (!enabled) return { ...where, set: { port, disabled: true } };
  const fence = networks.length ? covering([...trusted, ...networks.map(IpNetwork.parse)], SERVICE_ADDRESSES_MAX) : trusted;
  const address = fence.some((network) => network.family === 4 && network.isEverything) ? [] : fence.map(String);
  return { ...where, set: { port, disabled: false, address } };
}

function familyMenus(
  family: 4 | 6,
  on: readonly Service[],
  trusted: readonly string[],
  place: 'top' | 'bottom',
  managementAddress: string | undefined,
): WishMenu[] {
  const ofFamily = (texts: readonly string[]): string[] => texts.filter((text) => text.includes(':') === (family === 6));
  const ports = [...new Set(on.map(({ port }) => port))].sort((a, b) => a - b).join();
  const tcp = { chain: 'input', protocol: 'tcp' };
  const lists: WishItem[] = [];
  const rules: WishItem[] = [
    { name: 'established', set: { ...tcp, 'dst-port': ports, 'connection-state': ['established', 'related'], action: 'accept' } },
  ];
  /** @returns whether there is nothing left to let in at these ports */
  const letIn = (name: string, list: string, dstPort: string, networks: readonly string[]): boolean => {
    if (networks.some((text) => text.endsWith('/0'))) {
      rules.push({ name, set: { ...tcp, 'dst-port': dstPort, action: 'accept' } });
      return true;
    }
    if (!networks.length) return false;
    lists.push(...networks.map((address) => ({ name: `${name}/${address}`, set: { list, address } })));
    rules.push({ name, set: { ...tcp, 'dst-port': dstPort, 'src-address-list': list, action: 'accept' } });
    return false;
  };
  if (managementAddress !== undefined)
    rules.push({ name: 'management', set: { ...tcp, 'dst-port': ports, 'src-address': managementAddress, action: 'accept' } });
  const everybody = letIn('trusted', TRUSTED, ports, ofFamily(trusted));
  if (!everybody) {
    const known = new Set(trusted);
    for (const { name, port, networks } of on) {
      const own = ofFamily(networks).filter((text) => !known.has(text));
      letIn(name, `rosfleet-${name}`, String(port), own);
    }
    rules.push({ name: 'drop', set: { ...tcp, 'dst-port': ports, action: 'drop' } });
  }
  const root = family === 4 ? '/ip/firewall' : '/ipv6/firewall';
  return [
    { menu: `${root}/address-list`, items: lists },
    { menu: `${root}/filter`, place, items: rules },
  ];
}
