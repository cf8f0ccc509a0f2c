import type { PrefixListId } from '../../platform/context/index.js';
import { ValidationFailed } from '../../platform/errors/index.js';
import { IpNetwork } from '../../platform/net/index.js';
import { canonicalPorts } from './ports.js';
import { ICMP, ICMPV6, protocolName, WITH_PORTS } from './reference.js';

/** Rules of one group. */
export const RULES_MAX = 250;

/** A rule: new connections that it lets through. */
export interface Rule {
  /** `fltr_` and a KSUID. */
  readonly id: string;
  readonly direction: 'inbound' | 'outbound';
  readonly order: number;
  /** IANA number; 0 for any. */
  readonly protocol: number;
  /** Destination ports in canonical form; null for all. */
  readonly port: string | null;
  /** The other side: a network in canonical form, or a prefix list. */
  readonly address: string;
  readonly description: string | null;
}

export type RuleWish = Omit<Rule, 'id'>;

const PREFIX_LIST = /^prfx_lst_[0-9A-Za-z]{27}$/;
export const isPrefixListId = (text: string): text is PrefixListId => PREFIX_LIST.test(text);

/** Prefix lists that rules name, each once. */
export const listsNamed = (rules: readonly Pick<Rule, 'address'>[]): PrefixListId[] => [
  ...new Set(rules.map(({ address }) => address).filter(isPrefixListId)),
];

/**
 * Rules as they are kept: canonical and by order. A rule that was there before keeps its id.
 * @param known prefix lists of the team
 * @throws ValidationFailed naming every value that makes no sense, with what would
 */
export function checkedRules(
  wishes: readonly RuleWish[],
  before: readonly Rule[],
  known: ReadonlySet<PrefixListId>,
  newId: () => string,
): Rule[] {
  const errors: Record<string, string[]> = {};
  const attempt = <T>(field: string, read: () => T, fallback: T): T => {
    try {
      return read();
    } catch (error) {
      errors[field] = [`${field}: ${(error as Error).message}`];
      return fallback;
    }
  };
  const rules = wishes.map((wish, i): RuleWish => {
    const port = attempt(`rules.${i}.port`, () => portOf(wish), null);
    const address = attempt(`rules.${i}.address`, () => addressOf(wish, known), wish.address);
    return { ...wish, port, address };
  });
  if (Object.keys(errors).length) throw new ValidationFailed(errors);
  const ids = idsByContent(before);
  return rules.sort((a, b) => a.order - b.order).map((rule) => ({ id: ids.get(contentOf(rule))?.shift() ?? newId(), ...rule }));
}

/** Whether routers would see the same. */
export const sameRules = (a: readonly Rule[], b: readonly Rule[]): boolean => a.map(contentOf).join() === b.map(contentOf).join();

/** What one should know of a group that is accepted as it is. */
export function warningsOf(rules: readonly Rule[]): string[] {
  if (!rules.length) return ['It has no rules: new connections pass its sites only where other groups of theirs allow them.'];
  return (['outbound', 'inbound'] as const)
    .filter((way) => !rules.some(({ direction }) => direction === way))
    .map((way) => `It has no ${way} rule: ${way} connections pass its sites only where other groups of theirs allow them.`);
}

function portOf({ port, protocol }: RuleWish): string | null {
  if (port === null || port.trim() === '') return null;
  if (!WITH_PORTS.has(protocol)) {
    const names = [...WITH_PORTS].map((number) => `${number} (${protocolName(number)})`).join(', ');
    throw new Error(`protocol ${protocol} has no ports; leave it out, or choose ${names}`);
  }
  return canonicalPorts(port);
}

function addressOf({ address, protocol }: RuleWish, known: ReadonlySet<PrefixListId>): string {
  const text = address.trim();
  if (text.startsWith('prfx_')) {
    if (isPrefixListId(text) && known.has(text)) return text;
    throw new Error(`there is no prefix list ${JSON.stringify(text)} in your team`);
  }
  const network = parsed(text);
  if (protocol === ICMP && network.family === 6) throw new Error(`protocol ${ICMP} is ICMP of IPv4; that of IPv6 is ${ICMPV6}`);
  if (protocol === ICMPV6 && network.family === 4) throw new Error(`protocol ${ICMPV6} is ICMP of IPv6; that of IPv4 is ${ICMP}`);
  return String(network);
}

function parsed(text: string): IpNetwork {
  try {
    return IpNetwork.parse(text);
  } catch (error) {
    throw new Error(`${JSON.stringify(text)} ${(error as Error).message}`);
  }
}

const contentOf = ({ direction, order, protocol, port, address }: RuleWish): string =>
  JSON.stringify([direction, order, protocol, port, address]);

function idsByContent(rules: readonly Rule[]): Map<string, string[]> {
  const ids = new Map<string, string[]>();
  for (const rule of rules) ids.set(contentOf(rule), [...(ids.get(contentOf(rule)) ?? []), rule.id]);
  return ids;
}
