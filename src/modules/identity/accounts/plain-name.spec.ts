import { describe, expect, it } from '@jest/globals';
import { plainName } from './plain-name.js';

describe('a name', () => {
  it.each([
    ['  Thandi   Nkosi ', 'Thandi Nkosi'],
    ['Zoë', 'Zoë'.normalize('NFC')],
    ['a\r\nBcc: x@example.net', 'a Bcc: x@example.net'],
    ['admin\u202Egro.elpmaxe', 'admingro.elpmaxe'],
    ['zero\u200Bwidth', 'zerowidth'],
    ['سارة كوهين', 'سارة كوهين'],
    ['山田 太郎', '山田 太郎'],
  ])('%j is kept as %j', (given, kept) => expect(plainName(given)).toBe(kept));

  it.each(['', '   ', '\u200b\u202e', 'x'.repeat(256)])('%j is refused', (given) => expect(() => plainName(given)).toThrow(/^name must/));
});
