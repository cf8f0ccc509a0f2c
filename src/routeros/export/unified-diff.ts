import { align, increasing } from './align.js';
import type { UnifiedDiffOptions } from './export.js';
import { physicalLines } from './lines.js';
import { orderMatters } from './order.js';
import { CommandReader } from './parse-command.js';
import { canonicalUnit, unitsOf, type Unit } from './units.js';

/** One file on its way into a diff. */
interface Side {
  readonly lines: readonly string[];
  readonly units: readonly Unit[];
  /** Whether a unit is a change; false for what is in the other file too and for noise. By unit. */
  readonly changed: boolean[];
  /** What units mean that no unit of the other file equals as it stands (`canonicalUnit`). By unit. */
  readonly meanings: string[];
}

/** A line of the diff; the line of a side where it is not in is where that side has come to. */
interface Row {
  readonly sign: ' ' | '-' | '+';
  readonly a: number;
  readonly b: number;
  readonly text: string;
}

/**
 * The differences of two exports as a unified diff: `--- from`, `+++ to`, then `@@` hunks with the line numbers of the files.
 * Empty exactly when their fingerprints are equal. Lines that are noise in the sense of `canonicalExport` (the date, comment
 * lines, items in another order where order means nothing, other wrapping) are shown as context where both files have them
 * and are left out where only one has: a hunk ends before such a line and the next begins behind it.
 */
export function unifiedDiff(from: string, to: string, options: UnifiedDiffOptions): string {
  if (from === to) return '';
  const [a, b] = [sideOf(from), sideOf(to)];
  const pairs = pairUnits(a.units, b.units);
  if (!findChanges(a, b, pairs)) return '';
  if (isSameBag(a, b) && isSameOrder(a, b)) return '';
  const hunks = hunksOf(rowsOf(a, b, pairs), options.context ?? 3);
  return `--- ${options.from}\n+++ ${options.to}\n${hunks}`;
}

function sideOf(text: string): Side {
  const units = unitsOf(text);
  return {
    lines: physicalLines(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text).map((line) => line.replace(/\r$/, '')),
    units,
    changed: new Array<boolean>(units.length).fill(false),
    meanings: new Array<string>(units.length).fill(''),
  };
}

/** Which unit of `b` goes with each unit of `a`, -1 for none. Units without a key go with none. */
function pairUnits(a: readonly Unit[], b: readonly Unit[]): Int32Array {
  const [ours, theirs] = [keyed(a), keyed(b)];
  const found = align(
    ours.map((i) => a[i]!.key),
    theirs.map((j) => b[j]!.key),
  );
  const pairs = new Int32Array(a.length).fill(-1);
  found.forEach((j, i) => {
    if (j >= 0) pairs[ours[i]!] = theirs[j]!;
  });
  return pairs;
}

function keyed(units: readonly Unit[]): number[] {
  const found: number[] = [];
  for (let i = 0; i < units.length; i++) if (units[i]!.key !== '') found.push(i);
  return found;
}

/**
 * Sets `changed` of both sides. Units that no other goes with are read: those that mean the same and stand between the same
 * pairs are paired now, and in a menu whose order means nothing they may stand anywhere. Answers whether there is a change.
 */
function findChanges(a: Side, b: Side, pairs: Int32Array): boolean {
  const paired = new Uint8Array(b.units.length);
  for (const j of pairs) if (j >= 0) paired[j] = 1;
  const reader = new CommandReader();
  const read = ({ units, changed, meanings }: Side, i: number): void => {
    meanings[i] = canonicalUnit(units[i]!, reader);
    changed[i] = meanings[i] !== '' && !units[i]!.isMenu;
  };
  for (const i of keyed(a.units)) if (pairs[i]! < 0) read(a, i);
  for (const j of keyed(b.units)) if (!paired[j]) read(b, j);
  const places = new Map<string, number[]>();
  for (const [meaning, at] of changesOf(b)) {
    const found = places.get(meaning);
    if (found === undefined) places.set(meaning, [at]);
    else found.push(at);
  }
  for (const found of places.values()) found.reverse();
  const inOrder: (readonly [number, number])[] = [];
  for (const [meaning, i] of changesOf(a)) {
    const j = places.get(meaning)?.pop();
    if (j === undefined) continue;
    if (orderMatters(a.units[i]!.menu)) inOrder.push([i, j]);
    else a.changed[i] = b.changed[j] = false;
  }
  const steps = stepsOf(pairs, b.units.length);
  for (const [i, j] of increasing(inOrder)) if (steps.a[i] === steps.b[j]) a.changed[i] = b.changed[j] = false;
  coverMenus(a, (i) => pairs[i]! >= 0);
  coverMenus(b, (j) => paired[j] === 1);
  return a.changed.includes(true) || b.changed.includes(true);
}

/** Commands that are changes: what they mean and which unit they are. */
function changesOf({ units, changed, meanings }: Side): [meaning: string, unit: number][] {
  const found: [string, number][] = [];
  for (let i = 0; i < units.length; i++) if (changed[i] && !units[i]!.isMenu) found.push([meanings[i]!, i]);
  return found;
}

/** For each unit of both sides, how many pairs come before it. */
function stepsOf(pairs: Int32Array, length: number): { a: Int32Array; b: Int32Array } {
  const steps = { a: new Int32Array(pairs.length), b: new Int32Array(length) };
  let [j, count] = [0, 0];
  for (let i = 0; i < pairs.length; i++) {
    steps.a[i] = count;
    if (pairs[i]! < 0) continue;
    count++;
    while (j < pairs[i]!) steps.b[j++] = count - 1;
    steps.b[j++] = count;
  }
  while (j < length) steps.b[j++] = count;
  return steps;
}

/** The line of a menu is a change when it stands on one side alone and a change stands below it. */
function coverMenus({ units, changed }: Side, isPaired: (unit: number) => boolean): void {
  let below = false;
  for (let i = units.length - 1; i >= 0; i--) {
    if (!units[i]!.isMenu) below ||= changed[i] === true;
    else {
      if (!isPaired(i)) changed[i] = below;
      below = false;
    }
  }
}

/** Whether each change of one side means what one of the other does, so that at most the order changed. */
function isSameBag(a: Side, b: Side): boolean {
  const [ours, theirs] = [a, b].map((side) =>
    changesOf(side)
      .map(([meaning]) => meaning)
      .sort(),
  ) as [string[], string[]];
  return ours.length === theirs.length && ours.every((meaning, i) => meaning === theirs[i]);
}

/** Whether the changes of both sides, which mean the same, also stand in the same order. */
function isSameOrder(a: Side, b: Side): boolean {
  const reader = new CommandReader();
  const menus = new Set(changesOf(a).map(([, i]) => a.units[i]!.menu));
  return [...menus].every((menu) => {
    const [ours, theirs] = [a, b].map((side) => side.units.filter((unit) => unit.menu === menu && unit.key !== '' && !unit.isMenu)) as [
      Unit[],
      Unit[],
    ];
    for (let i = 0, j = 0; i < ours.length || j < theirs.length; i++, j++) {
      if (ours[i]?.key === theirs[j]?.key) continue;
      while (i < ours.length && canonicalUnit(ours[i]!, reader) === '') i++;
      while (j < theirs.length && canonicalUnit(theirs[j]!, reader) === '') j++;
      if (i === ours.length || j === theirs.length) return i === ours.length && j === theirs.length;
      if (canonicalUnit(ours[i]!, reader) !== canonicalUnit(theirs[j]!, reader)) return false;
    }
    return true;
  });
}

/** The lines of both files in the order of a diff. */
function rowsOf(a: Side, b: Side, pairs: Int32Array): Row[] {
  const rows: Row[] = [];
  let [i0, j0] = [0, 0];
  for (let i = 0; i <= pairs.length; i++) {
    const j = i === pairs.length ? b.units.length : pairs[i]!;
    if (j < 0) continue;
    addGap(rows, linesOf(a, i0, i), linesOf(b, j0, j), i0 === 0 ? 0 : a.units[i0 - 1]!.last + 1, j0 === 0 ? 0 : b.units[j0 - 1]!.last + 1);
    if (i < pairs.length) addPair(rows, a, b, i, j);
    [i0, j0] = [i + 1, j + 1];
  }
  return rows;
}

/** Lines of a pair: context, or nothing at all where they are wrapped differently. */
function addPair(rows: Row[], a: Side, b: Side, i: number, j: number): void {
  const [from, to] = [a.units[i]!, b.units[j]!];
  const count = from.last - from.first + 1;
  if (to.last - to.first + 1 !== count) return;
  for (let n = 0; n < count; n++) {
    const text = a.lines[from.first + n] ?? '';
    if (text.trimEnd() !== (b.lines[to.first + n] ?? '').trimEnd()) continue;
    rows.push({ sign: ' ', a: from.first + n, b: to.first + n, text });
  }
}

interface Line {
  readonly at: number;
  readonly text: string;
  /** What makes it equal to a line of the other side: a change never equals what is none. */
  readonly key: string;
  readonly changed: boolean;
}

function linesOf({ lines, units, changed }: Side, from: number, to: number): Line[] {
  const out: Line[] = [];
  for (let i = from; i < to; i++) {
    for (let at = units[i]!.first; at <= units[i]!.last; at++) {
      const text = lines[at] ?? '';
      out.push({ at, text, key: `${changed[i] ? '!' : '='}${text.trimEnd()}`, changed: changed[i] === true });
    }
  }
  return out;
}

/**
 * Lines between two pairs: equal ones are context, changes are shown, other lines left out.
 * @param startA the first of these lines, or the one that comes next when there is none
 */
function addGap(rows: Row[], a: readonly Line[], b: readonly Line[], startA: number, startB: number): void {
  if (a.length === 0 && b.length === 0) return;
  const [endA, endB] = [startA + a.length, startB + b.length];
  const pairs = align(
    a.map(({ key }) => key),
    b.map(({ key }) => key),
  );
  let j0 = 0;
  let i0 = 0;
  for (let i = 0; i <= a.length; i++) {
    const j = i === a.length ? b.length : pairs[i]!;
    if (j < 0) continue;
    for (; i0 < i; i0++) if (a[i0]!.changed) rows.push({ sign: '-', a: a[i0]!.at, b: b[j0]?.at ?? endB, text: a[i0]!.text });
    for (; j0 < j; j0++) if (b[j0]!.changed) rows.push({ sign: '+', a: a[i]?.at ?? endA, b: b[j0]!.at, text: b[j0]!.text });
    if (i < a.length) rows.push({ sign: ' ', a: a[i]!.at, b: b[j]!.at, text: a[i]!.text });
    [i0, j0] = [i + 1, j + 1];
  }
}

/** Writes rows as hunks: changes with their context, apart where lines of a file are missing between rows. */
function hunksOf(rows: readonly Row[], context: number): string {
  const out: string[] = [];
  let start = 0;
  let [nextA, nextB] = [-1, -1];
  rows.forEach(({ sign, a, b }, i) => {
    const isGap = (sign !== '+' && nextA >= 0 && a !== nextA) || (sign !== '-' && nextB >= 0 && b !== nextB);
    if (isGap) {
      runOf(rows, start, i, context, out);
      start = i;
      nextA = nextB = -1;
    }
    if (sign !== '+') nextA = a + 1;
    if (sign !== '-') nextB = b + 1;
  });
  runOf(rows, start, rows.length, context, out);
  return out.join('');
}

function runOf(rows: readonly Row[], start: number, end: number, context: number, out: string[]): void {
  let next = start;
  while (next < end && rows[next]!.sign === ' ') next++;
  while (next < end) {
    const from = Math.max(start, next - context);
    let last = next;
    for (let i = next; i < end && i - last <= 2 * context + 1; i++) if (rows[i]!.sign !== ' ') last = i;
    const to = Math.min(end, last + 1 + context);
    out.push(hunk(rows, from, to));
    for (next = to; next < end && rows[next]!.sign === ' ';) next++;
    start = to;
  }
}

function hunk(rows: readonly Row[], from: number, to: number): string {
  const part = rows.slice(from, to);
  const range = (side: 'a' | 'b', other: '-' | '+'): string => {
    const own = part.filter(({ sign }) => sign !== other);
    // Of a side without lines the number is that of the line before, as diff writes it.
    return own.length === 0 ? `${part[0]![side]},0` : `${own[0]![side] + 1},${own.length}`;
  };
  return `@@ -${range('a', '+')} +${range('b', '-')} @@\n${part.map(({ sign, text }) => `${sign}${text}\n`).join('')}`;
}
