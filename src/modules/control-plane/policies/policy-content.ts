import { ValidationFailed } from '../../../platform/errors/index.js';
import { IpNetwork } from '../../../platform/net/index.js';
import { type PolicyContent, type ServiceName, type ServiceRule, SERVICE_NAMES, SERVICES } from './services.js';

/** Networks of one policy, all its lists together: what a small router still searches quickly. */
export const NETWORKS_MAX = 1000;

/** A policy as it is asked for: shapes are checked, values are not. */
export interface PolicyWish {
  readonly customInputRules: boolean;
  readonly trustedNetworks: readonly string[];
  readonly services: Readonly<Record<ServiceName, { enabled: boolean; port?: number; networks?: readonly string[] }>>;
}

export interface CheckedContent {
  readonly content: PolicyContent;
  /** What was read otherwise than it was written, for the caller. */
  readonly notes: readonly string[];
}

/**
 * A wish in canonical form: networks as their family writes them, each once; ports that stand for no wish replaced
 * (docs/decisions/0010-policy-ports.md).
 * @throws ValidationFailed naming every network that is none and every port that two services would share
 */
export function checkedContent(wish: PolicyWish): CheckedContent {
  const errors: Record<string, string[]> = {};
  const networks = (field: string, texts: readonly string[]): string[] => {
    const canonical = new Set<string>();
    for (const text of texts) {
      try {
        canonical.add(String(IpNetwork.parse(text)));
      } catch (error) {
        (errors[field] ??= []).push(`${field}: ${JSON.stringify(text)} ${(error as Error).message}`);
      }
    }
    return [...canonical];
  };
  const trustedNetworks = networks('trusted_networks', wish.trustedNetworks);
  const asked = each((name): ServiceRule => {
    const { enabled, port = SERVICES[name].usualPort, networks: own = [] } = wish.services[name];
    return { enabled, port, networks: networks(`${name}.networks`, own) };
  });
  const total = trustedNetworks.length + SERVICE_NAMES.reduce((sum, name) => sum + asked[name].networks.length, 0);
  if (total > NETWORKS_MAX) {
    errors['trusted_networks'] = [`a policy has at most ${NETWORKS_MAX} networks, all its lists together, and this one has ${total}`];
  }
  const placeholder = isPlaceholder(asked);
  const services = placeholder ? each((name) => ({ ...asked[name], port: SERVICES[name].usualPort })) : asked;
  Object.assign(errors, sharedPorts(services));
  if (Object.keys(errors).length) throw new ValidationFailed(errors);
  const notes = placeholder ? [`All eight services had the port ${asked.winbox.port}; each got its usual port.`] : [];
  return { content: { customInputRules: wish.customInputRules, trustedNetworks, services }, notes };
}

const each = <T>(of: (name: ServiceName) => T): Record<ServiceName, T> =>
  Object.fromEntries(SERVICE_NAMES.map((name) => [name, of(name)])) as Record<ServiceName, T>;

/** One port for all eight, more than one of them on: no router can do it, and it is what the contract's sample shows. */
const isPlaceholder = (services: Readonly<Record<ServiceName, ServiceRule>>): boolean =>
  new Set(SERVICE_NAMES.map((name) => services[name].port)).size === 1 && SERVICE_NAMES.filter((name) => services[name].enabled).length > 1;

function sharedPorts(services: Readonly<Record<ServiceName, ServiceRule>>): Record<string, string[]> {
  const takenBy = new Map<number, ServiceName>();
  const errors: Record<string, string[]> = {};
  for (const name of SERVICE_NAMES) {
    const { enabled, port } = services[name];
    if (!enabled) continue;
    const other = takenBy.get(port);
    if (other) errors[`${name}.port`] = [`${name}.port: ${port} is the port of ${other} too; services that are on need ports of their own`];
    else takenBy.set(port, name);
  }
  return errors;
}

/** Whether nobody, neither people nor this server, could log in to a router any more. */
export const locksOut = ({ services }: PolicyContent): boolean =>
  !services.winbox.enabled && !services.ssh.enabled && !services.api.enabled;

/** What people should know of a policy that is accepted as it is. */
export function warningsOf(content: PolicyContent, managementAddress: string): string[] {
  const { services, trustedNetworks } = content;
  const warnings: string[] = [];
  if (locksOut(content)) {
    warnings.push('WinBox, SSH and the API are all off: nobody can log in to these routers except on the spot.');
  } else if (!services.api.enabled) {
    warnings.push('The API is off: live commands and everything else that needs a login of this server will not work.');
  }
  const open = trustedNetworks.filter(isEverything);
  if (open.length) warnings.push(`${open.join(' and ')} is trusted: everybody reaches every service that is on.`);
  for (const name of SERVICE_NAMES) {
    const own = services[name].networks.filter(isEverything);
    if (services[name].enabled && own.length) warnings.push(`${name} is open to ${own.join(' and ')}: everybody reaches it.`);
  }
  const us = IpNetwork.parse(managementAddress);
  if (!trustedNetworks.some((text) => IpNetwork.parse(text).contains(us)))
    warnings.push(`${managementAddress}, from where this server reaches routers, is not listed; it is let in all the same.`);
  return warnings;
}

const isEverything = (text: string): boolean => text.endsWith('/0');
