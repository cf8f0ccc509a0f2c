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
  let [a0, b0, a1, b1] = [0, 0, a.length, b.length];
  while (a0 < a1 && b0 < b1 && a[a0] === b[b0]) pairs[a0++] = b0++;
  while (a0 < a1 && b0 < b1 && a[a1 - 1] === b[b1 - 1]) pairs[--a1] = --b1;
  if (a0 < a1 && b0 < b1) new Aligner(a, b, pairs).fill({ a0, a1, b0, b1 });
  return pairs;
}

interface Gap {
  readonly a0: number;
  readonly a1: number;
  readonly b0: number;
  readonly b1: number;
}

/** Works on numbers, one for each text that is in both lists; -1 is a text that is in one. */
class Aligner {
  private readonly a: Int32Array;
  private readonly b: Int32Array;
  /** By the number of a text: how often it is in the part of a list at hand, and its next place in `b`. */
  private readonly inA: Int32Array;
  private readonly inB: Int32Array;
  private readonly place: Int32Array;
  /** The next place in `b` with the same text. */
  private readonly next: Int32Array;

  constructor(
    a: readonly string[],
    b: readonly string[],
    private readonly pairs: Int32Array,
  ) {
    const numbers = new Map<string, number>();
    for (const text of b) if (!numbers.has(text)) numbers.set(text, numbers.size);
    this.a = Int32Array.from(a, (text) => numbers.get(text) ?? -1);
    this.b = Int32Array.from(b, (text) => numbers.get(text)!);
    [this.inA, this.inB, this.place] = [0, 1, 2].map(() => new Int32Array(numbers.size)) as [Int32Array, Int32Array, Int32Array];
    this.next = new Int32Array(b.length);
  }

  fill(whole: Gap): void {
    const { a, b, pairs } = this;
    const gaps = [whole];
    for (let gap = gaps.pop(); gap !== undefined; gap = gaps.pop()) {
      let { a0, a1, b0, b1 } = gap;
      while (a0 < a1 && b0 < b1 && a[a0] === b[b0]) pairs[a0++] = b0++;
      while (a0 < a1 && b0 < b1 && a[a1 - 1] === b[b1 - 1]) pairs[--a1] = --b1;
      if (a0 === a1 || b0 === b1) continue;
      const rest = { a0, a1, b0, b1 };
      if ((a1 - a0) * (b1 - b0) <= TABLE) exactly(a, b, rest, pairs);
      else {
        this.count(rest);
        const once = increasing(this.candidates(rest, true));
        for (const [i, j] of once.length > 0 ? once : increasing(this.candidates(rest, false))) {
          pairs[i] = j;
          if (once.length > 0) gaps.push({ a0, a1: i, b0, b1: j });
          [a0, b0] = [i + 1, j + 1];
        }
        if (once.length > 0) gaps.push({ a0, a1, b0, b1 });
      }
    }
  }

  private count({ a0, a1, b0, b1 }: Gap): void {
    const { a, b, inA, inB, place, next } = this;
    for (let i = a0; i < a1; i++) if (a[i]! >= 0) inA[a[i]!] = inB[a[i]!] = 0;
    for (let j = b0; j < b1; j++) inA[b[j]!] = inB[b[j]!] = 0;
    for (let i = a0; i < a1; i++) if (a[i]! >= 0) inA[a[i]!]!++;
    for (let j = b1 - 1; j >= b0; j--) {
      next[j] = inB[b[j]!]!++ === 0 ? -1 : place[b[j]!]!;
      place[b[j]!] = j;
    }
  }

  /** Equal entries of what was counted, the n-th of one side with the n-th of the other; only those that are there once when `once`. */
  private candidates({ a0, a1 }: Gap, once: boolean): Pair[] {
    const { a, inA, inB, place, next } = this;
    const out: Pair[] = [];
    for (let i = a0; i < a1; i++) {
      const text = a[i]!;
      if (text < 0 || inB[text] === 0 || (once && (inA[text]! > 1 || inB[text]! > 1))) continue;
      const j = place[text]!;
      if (j < 0) continue;
      out.push([i, j]);
      if (!once) place[text] = next[j]!;
    }
    return out;
  }
}

type Pair = readonly [a: number, b: number];

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
function exactly(a: Int32Array, b: Int32Array, { a0, a1, b0, b1 }: Gap, pairs: Int32Array): void {
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
