import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeSentence, MalformedSentenceError, SentenceReader, SentenceTooLongError, wordText } from './sentence.js';

const LIMITS = { wordBytes: 3 << 20, sentenceBytes: 8 << 20, words: 1000 };

/** Reads bytes in pieces of the given sizes, used in turn; words are copied, as a piece may be reused by its sender. */
function read(bytes: Buffer, sizes: readonly number[], limits = LIMITS): Buffer[][] {
  const reader = new SentenceReader(limits);
  const out: Buffer[][] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    for (const words of reader.push(bytes.subarray(at, at + size))) out.push(words.map((word) => Buffer.from(word)));
    at += size;
  }
  expect(reader.inSentence).toBe(false);
  return out;
}

const word = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const sentences = fc.array(fc.array(word, { minLength: 1, maxLength: 6 }), { maxLength: 6 });
const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 });

describe('Sentences of the RouterOS API', () => {
  it('arrive as they were sent, however the bytes are cut', () => {
    fc.assert(
      fc.property(sentences, sizes, (sent, cuts) => {
        const bytes = Buffer.concat(sent.map(encodeSentence));
        expect(read(bytes, cuts)).toEqual(sent);
      }),
      { numRuns: 500 },
    );
  });

  it('carry any text as UTF-8, zero bytes, line ends and reply words included', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, unit: 'binary' }), { minLength: 1, maxLength: 8 }), sizes, (words, cuts) => {
        const [received, ...more] = read(encodeSentence(words), cuts);
        expect(received!.map(wordText)).toEqual(words);
        expect(more).toEqual([]);
      }),
    );
    expect(read(encodeSentence(['/a', '=b=\0\r\n!done', '=c=Москва 🛰']), [1])[0]!.map(wordText)).toEqual([
      '/a',
      '=b=\0\r\n!done',
      '=c=Москва 🛰',
    ]);
  });

  // the edges of each form of length; the manual's table
  it.each([
    [0x7f, '7f'],
    [0x80, '8080'],
    [0x3fff, 'bfff'],
    [0x4000, 'c04000'],
    [0x1f_ffff, 'dfffff'],
    [0x20_0000, 'e0200000'],
  ])('count %d bytes as %s', (length, header) => {
    const bytes = encodeSentence([Buffer.alloc(length, 'x')]);
    expect(bytes.subarray(0, header.length / 2).toString('hex')).toBe(header);
    expect(read(bytes, [65_536])[0]![0]).toHaveLength(length);
  });

  it('read a length in the five-byte form', () => {
    expect(read(Buffer.from('f00000000261620100'.replace('0100', '00'), 'hex'), [1])[0]!.map(wordText)).toEqual(['ab']);
  });

  it('refuse to send what would end early', () => {
    expect(() => encodeSentence(['/a', ''])).toThrow(RangeError);
    expect(() => encodeSentence([])).toThrow(RangeError);
  });

  it('never cost more than the limits: the length alone is judged', () => {
    const fourGigabytes = Buffer.from('f0ffffffff', 'hex');
    expect(() => [...new SentenceReader(LIMITS).push(fourGigabytes)]).toThrow(SentenceTooLongError);
    const limits = { wordBytes: 10, sentenceBytes: 15, words: 3 };
    expect(() => read(encodeSentence(['x'.repeat(11)]), [1], limits)).toThrow(SentenceTooLongError);
    expect(() => read(encodeSentence(['x'.repeat(8), 'x'.repeat(8)]), [1], limits)).toThrow(SentenceTooLongError);
    expect(() => read(encodeSentence(['a', 'b', 'c', 'd']), [1], limits)).toThrow(SentenceTooLongError);
    expect(read(encodeSentence(['a', 'b', 'c']), [1], limits)).toHaveLength(1);
  });

  it('refuse reserved lengths, and everything after them', () => {
    const reader = new SentenceReader(LIMITS);
    expect(() => [...reader.push(Buffer.of(0xf8))]).toThrow(MalformedSentenceError);
    expect(() => [...reader.push(Buffer.of(0))]).toThrow(MalformedSentenceError);
  });

  it('end in sentences or in one of two errors, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), sizes, (garbage, cuts) => {
        const reader = new SentenceReader({ wordBytes: 64, sentenceBytes: 256, words: 8 });
        try {
          for (let at = 0, turn = 0; at < garbage.length; at += cuts[turn++ % cuts.length]!)
            for (const words of reader.push(Buffer.from(garbage.subarray(at, at + cuts[turn % cuts.length]!))))
              expect(words.length).toBeLessThan(9);
        } catch (error) {
          expect([MalformedSentenceError, SentenceTooLongError]).toContain((error as Error).constructor);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('read the Windows text that WinBox left behind', () => {
    expect(wordText(Buffer.from('=comment=caf\xe9', 'latin1'))).toBe('=comment=café');
  });
});
