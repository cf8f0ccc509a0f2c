import { createHash } from 'node:crypto';
import { isSectionMenu, type SectionMenu, traitsOf } from './menus.js';

/** A text that previews and dry runs must not show. */
export interface Secret {
  readonly secret: string;
}

export type WishValue = string | number | boolean | readonly string[] | Secret;
export type Properties = Readonly<Record<string, WishValue>>;

/** An item that a section wants to have on a router. */
export interface WishItem {
  /** What it is for: unique in its menu of the section, seen in the item's comment. Letters, digits and `. : / _ -`, at most 60. */
  readonly name: string;
  readonly set: Properties;
}

export interface WishMenu {
  readonly menu: SectionMenu;
  /**
   * Menus with an order: before all static items of others, or behind them. Among sections a smaller rank comes first.
   * Items of one entry stay in the order given here.
   */
  readonly place?: 'top' | 'bottom';
  readonly items: readonly WishItem[];
}

/** Values for something that is not ours and is only changed: what it held before is kept on the router and given back. */
export interface WishSetting {
  readonly menu: string;
  /** Properties that find exactly one item. */
  readonly where: Readonly<Record<string, string | boolean>>;
  readonly set: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

/** What a section wants on one router: the whole of it, not a change. Plain data; JSON carries it. */
export interface Wish {
  readonly menus: readonly WishMenu[];
  readonly settings: readonly WishSetting[];
}

export const NOTHING_WISHED: Wish = { menus: [], settings: [] };

/** A wish that cannot become configuration: a mistake of the section, not of a user. */
export class InvalidWish extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InvalidWish';
  }
}

/** An item as the router will hold it: its key names it and the version of its content. */
export interface KeyedItem extends WishItem {
  readonly menu: SectionMenu;
  readonly place: 'top' | 'bottom' | undefined;
  readonly key: string;
}

/** A wish with a key for every item; two with the same hash leave the same on a router. */
export interface KeyedWish {
  readonly items: readonly KeyedItem[];
  readonly settings: readonly WishSetting[];
  /** 64 hexadecimal digits. */
  readonly hash: string;
}

const ITEM_NAME = /^[A-Za-z0-9.:/_-]{1,60}$/;
const KEY_DIGITS = 8;

/**
 * Gives every item its key, `<salt>.<name>.<8 hexadecimal digits of its content>`. An item is never changed on a router:
 * other content is another key, added beside the old one, which then goes. Items of an ordered entry carry the content of
 * all, so that they move together.
 * @param salt counts the times at which everything was to be written anew, whatever the router holds
 * @throws InvalidWish
 */
export function keyed(wish: Wish, salt: number): KeyedWish {
  const seen = new Set<string>();
  const items = wish.menus.flatMap((entry): KeyedItem[] => {
    check(entry);
    const group = entry.place ? digest([entry.menu, entry.place, entry.items.map(({ name, set }) => [name, sorted(set)])]) : '';
    return entry.items.map(({ name, set }) => {
      if (seen.has(`${entry.menu} ${name}`)) throw new InvalidWish(`${entry.menu} has two items named ${name}.`);
      seen.add(`${entry.menu} ${name}`);
      const content = digest([entry.menu, sorted(set), group]).slice(0, KEY_DIGITS);
      return { menu: entry.menu, place: entry.place, name, set, key: `${salt}.${name}.${content}` };
    });
  });
  const settings = wish.settings.map((setting) => [setting.menu, sorted(setting.where), sorted(setting.set)]);
  // Of the whole content: the few digits in a key tell an item from what it was, not one site's secrets from those of all others.
  return { items, settings: wish.settings, hash: digest([items.map(({ menu, key, set }) => [menu, key, sorted(set)]), settings]) };
}

function check(entry: WishMenu): void {
  if (!isSectionMenu(entry.menu)) throw new InvalidWish(`Sections have no items in ${String(entry.menu)}.`);
  if (entry.place && !traitsOf(entry.menu).ordered) throw new InvalidWish(`Items of ${entry.menu} have no order.`);
  for (const { name, set } of entry.items) {
    if (!ITEM_NAME.test(name)) throw new InvalidWish(`${JSON.stringify(name)} is no name for an item in ${entry.menu}.`);
    if ('comment' in set || 'disabled' in set) throw new InvalidWish(`${entry.menu} ${name}: comment and disabled belong to the section.`);
  }
}

const sorted = (record: Readonly<Record<string, unknown>>): [string, unknown][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

export const isSecret = (value: WishValue): value is Secret => typeof value === 'object' && 'secret' in value;
/** The value as the router gets it. */
export const plain = (value: WishValue): string | number | boolean | readonly string[] => (isSecret(value) ? value.secret : value);

/** The same wish with stars for every secret: for people who look. */
export const masked = (wish: Wish): Wish => ({
  ...wish,
  menus: wish.menus.map((entry) => ({
    ...entry,
    items: entry.items.map((item) => ({
      ...item,
      set: Object.fromEntries(Object.entries(item.set).map(([name, value]) => [name, isSecret(value) ? '********' : value])),
    })),
  })),
});
