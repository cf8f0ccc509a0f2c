import { HEADER_FACTS } from './canonical.js';
import type { ExportChange, ExportHeader, PropertyChange, RouterExport } from './export.js';
import { isOurs, itemName } from './item-names.js';
import { itemsByMenu, matchItems, movedMatches, type Item, type Match, type Matched, type Renames } from './match-items.js';
import { isState } from './noise.js';
import { orderMatters } from './order.js';
import { parseExport } from './parse-export.js';
import { isSecret, marker, maskText, SECRET_MARK } from './secrets.js';

/**
 * What changed between two exports, item by item: nothing exactly when their fingerprints are equal, one change for one thing
 * that a person did. An item that got a new name is one change, together with everything that only names it. Menus that one
 * of the routers could not export (`failedMenus`) are left out: what is in them is not known. Menus come in the order of the
 * newer file, removed items of a menu before the others.
 */
export function compareExports(from: string | RouterExport, to: string | RouterExport): ExportChange[] {
  const [before, after] = [from, to].map((side) => (typeof side === 'string' ? parseExport(side) : side)) as [RouterExport, RouterExport];
  const unknown = new Set([...before.failedMenus, ...after.failedMenus]);
  const [old, now] = [itemsByMenu(before), itemsByMenu(after)];
  const menus = [...new Set([...now.keys(), ...old.keys()])].filter((menu) => !unknown.has(menu));
  const compare = (renames: Renames): [string, Matched][] =>
    menus.map((menu) => [menu, matchItems(old.get(menu) ?? [], now.get(menu) ?? [], renames)]);
  let matched = compare(new Map());
  const renames = renamesIn(matched);
  if (renames.size > 0) matched = compare(renames);
  const references = referencesTo(matched, renames);
  const changes = matched.flatMap(([menu, items]) => changesOf(menu, items, references));
  return [...headerChanges(before.header, after.header), ...changes];
}

function headerChanges(from: ExportHeader, to: ExportHeader): ExportChange[] {
  return HEADER_FACTS.flatMap(([fact, item]): ExportChange[] => {
    if (from[fact] === to[fact]) return [];
    const properties = [{ name: fact, from: from[fact], to: to[fact], secret: false }];
    return [{ kind: 'changed', menu: '', item, properties, moved: false, references: 0, isOurs: false, fromLine: null, toLine: null }];
  });
}

/** Names that went from one item to none and became another: an interface, a pool, a list got a new name. */
function renamesIn(matched: readonly (readonly [string, Matched])[]): Renames {
  const renames = new Map<string, string>();
  for (const [, { matches }] of matched) {
    for (const { from, to } of matches) {
      if (from.canonical === to.canonical) continue;
      const [old, now] = [nameOf(from), nameOf(to)];
      if (old !== null && now !== null && old !== now) renames.set(old, now);
    }
  }
  return renames;
}

/** An item's name; a port that nobody named has its factory name. */
const nameOf = ({ command }: Item): string | null =>
  command === null ? null : (command.properties.get('name') ?? command.selector?.find?.get('default-name') ?? null);

/** How many items changed only because they name what got a new name, by its old name. */
function referencesTo(matched: readonly (readonly [string, Matched])[], renames: Renames): ReadonlyMap<string, number> {
  const count = new Map<string, number>();
  for (const [, { matches }] of matched) {
    for (const { from, isReference } of matches) {
      if (!isReference) continue;
      const words = new Set(
        [...from.command!.properties.values()].flatMap((value) => value.split(',').map((word) => word.replace(/^!/, ''))),
      );
      for (const word of words) if (renames.has(word)) count.set(word, (count.get(word) ?? 0) + 1);
    }
  }
  return count;
}

function changesOf(menu: string, { matches, removed, added }: Matched, references: ReadonlyMap<string, number>): ExportChange[] {
  const moved = orderMatters(menu) ? movedMatches(matches) : new Set<Match>();
  const after = [
    ...added.map((item) => change('added', menu, null, item, false)),
    ...matches.flatMap((match) => {
      const { from, to, isReference } = match;
      if (from.canonical === to.canonical || isReference) return moved.has(match) ? [change('moved', menu, from, to, true)] : [];
      const changed = change('changed', menu, from, to, moved.has(match));
      return [nameOf(from) === nameOf(to) ? changed : { ...changed, references: references.get(nameOf(from) ?? '') ?? 0 }];
    }),
  ];
  const byLine = (line: 'fromLine' | 'toLine') => (x: ExportChange, y: ExportChange) => x[line]! - y[line]!;
  return [...removed.map((item) => change('removed', menu, item, null, false)).sort(byLine('fromLine')), ...after.sort(byLine('toLine'))];
}

function change(kind: ExportChange['kind'], menu: string, from: Item | null, to: Item | null, moved: boolean): ExportChange {
  const shown = (to ?? from)!;
  return {
    ...{ kind, menu, item: shownName(menu, shown), moved, references: 0 },
    properties: kind === 'moved' ? [] : propertyChanges(menu, from, to),
    isOurs: [from?.command, to?.command].some((command) => command !== undefined && command !== null && isOurs(command)),
    ...{ fromLine: from?.line ?? null, toLine: to?.line ?? null },
  };
}

const mark = marker({});

function shownName(menu: string, { command, canonical, place }: Item): string {
  if (command === null) return maskText(canonical.slice(2), mark);
  const name = command.properties.get('name');
  return name !== undefined && command.selector === null && isSecret(menu, 'name', name)
    ? SECRET_MARK
    : maskText(itemName(command, place), mark);
}

function propertyChanges(menu: string, from: Item | null, to: Item | null): PropertyChange[] {
  const [old, now] = [valuesOf(from), valuesOf(to)];
  const names = [...new Set([...old.keys(), ...now.keys()])].filter(
    (name) => old.get(name) !== now.get(name) && !isState(menu, name) && (name !== SELECTOR || (from !== null && to !== null)),
  );
  return names.sort().map((name) => {
    const shown = (value: string | undefined): string | null =>
      value === undefined ? null : isSecret(menu, name, value) ? SECRET_MARK : maskText(value, mark);
    const [before, after] = [shown(old.get(name)), shown(now.get(name))];
    return { name, from: before, to: after, secret: before === after || before === SECRET_MARK || after === SECRET_MARK };
  });
}

/** Stands for the name of a property when what `set` selects changed. */
const SELECTOR = '[selector]';

/** Properties of an item; a bare word is a property without a value, and which item is meant is one too when it changed. */
function valuesOf(item: Item | null): ReadonlyMap<string, string> {
  const command = item?.command ?? null;
  if (command === null) return new Map();
  const { properties, flags, selector } = command;
  const values = new Map([...properties, ...flags.map((flag) => [flag, ''] as const)]);
  if (selector !== null) values.set(SELECTOR, selector.text);
  return values;
}
