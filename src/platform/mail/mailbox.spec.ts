import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isMailAddress, oneLine, parseMailbox } from './mailbox.js';

describe('an address', () => {
  it.each([
    'jo@example.net',
    "o'neil+tag@sub.example.net",
    'admin@rosfleet.local',
    'noreply@localhost',
    'jø@bücher.example',
    '用户@例子.广告',
  ])('may be %s', (address) => expect(isMailAddress(address)).toBe(true));

  it.each([
    ...[
      '',
      'jo',
      '@example.net',
      'jo@',
      'jo@a@b',
      'a@b.c,d@e.f',
      'a@b.c;d@e.f',
      'Jo <jo@example.net>',
      'jo @example.net',
      '"jo"@example.net',
    ],
    ...['jo@example.net\r\nBcc: x@y.z', 'jo@example.net\n', 'jo\u0000@example.net', 'jo\u202e@example.net', 'jo(x)@example.net', 'a:b@c;'],
    `${'a'.repeat(65)}@example.net`,
    `jo@${'a'.repeat(255)}`,
  ])('is not %j', (address) => expect(isMailAddress(address)).toBe(false));
});

describe('one line', () => {
  it('never ends a header, turns no text around and has an end, whatever was typed', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('\r', '\n', '\u202e', '\ud800', 'a', ' ') })),
        (text) => {
          const line = oneLine(text);
          expect(line).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
          expect([...line].length).toBeLessThanOrEqual(100);
          expect(oneLine(line)).toBe(line);
        },
      ),
    );
  });

  it('keeps names as people write them', () => {
    for (const name of ['Jø "Boss" Müller', 'नेहा', 'علی‌رضا', '👩‍🔧 Jo', "O'Neil, Pat"]) expect(oneLine(name)).toBe(name);
    expect(oneLine(' a \t\r\n b ')).toBe('a b');
    expect(oneLine('x'.repeat(150))).toBe(`${'x'.repeat(99)}…`);
  });
});

describe('a mailbox', () => {
  it.each([
    ['noreply@example.net', { address: 'noreply@example.net' }],
    ['rosfleet <noreply@example.net>', { name: 'rosfleet', address: 'noreply@example.net' }],
    ['"Fleet, North" <a@b.c>', { name: 'Fleet, North', address: 'a@b.c' }],
    ['<a@b.c>', { address: 'a@b.c' }],
  ])('is %s', (text, mailbox) => expect(parseMailbox(text)).toEqual(mailbox));

  it.each(['', 'rosfleet', 'a@b.c, d@e.f', 'x <a@b.c> y', 'x <<a@b.c>>', 'x\r\nBcc: y <a@b.c>', 'a@b.c\u0007'])('is not %j', (text) =>
    expect(parseMailbox(text)).toBeUndefined(),
  );
});
