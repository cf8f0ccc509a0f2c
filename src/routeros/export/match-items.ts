import { increasing } from './align.js';
import { canonicalCommand } from './canonical.js';
import type { ExportCommand, RouterExport } from './export.js';
import { identityOf } from './item-names.js';

/** An item of a menu, or a line that is not understood. */
export interface Item {
  readonly command: ExportCommand | null;
  /** The one spelling of it (`canonicalCommand`). */
  readonly canonical: string;
  /** From 1. */
  readonly place: number;
  readonly line: number;
}

/** One item, before and after. */
export interface Match {
  readonly from: Item;
  readonly to: Item;
  /** Equal but for a new name of something else that it names. */
  readonly isReference: boolean;
}

export interface Matched {
  readonly matches: readonly Match[];
  readonly removed: readonly Item[];
  readonly added: readonly Item[];
}

/** What got a new name: old to new. */
export type Renames = ReadonlyMap<string, string>;

/** Above this many pairs to compare, unlike items are not compared one by one. */
const COMPARED = 250_000;

/** Items of each menu, noise left out. */
export function itemsByMenu({ commands, opaque }: RouterExport): Map<string, Item[]> {
  const menus = new Map<string, Item[]>();
  const put = (menu: string, item: (place: number) => Item): void => {
    const items = menus.get(menu) ?? [];
    if (items.length === 0) menus.set(menu, items);
    items.push(item(items.length + 1));
  };
  for (const command of commands) {
    const canonical = canonicalCommand(command);
    if (canonical !== null) put(command.menu, (place) => ({ command, canonical, place, line: command.line }));
  }
  for (const { menu, text, line } of opaque) put(menu, (place) => ({ command: null, canonical: `? ${text}`, place, line }));
  if (opaque.length > 0) for (const items of menus.values()) items.sort((a, b) => a.line - b.line);
  return menus;
}

/** Finds which item of `from` is which of `to`: equal ones, those with the same identity, then the most alike. */
export function matchItems(from: readonly Item[], to: readonly Item[], renames: Renames): Matched {
  const matcher = new Matcher(from, to);
  matcher.byKey((item) => item.canonical, true);
  if (renames.size > 0) matcher.byKey((item, isFrom) => (isFrom ? renamed(item, renames) : item.canonical), true, true);
  matcher.byKey((item) => item.command && identityOf(item.command), false);
  matcher.byKey((item) => item.command?.properties.get('comment') ?? null, false);
  matcher.byLikeness();
  matcher.lastOnes();
  return matcher.result();
}

class Matcher {
  private readonly matches: Match[] = [];

  constructor(
    private from: readonly Item[],
    private to: readonly Item[],
  ) {}

  /** Pairs items with equal keys: the n-th with the n-th, or only those whose key is there once on each side. */
  byKey(keyOf: (item: Item, isFrom: boolean) => string | null, alsoMany: boolean, isReference = false): void {
    const places = new Map<string, Item[]>();
    const often = new Set<string>();
    for (const item of this.to) {
      const key = keyOf(item, false);
      const found = key === null ? undefined : places.get(key);
      if (found !== undefined) found.push(item);
      else if (key !== null) places.set(key, [item]);
    }
    const seen = new Set<string>();
    for (const item of this.from) {
      const key = keyOf(item, true);
      if (key !== null && seen.size === seen.add(key).size) often.add(key);
    }
    for (const found of places.values()) found.reverse();
    const taken = new Set<Item>();
    const left: Item[] = [];
    for (const item of this.from) {
      const key = keyOf(item, true);
      const found = key === null ? undefined : places.get(key);
      const usable = found !== undefined && (alsoMany || (found.length === 1 && !often.has(key!)));
      const twin = usable ? found.pop() : undefined;
      if (twin === undefined) left.push(item);
      else {
        taken.add(twin);
        this.matches.push({ from: item, to: twin, isReference });
      }
    }
    this.from = left;
    this.to = this.to.filter((item) => !taken.has(item));
  }

  /** Pairs what is most alike, as long as a third of both is equal. */
  byLikeness(): void {
    if (this.from.length * this.to.length > COMPARED) return;
    const pairs = this.from.flatMap((from) => this.to.map((to) => ({ from, to, likeness: likeness(from, to) })));
    const best = pairs.filter((pair) => pair.likeness >= 1 / 3);
    best.sort((x, y) => y.likeness - x.likeness || x.from.place - y.from.place || x.to.place - y.to.place);
    const gone = new Set<Item>();
    for (const { from, to } of best) {
      if (gone.has(from) || gone.has(to)) continue;
      gone.add(from).add(to);
      this.matches.push({ from, to, isReference: false });
    }
    this.from = this.from.filter((item) => !gone.has(item));
    this.to = this.to.filter((item) => !gone.has(item));
  }

  /** One item left on either side is one item that changed all over. */
  lastOnes(): void {
    const [[from, ...more], [to, ...others]] = [this.from, this.to];
    if (from === undefined || to === undefined || more.length > 0 || others.length > 0) return;
    if (from.command?.verb !== to.command?.verb || from.command === null) return;
    this.matches.push({ from, to, isReference: false });
    this.from = this.to = [];
  }

  result(): Matched {
    return { matches: this.matches, removed: this.from, added: this.to };
  }
}

/** Share of the properties of both that are equal, 0 to 1. */
function likeness({ command: a }: Item, { command: b }: Item): number {
  if (a === null || b === null || a.verb !== b.verb || (a.selector === null) !== (b.selector === null)) return 0;
  if (a.selector !== null && a.selector.text !== b.selector!.text) return 0;
  let equal = 0;
  for (const [name, value] of a.properties) if (b.properties.get(name) === value) equal++;
  return equal / Math.max(1, a.properties.size + b.properties.size - equal);
}

/** The item with new names instead of old ones, as whole values or members of a list; null where it names none. */
function renamed({ command }: Item, renames: Renames): string | null {
  if (command === null) return null;
  let changed = false;
  const properties = new Map(command.properties);
  for (const [name, value] of properties) {
    if (name === 'name' || name === 'comment' || name === 'source' || name === 'on-event') continue;
    const now = value
      .split(',')
      .map((word) => renamedWord(word, renames))
      .join(',');
    if (now === value) continue;
    changed = true;
    properties.set(name, now);
  }
  return changed ? canonicalCommand({ ...command, properties }) : null;
}

const renamedWord = (word: string, renames: Renames): string =>
  word.startsWith('!') ? `!${renames.get(word.slice(1)) ?? word.slice(1)}` : (renames.get(word) ?? word);

/** Those of the matches that do not stand in the order of `from` any more: as few as can be. */
export function movedMatches(matches: readonly Match[]): Set<Match> {
  const inOrder = [...matches].sort((x, y) => x.from.line - y.from.line);
  const kept = increasing(inOrder.map(({ to }, i) => [i, to.line]));
  const moved = new Set(inOrder);
  for (const [i] of kept) moved.delete(inOrder[i]!);
  return moved;
}
