import { differs, find, type Expression } from '../script/index.js';

/** What the section scripts must know of a menu beyond its name. */
export interface MenuTraits {
  /** Items can be switched off without being removed: an old item then waits, switched off, for the end of a trial. */
  readonly disables: boolean;
  /** The order of items matters, and `place-before=` is known. */
  readonly ordered: boolean;
  /** RouterOS refuses a second item with the same value: an old item steps aside by a suffix while its successor is on trial. */
  readonly unique?: string;
}

const traits = (more: Partial<MenuTraits> = {}): MenuTraits => ({ disables: true, ordered: false, ...more });

/** Menus in which a section may have items. All of them take a comment. */
const MENUS = {
  '/ip/address': traits(),
  '/ip/route': traits(),
  '/ip/firewall/address-list': traits({ unique: 'list' }),
  '/ip/firewall/filter': traits({ ordered: true }),
  '/ip/firewall/nat': traits({ ordered: true }),
  '/ip/firewall/mangle': traits({ ordered: true }),
  '/ip/firewall/raw': traits({ ordered: true }),
  '/ipv6/firewall/address-list': traits({ unique: 'list' }),
  '/ipv6/firewall/filter': traits({ ordered: true }),
  '/interface/ovpn-client': traits({ unique: 'name' }),
  '/interface/list': traits({ disables: false, unique: 'name' }),
  '/interface/list/member': traits(),
  '/ppp/profile': traits({ disables: false, unique: 'name' }),
  '/system/logging/action': traits({ disables: false, unique: 'name' }),
  '/user': traits({ unique: 'name' }),
} as const satisfies Record<string, MenuTraits>;

/**
 * Menus of others in which RouterOS shows passing things beside its settings, under the same names: from 7.19 on `/ip/service`
 * lists every open connection (changelog of 7.19: «show all TCP/UDP connections on the system»).
 */
const MENUS_WITH_PASSERSBY: ReadonlySet<string> = new Set(['/ip/service']);

/**
 * The one item of a setting. `dynamic!=yes` and not `dynamic=no`: releases before 7.19 have no such property there, and what
 * is missing equals neither.
 */
export const settingItem = (menu: string, where: Readonly<Record<string, string | boolean>>): Expression =>
  find(menu, MENUS_WITH_PASSERSBY.has(menu) ? { ...where, dynamic: differs(true) } : where);

export type SectionMenu = keyof typeof MENUS;

export const traitsOf = (menu: SectionMenu): MenuTraits => MENUS[menu];
export const isSectionMenu = (menu: string): menu is SectionMenu => menu in MENUS;
