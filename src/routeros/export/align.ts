/** Cells of a table of the longest common subsequence that we fill at most. */
const TABLE = 250_000;

/**
 * Pairs equal entries of two lists so that both orders are kept: entry i of `a` goes with entry `pairs[i]` of `b`, or with
 * none (-1). Ends that are equal are paired first; between them, entries that are there once on either side (patience diff),
 * and so on inside the gaps. What has no such entry is solved exactly when it is small, else entries are paired by how often
 * they came before. Time is O(n log n) at each depth, whatever the lists are; a shortest answer is not promised.
 */
export function align(a: readonly string[], b: readonly string[]): Int32Array {
  const pairs = new Int32Array(a.length).fill(-1);
  const gaps: Gap[] = [{ a0: 0, a1: a.length, b0: 0, b1: b.length }];
  for (let gap = gaps.pop(); gap !== undefined; gap = gaps.pop()) {
    let { a0, a1, b0, b1 } = gap;
    while (a0 < a1 && b0 < b1 && a[a0] === b[b0]) pairs[a0++] = b0++;
    while (a0 < a1 && b0 < b1 && a[a1 - 1] === b[b1 - 1]) pairs[--a1] = --b1;
    if (a0 === a1 || b0 === b1) continue;
    const rest = { a0, a1, b0, b1 };
    if ((a1 - a0) * (b1 - b0) <= TABLE) exactly(a, b, rest, pairs);
    else {
      const once = increasing(candidates(a, b, rest, true));
      const anchors = once.length > 0 ? once : increasing(candidates(a, b, rest, false));
      for (const [i, j] of anchors) {
        pairs[i] = j;
        if (once.length > 0) gaps.push({ a0, a1: i, b0, b1: j });
        [a0, b0] = [i + 1, j + 1];
      }
      if (once.length > 0) gaps.push({ a0, a1, b0, b1 });
    }
  }
  return pairs;
}

interface Gap {
  readonly a0: number;
  readonly a1: number;
  readonly b0: number;
  readonly b1: number;
}

type Pair = readonly [a: number, b: number];

/** Equal entries, the n-th of one side with the n-th of the other; only those that are there once when `once`. */
function candidates(a: readonly string[], b: readonly string[], { a0, a1, b0, b1 }: Gap, once: boolean): Pair[] {
  const places = new Map<string, number[]>();
  for (let j = b0; j < b1; j++) {
    const found = places.get(b[j]!);
    if (found === undefined) places.set(b[j]!, [j]);
    else found.push(j);
  }
  const count = new Map<string, number>();
  for (let i = a0; i < a1; i++) count.set(a[i]!, (count.get(a[i]!) ?? 0) + 1);
  const taken = new Map<string, number>();
  const out: Pair[] = [];
  for (let i = a0; i < a1; i++) {
    const found = places.get(a[i]!);
    if (found === undefined || (once && (found.length > 1 || count.get(a[i]!)! > 1))) continue;
    const n = taken.get(a[i]!) ?? 0;
    if (n >= found.length) continue;
    taken.set(a[i]!, n + 1);
    out.push([i, found[n]!]);
  }
  return out;
}

/** A longest part of pairs, which are in order on the first side, that is in order on the second too (patience sorting). */
export function increasing(pairs: readonly Pair[]): Pair[] {
  const tops: number[] = [];
  const before = new Int32Array(pairs.length).fill(-1);
  for (let i = 0; i < pairs.length; i++) {
    const b = pairs[i]![1];
    let [low, high] = [0, tops.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[tops[middle]!]![1] < b) low = middle + 1;
      else high = middle;
    }
    if (low > 0) before[i] = tops[low - 1]!;
    tops[low] = i;
  }
  const out: Pair[] = [];
  for (let i = tops.at(-1) ?? -1; i >= 0; i = before[i]!) out.push(pairs[i]!);
  return out.reverse();
}

/** The longest common subsequence of a small gap, by the usual table. */
function exactly(a: readonly string[], b: readonly string[], { a0, a1, b0, b1 }: Gap, pairs: Int32Array): void {
  const width = b1 - b0 + 1;
  const best = new Uint32Array((a1 - a0 + 1) * width);
  for (let i = a1 - a0 - 1; i >= 0; i--) {
    for (let j = width - 2; j >= 0; j--) {
      const at = i * width + j;
      best[at] = a[a0 + i] === b[b0 + j] ? best[at + width + 1]! + 1 : Math.max(best[at + width]!, best[at + 1]!);
    }
  }
  for (let i = 0, j = 0; i < a1 - a0 && j < width - 1;) {
    const at = i * width + j;
    if (a[a0 + i] === b[b0 + j]) pairs[a0 + i++] = b0 + j++;
    else if (best[at + width]! >= best[at + 1]!) i++;
    else j++;
  }
}
