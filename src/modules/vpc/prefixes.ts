import { ValidationFailed } from '../../platform/errors/index.js';
import { IpNetwork } from '../../platform/net/index.js';

/** Prefixes of one list. */
export const PREFIXES_MAX = 500;

/** A network of a prefix list. */
export interface Prefix {
  /** `prfx_` and a KSUID. */
  readonly id: string;
  /** Canonical: no host bits, IPv6 as RFC 5952 says. */
  readonly cidr: string;
  readonly description: string | null;
}

export interface PrefixWish {
  readonly cidr: string;
  readonly description: string | null;
}

/**
 * Prefixes as they are kept: canonical, each network once (the first of equals). What was there before keeps its id.
 * @throws ValidationFailed naming every text that is no network, with what would be right
 */
export function checkedPrefixes(wishes: readonly PrefixWish[], before: readonly Prefix[], newId: () => string): Prefix[] {
  const errors: Record<string, string[]> = {};
  const ids = new Map(before.map(({ cidr, id }) => [cidr, id]));
  const prefixes = new Map<string, Prefix>();
  wishes.forEach(({ cidr: text, description }, i) => {
    try {
      const cidr = String(IpNetwork.parse(text.trim()));
      if (!prefixes.has(cidr)) prefixes.set(cidr, { id: ids.get(cidr) ?? newId(), cidr, description });
    } catch (error) {
      errors[`prefixes.${i}.cidr`] = [`prefixes.${i}.cidr: ${JSON.stringify(text)} ${(error as Error).message}`];
    }
  });
  if (Object.keys(errors).length) throw new ValidationFailed(errors);
  return [...prefixes.values()];
}

/** Whether routers would see the same. */
export const samePrefixes = (a: readonly Prefix[], b: readonly Prefix[]): boolean =>
  a.map(({ cidr }) => cidr).join() === b.map(({ cidr }) => cidr).join();
