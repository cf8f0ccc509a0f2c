import { describe, expect, it } from '@jest/globals';
import stringWidth from 'string-width';
import { facts, plain, table } from './table.js';

const WIDE = { colours: false };

describe('a table', () => {
  it('aligns what stands below each other, whatever the script', () => {
    const rows = [
      ['Zürich', 'online', 'x'],
      ['東京本社', 'offline', 'y'],
      ['👩‍🔧 van', 'online', 'z'],
    ];
    const lines = table(['NAME', 'STATE', 'V'], rows, WIDE);
    const before = lines.map((line) => stringWidth(line.slice(0, line.search(/(STATE|online|offline)/))));
    expect(new Set(before)).toEqual(new Set([10]));
    expect(lines[0]).toBe('NAME      STATE    V');
  });

  it('fits the terminal by cutting the widest columns, between characters as people see them', () => {
    const lines = table(
      ['NAME', 'REASON'],
      [
        ['café', 'a reason that goes on and on and on'],
        ['日本日本日本日本日本', 'short'],
      ],
      { width: 30, colours: false },
    );
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(30);
    expect(lines[1]).toMatch(/^café .*…$/);
  });

  it('is not cut where nobody looks', () => {
    expect(table(['A'], [['x'.repeat(500)]], WIDE)[1]).toHaveLength(500);
  });

  it('is coloured only where it is wanted, and no wider for it', () => {
    const rows = [[{ text: 'failed', colour: 'red' as const }, 'x']];
    expect(table(['S', 'T'], rows, WIDE)[1]).toBe('failed  x');
    expect(table(['S', 'T'], rows, { colours: true })[1]).toBe('\u001b[31mfailed\u001b[39m  x');
  });

  it('has no blanks at the end of lines', () => {
    expect(table(['A', 'B'], [['x', '']], WIDE)).toEqual(['A  B', 'x']);
  });
});

describe('text of others', () => {
  it.each([
    ['\u001b[2J\u001b]0;owned\u0007name', 'name'],
    ['a\nb\r\nc\td', 'a b c d'],
    ['a\u0008b\u009b31m', /^a.b/],
    ['evil\u202egnp.exe', 'evil�gnp.exe'],
    ['Café «Nord» 東京', 'Café «Nord» 東京'],
  ])('%j does not steer the terminal', (text, shown) => {
    if (typeof shown === 'string') expect(plain(text)).toBe(shown);
    else expect(plain(text)).toMatch(shown);
    expect(plain(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  });
});

it('facts leave out what is not known', () => {
  expect(facts([['Name', 'Oslo'], ['Model', null], ['Id', 'x']])).toEqual(['Name  Oslo', 'Id    x']); // prettier-ignore
});
