import type { SectionMenu } from './menus.js';

/** The script that ends a trial, either way; there is at most one trial on a router. */
export const SETTLE = 'rosfleet-settle';
/** The entry that undoes a trial nobody confirmed. */
export const WATCHDOG = 'rosfleet-watchdog';
export const WATCHDOG_COMMENT = 'rosfleet:watchdog';
/** The script whose source holds what foreign settings were before a section changed them. */
export const keepName = (section: string): string => `rosfleet-keep-${section}`;

/** While a change is on trial: the values it found, and the kept ones as they were. */
export const VALUES_BEFORE = 'rosfleet-values';
export const KEPT_BEFORE = 'rosfleet-kept';

/** A section's name: it stands in patterns and names without quoting. */
const SECTION = /^[a-z][a-z0-9-]{0,30}$/;
export const isSectionName = (name: string): boolean => SECTION.test(name);

/** Comments of a section's items: in force, on trial, and waiting to be given up by a trial. */
export const inForce = (section: string): string => `rosfleet:${section}:`;
export const onTrial = (section: string): string => `rosfleet:${section}~new:`;
export const givenUp = (section: string): string => `rosfleet:${section}~old:`;
/** Comments of the settle script: armed, or kept from the moment at which the server confirmed. */
export const armed = (section: string, generation: number): string => `rosfleet:armed:${section}:${generation}`;
export const KEPT = 'rosfleet:kept';
/** What a unique value of an item that steps aside ends with. */
export const ASIDE = '.old';

/** The part of a router that a section may touch. */
export interface Footprint {
  readonly section: string;
  readonly menus: readonly SectionMenu[];
}
