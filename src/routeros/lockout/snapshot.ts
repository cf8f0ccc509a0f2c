import { changesBetween, type KeyedItem, type KeyedWish, type WishSetting, type WishValue } from '../sections/index.js';

/** An item as the RouterOS API prints it: properties by name, `true` and `false` as text, secrets mostly left out. */
export type PrintedItem = Readonly<Record<string, string>>;
/** What a router was last known to hold: the items of each menu in their order, one item for a menu without items. */
export type Snapshot = Readonly<Record<string, readonly PrintedItem[]>>;

/** The menus that a prediction reads. One that a snapshot lacks counts as empty. */
export const SNAPSHOT_MENUS = [
  '/ip/address',
  '/ip/route',
  '/ip/dns',
  '/ip/firewall/filter',
  '/ip/firewall/address-list',
  '/ip/service',
  '/user',
  '/interface/ethernet',
  '/interface/ovpn-client',
  '/interface/list',
  '/interface/list/member',
] as const;

/** An item of the configuration that a prediction reasons about. */
export interface Entry {
  readonly menu: string;
  readonly row: PrintedItem;
  /** Its name in the section, or what people know it by. */
  readonly label: string;
  /** The change brings or touches it. */
  readonly fresh: boolean;
}

export type Configuration = ReadonlyMap<string, readonly Entry[]>;

/** What of the change a missing item is laid at. */
export interface Planned {
  readonly section: string;
  /** Names of the sections whose items stay above. */
  readonly above: readonly string[];
  /** What is in force; null when not known. */
  readonly had: KeyedWish | null;
  readonly shall: KeyedWish;
}

export function asIs(snapshot: Snapshot): Configuration {
  return new Map(
    Object.entries(snapshot).map(([menu, rows]) => [menu, rows.map((row) => ({ menu, row, label: labelOf(menu, row), fresh: false }))]),
  );
}

const labelOf = (menu: string, row: PrintedItem): string => {
  const ours = /^rosfleet:[^:]*:\d+\.(.*)\.[0-9a-f]{8}$/.exec(row['comment'] ?? '');
  return ours?.[1] ?? (row['comment'] || row['name'] || row['address'] || row['dst-address'] || menu);
};

/**
 * The configuration once a section's wish is in force: its items replaced, its settings set. A setting that it gives back keeps its
 * present value, for what it was before lies on the router alone.
 */
export function afterwards(now: Configuration, { section, above, had, shall }: Planned): Configuration {
  const next = new Map<string, readonly Entry[]>(now);
  const menus = new Set([...(had?.items ?? []), ...shall.items].map(({ menu }) => menu));
  for (const menu of menus) next.set(menu, withItems(now.get(menu) ?? [], menu, section, above, shall.items.filter((item) => item.menu === menu))); // prettier-ignore
  for (const setting of shall.settings)
    next.set(
      setting.menu,
      (next.get(setting.menu) ?? []).map((entry) => withSetting(entry, setting)),
    );
  return next;
}

const sectionOf = ({ row }: Entry): string | undefined => /^rosfleet:([^:~]+)[:~]/.exec(row['comment'] ?? '')?.[1];

function withItems(
  entries: readonly Entry[],
  menu: string,
  section: string,
  above: readonly string[],
  items: readonly KeyedItem[],
): readonly Entry[] {
  const known = new Map(entries.filter((entry) => sectionOf(entry) === section).map((entry) => [entry.row['comment'], entry]));
  const rest = entries.filter((entry) => sectionOf(entry) !== section);
  const ours = items.map((item): Entry => {
    const comment = `rosfleet:${section}:${item.key}`;
    const set = Object.fromEntries(Object.entries(item.set).map(([name, value]) => [name, printed(value)]));
    return known.get(comment) ?? { menu, row: { ...set, comment, disabled: 'false' }, label: item.name, fresh: true };
  });
  const first = rest.findIndex((entry) => entry.row['dynamic'] !== 'true' && !above.includes(sectionOf(entry) ?? ''));
  const at = items[0]?.place === 'bottom' || first < 0 ? rest.length : first;
  return [...rest.slice(0, at), ...ours, ...rest.slice(at)];
}

function withSetting(entry: Entry, { where, set }: WishSetting): Entry {
  if (entry.row['dynamic'] === 'true') return entry;
  if (!Object.entries(where).every(([name, value]) => entry.row[name] === printed(value))) return entry;
  const values = Object.fromEntries(Object.entries(set).map(([name, value]) => [name, printed(value)]));
  const label = Object.entries(where).map(([name, value]) => `${name}=${String(value)}`).join(' '); // prettier-ignore
  return {
    ...entry,
    row: { ...entry.row, ...values },
    label,
    fresh: Object.entries(values).some(([name, value]) => entry.row[name] !== value),
  };
}

const printed = (value: WishValue): string =>
  Array.isArray(value)
    ? value.join()
    : typeof value === 'object' && 'secret' in value
      ? value.secret
      : String(value);

/** What a planned change does in a menu, for a fault that no item is left to be laid at. */
export const firstChangeIn = ({ had, shall }: Planned, menus: readonly string[]): string | undefined =>
  changesBetween(had, shall).find((change) => menus.includes(change.menu) && change.action !== 'add')?.item;
