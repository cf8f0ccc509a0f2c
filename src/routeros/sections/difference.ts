import { isSecret, type KeyedItem, type KeyedWish, type Properties, type WishSetting } from './wish.js';

/** What one push changes on a router, for people and programs. */
export interface Change {
  readonly action: 'add' | 'change' | 'remove';
  readonly menu: string;
  /** The item's name in its section, or the properties that find a foreign item. */
  readonly item: string;
  readonly before: Properties | null;
  readonly after: Properties | null;
}

const nameOf = ({ menu, name }: KeyedItem): string => `${menu} ${name}`;
export const settingId = ({ menu, where }: WishSetting): string => `${menu} ${JSON.stringify(where)}`;

/**
 * What differs between what a router has of a section and what it shall have. Secrets show as stars.
 * @param had null when it is not known: everything counts as new
 */
export function changesBetween(had: KeyedWish | null, shall: KeyedWish): Change[] {
  const before = new Map(had?.items.map((item) => [nameOf(item), item]));
  const after = new Map(shall.items.map((item) => [nameOf(item), item]));
  const items = [...after.values()].flatMap((item): Change[] => {
    const old = before.get(nameOf(item));
    if (old && JSON.stringify(old.set) === JSON.stringify(item.set)) return [];
    return [change(item.menu, item.name, old?.set ?? null, item.set)];
  });
  const gone = [...before.values()].filter((item) => !after.has(nameOf(item))).map((item) => change(item.menu, item.name, item.set, null));
  return [...items, ...gone, ...settingChanges(had?.settings ?? [], shall.settings)];
}

function settingChanges(had: readonly WishSetting[], shall: readonly WishSetting[]): Change[] {
  const before = new Map(had.map((setting) => [settingId(setting), setting]));
  const after = new Map(shall.map((setting) => [settingId(setting), setting]));
  const changed = shall.flatMap((setting): Change[] => {
    const old = before.get(settingId(setting));
    if (old && JSON.stringify(old.set) === JSON.stringify(setting.set)) return [];
    return [change(setting.menu, labelOf(setting), old?.set ?? null, setting.set)];
  });
  const given = had.filter((setting) => !after.has(settingId(setting)));
  return [...changed, ...given.map((setting) => change(setting.menu, labelOf(setting), setting.set, null))];
}

const labelOf = ({ where }: WishSetting): string =>
  Object.entries(where)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');

const change = (menu: string, item: string, before: Properties | null, after: Properties | null): Change => ({
  ...{ action: before === null ? 'add' : after === null ? 'remove' : 'change', menu, item },
  ...{ before: before && shown(before), after: after && shown(after) },
});

const shown = (set: Properties): Properties =>
  Object.fromEntries(Object.entries(set).map(([name, value]) => [name, isSecret(value) ? '********' : value]));
