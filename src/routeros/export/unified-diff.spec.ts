import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { blocksOf, dice, EXPORTS, exportNamed, noisy, textOf } from '../../../test/support/exports.js';
import { align } from './align.js';
import { unifiedDiff } from './index.js';

const names = { from: '1714564800.rsc', to: '1714651200.rsc' };
const linesOf = (text: string): string[] =>
  text
    .replace(/^\ufeff/, '')
    .replace(/\r?\n$/, '')
    .split(/\r?\n/);

/** Checks each line of a diff against the files by its line numbers. Answers the shown lines. */
function checked(diff: string, from: string, to: string): string[] {
  const [a, b] = [linesOf(from), linesOf(to)];
  const [head, second, ...rows] = diff.replace(/\n$/, '').split('\n');
  expect([head, second]).toEqual([`--- ${names.from}`, `+++ ${names.to}`]);
  let [i, j, left, right] = [0, 0, 0, 0];
  let [endA, endB] = [0, 0];
  for (const row of rows) {
    const hunk = /^@@ -(\d+),(\d+) \+(\d+),(\d+) @@$/.exec(row);
    if (hunk !== null && left + right === 0) {
      const [startA, countA, startB, countB] = hunk.slice(1).map(Number) as [number, number, number, number];
      [i, j, left, right] = [countA === 0 ? startA : startA - 1, countB === 0 ? startB : startB - 1, countA, countB];
      expect(i).toBeGreaterThanOrEqual(endA);
      expect(j).toBeGreaterThanOrEqual(endB);
      continue;
    }
    if (row[0] !== '+') {
      expect(a[i++]).toBe(row.slice(1));
      left--;
    }
    if (row[0] !== '-') {
      expect(b[j++]!.trimEnd()).toBe(row.slice(1).trimEnd());
      right--;
    }
    [endA, endB] = [i, j];
  }
  expect([left, right]).toEqual([0, 0]);
  return rows.filter((row) => /^[-+]/.test(row));
}

describe('unifiedDiff', () => {
  it('of a change is what people know, with the line numbers of the files', () => {
    const from = exportNamed('home').replaceAll('\r', '');
    const to = from
      .replace('jan/02/1970', 'feb/03/1970')
      .replace('servers=203.0.113.53,203.0.113.54', 'servers=203.0.113.99')
      .replace('# inactive time\n', '');
    const line = linesOf(from).indexOf('/ip dns') + 2;
    expect(unifiedDiff(from, to, names)).toBe(`--- 1714564800.rsc
+++ 1714651200.rsc
@@ -${line - 3},7 +${line - 3},7 @@
 /ip dhcp-server network
 add address=192.0.2.0/24 comment=defconf dns-server=192.0.2.1 gateway=192.0.2.1
 /ip dns
-set allow-remote-requests=yes servers=203.0.113.53,203.0.113.54
+set allow-remote-requests=yes servers=203.0.113.99
 /ip dns static
 add address=192.0.2.1 comment=defconf name=router.lan
 /ip firewall filter
`);
    expect(
      unifiedDiff(from, to, { ...names, context: 0 })
        .split('\n')
        .slice(2),
    ).toEqual([
      `@@ -${line},1 +${line},1 @@`,
      '-set allow-remote-requests=yes servers=203.0.113.53,203.0.113.54',
      '+set allow-remote-requests=yes servers=203.0.113.99',
      '',
    ]);
  });

  it('shows of a long script the line that changed', () => {
    const from = exportNamed('scripts');
    const to = from.replace('line 60 of', 'line sixty of');
    expect(checked(unifiedDiff(from, to, names), from, to)).toHaveLength(2);
  });

  it('stops a hunk where only one file has a line that is noise', () => {
    const from = '/a\nadd b=1\nadd b=2\n# x not ready\nadd b=3\nadd b=4\n';
    const to = '/a\nadd b=1\nadd b=2\nadd b=5\nadd b=4\n';
    expect(unifiedDiff(from, to, names).split('\n').slice(2)).toEqual(['@@ -5,2 +4,2 @@', '-add b=3', '+add b=5', ' add b=4', '']);
  });

  it('shows files without anything in common, and empty ones', () => {
    expect(checked(unifiedDiff('', '/a\nadd b=1\n', names), '', '/a\nadd b=1\n')).toEqual(['+/a', '+add b=1']);
    expect(unifiedDiff('', '/a\nadd b=1\n', names)).toContain('@@ -0,0 +1,2 @@');
    expect(checked(unifiedDiff('/a\nadd b=1', '/c\nadd d=1', names), '/a\nadd b=1', '/c\nadd d=1')).toEqual([
      '-/a',
      '-add b=1',
      '+/c',
      '+add d=1',
    ]);
    expect(unifiedDiff('', '# inactive time\n', names)).toBe('');
  });

  it('shows a new menu with its line, but not one whose items are only spelt differently', () => {
    const diff = unifiedDiff('/a\nadd b=1\n', '/a\nadd b=1\n/c\nadd d=1\n', names);
    expect(diff.split('\n').slice(2)).toEqual(['@@ -1,2 +1,4 @@', ' /a', ' add b=1', '+/c', '+add d=1', '']);
    expect(unifiedDiff('/a\nadd b=1\n', '/a add b=1\n/a\nadd c=1\n', names)).toContain('+add c=1');
  });

  it.each(EXPORTS)('holds line by line, whatever changed: %s', (_name, text) => {
    const base = blocksOf(text);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom('cut', 'put', 'swap', 'change')), { maxLength: 12 }),
        fc.nat(),
        fc.nat(9),
        (edits, seed, context) => {
          const blocks = base.blocks.map(({ menu, lines }) => ({ menu, lines: [...lines] }));
          for (const [block, line, edit] of edits) {
            const { lines } = blocks[block % blocks.length]!;
            const at = line % Math.max(1, lines.length);
            if (edit === 'cut') lines.splice(at, 1);
            else if (edit === 'put') lines.splice(at, 0, 'add zzz=1');
            else if (edit === 'swap') lines.reverse();
            else if (lines[at] !== undefined) lines[at] += ' zzz=2';
          }
          const random = dice(seed);
          const [from, to] = [noisy(text, random), noisy(textOf(base.header, blocks), random)];
          const diff = unifiedDiff(from, to, { ...names, context });
          const back = unifiedDiff(to, from, { from: names.from, to: names.to, context });
          expect(diff === '').toBe(back === '');
          if (diff === '') return;
          checked(diff, from, to);
          checked(back, to, from);
        },
      ),
      { numRuns: text.length > 20_000 ? 6 : 20 },
    );
  });
});

describe('align', () => {
  const lists = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 30 });

  it('pairs equal entries in both orders, and as many as there can be in small lists', () => {
    fc.assert(
      fc.property(lists, lists, (a, b) => {
        const pairs = [...align(a, b)];
        const kept = pairs.flatMap((j, i) => (j < 0 ? [] : [[i, j] as const]));
        kept.forEach(([i, j]) => expect(a[i]).toBe(b[j]));
        kept.slice(1).forEach(([, j], n) => expect(j).toBeGreaterThan(kept[n]![1]));
        expect(kept).toHaveLength(longest(a, b));
      }),
    );
  });

  it('is right about large lists too, if not the shortest', () => {
    const random = dice(7);
    const many = Array.from({ length: 3000 }, () => String(Math.floor(random() * 2000)));
    const other = [...many].sort(() => random() - 0.5);
    const pairs = [...align(many, other)].flatMap((j, i) => (j < 0 ? [] : [[i, j] as const]));
    pairs.forEach(([i, j]) => expect(many[i]).toBe(other[j]));
    pairs.slice(1).forEach(([, j], n) => expect(j).toBeGreaterThan(pairs[n]![1]));
    const same = Array.from({ length: 3000 }, (_, i) => String(i % 3));
    expect(align(same, [...same.slice(1), 'x', ...same]).filter((j) => j >= 0).length).toBeGreaterThan(2900);
  });
});

/** Length of the longest common subsequence, straight from its definition. */
function longest(a: readonly string[], b: readonly string[]): number {
  const best = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      best[i]![j] = a[i] === b[j] ? best[i + 1]![j + 1]! + 1 : Math.max(best[i + 1]![j]!, best[i]![j + 1]!);
  return best[0]![0]!;
}
