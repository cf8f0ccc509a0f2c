/**
 * The frame of the RouterOS API, in both directions: a sentence is a row of words ended by a word of length zero, a word
 * is its length and its bytes. Source: MikroTik's manual, «API», protocol.
 */

/** The bytes are no sentences: whoever sends them does not speak the RouterOS API, or lost count. */
export class MalformedSentenceError extends Error {
  override readonly name = 'MalformedSentenceError';
}

/** A sentence or a word that is longer than its reader is willing to keep. */
export class SentenceTooLongError extends Error {
  override readonly name = 'SentenceTooLongError';
}

export interface SentenceLimits {
  /** Bytes of one word. */
  readonly wordBytes: number;
  /** Bytes of all words of one sentence. */
  readonly sentenceBytes: number;
  readonly words: number;
}

/** What the format can say about a word's length is four bytes; what follows 0xF0 as a first byte is reserved. */
const LONGEST_LENGTH = 0xffff_ffff;

function encodeLength(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  if (length < 0x4000) return Buffer.of(0x80 | (length >>> 8), length & 0xff);
  if (length < 0x20_0000) return Buffer.of(0xc0 | (length >>> 16), (length >>> 8) & 0xff, length & 0xff);
  if (length < 0x1000_0000) return Buffer.of(0xe0 | (length >>> 24), (length >>> 16) & 0xff, (length >>> 8) & 0xff, length & 0xff);
  if (length > LONGEST_LENGTH) throw new RangeError(`a word of ${length} bytes cannot be sent`);
  return Buffer.of(0xf0, length >>> 24, (length >>> 16) & 0xff, (length >>> 8) & 0xff, length & 0xff);
}

/**
 * A sentence as bytes; text goes out as UTF-8. Whatever a word holds (zero bytes, line ends, `!done`) stays inside it.
 * @throws RangeError for an empty word, which would end the sentence, and for a sentence without words
 */
export function encodeSentence(words: readonly (string | Uint8Array)[]): Buffer {
  if (words.length === 0) throw new RangeError('a sentence has at least one word');
  const parts: Uint8Array[] = [];
  for (const word of words) {
    const bytes = typeof word === 'string' ? Buffer.from(word, 'utf8') : word;
    if (bytes.length === 0) throw new RangeError('an empty word would end the sentence');
    parts.push(encodeLength(bytes.length), bytes);
  }
  parts.push(Buffer.of(0));
  return Buffer.concat(parts);
}

/** How many bytes of length follow a first byte; undefined for reserved ones. */
function lengthBytesAfter(first: number): number | undefined {
  if (first < 0x80) return 0;
  if (first < 0xc0) return 1;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first === 0xf0 ? 4 : undefined;
}

/** Where a length's first byte has its own bits, by how many bytes follow. */
const FIRST_BYTE_MASKS = [0x7f, 0x3f, 0x1f, 0x0f, 0x00];

/**
 * Cuts a stream of bytes, in whatever pieces it comes, into sentences. Keeps no more than the limits allow: an announced
 * length is judged before a byte of the word arrived. After an error the stream has lost its place and the reader
 * refuses more.
 */
export class SentenceReader {
  private readonly words: Buffer[] = [];
  private sentenceBytes = 0;
  /** The length being read: its value so far and the bytes of it that are missing; undefined between words. */
  private length: { value: number; missing: number } | undefined;
  /** The word being read: its pieces and the bytes that are missing. */
  private pieces: Buffer[] = [];
  private missing = 0;
  private broken = false;

  constructor(private readonly limits: SentenceLimits) {}

  /** Whether a sentence has begun and not ended. */
  get inSentence(): boolean {
    return this.words.length > 0 || this.missing > 0 || this.length !== undefined;
  }

  /**
   * The sentences that end in this piece, each as its words; a zero-length word where a sentence would begin is skipped.
   * Words are views of the pieces pushed: copy what shall be kept.
   * @throws MalformedSentenceError, SentenceTooLongError
   */
  *push(chunk: Buffer): Generator<Buffer[], void, void> {
    if (this.broken) throw new MalformedSentenceError('the stream was given up');
    let at = 0;
    while (at < chunk.length) {
      if (this.missing > 0) {
        at = this.readWord(chunk, at);
        continue;
      }
      const length = this.readLength(chunk[at++]!);
      if (length === undefined) continue;
      if (length > 0) this.beginWord(length);
      else if (this.words.length > 0) {
        this.sentenceBytes = 0;
        yield this.words.splice(0);
      }
    }
  }

  private readWord(chunk: Buffer, at: number): number {
    const piece = chunk.subarray(at, at + this.missing);
    this.pieces.push(piece);
    this.missing -= piece.length;
    if (this.missing === 0) {
      this.words.push(this.pieces.length === 1 ? piece : Buffer.concat(this.pieces));
      this.pieces = [];
    }
    return at + piece.length;
  }

  /** Takes one byte of a length; answers the length once it is whole. */
  private readLength(byte: number): number | undefined {
    if (this.length === undefined) {
      const missing = lengthBytesAfter(byte);
      if (missing === undefined) {
        this.broken = true;
        throw new MalformedSentenceError(`a word begins with the reserved byte 0x${byte.toString(16)}`);
      }
      this.length = { value: byte & FIRST_BYTE_MASKS[missing]!, missing };
    } else {
      // multiplied, not shifted: a length of 32 bits would turn negative
      this.length.value = this.length.value * 256 + byte;
      this.length.missing--;
    }
    if (this.length.missing > 0) return undefined;
    const { value } = this.length;
    this.length = undefined;
    return value;
  }

  private beginWord(length: number): void {
    const { limits } = this;
    this.sentenceBytes += length;
    const reason =
      length > limits.wordBytes
        ? `a word of ${length} bytes, where ${limits.wordBytes} are taken`
        : this.sentenceBytes > limits.sentenceBytes
          ? `a sentence of more than ${limits.sentenceBytes} bytes`
          : this.words.length >= limits.words
            ? `a sentence of more than ${limits.words} words`
            : undefined;
    if (reason !== undefined) {
      this.broken = true;
      throw new SentenceTooLongError(reason);
    }
    this.missing = length;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const windows1252 = new TextDecoder('windows-1252');

/**
 * A received word as text: UTF-8, or, where the bytes are none, the Windows code page in which WinBox has long stored
 * comments and names.
 */
export function wordText(word: Uint8Array): string {
  try {
    return utf8.decode(word);
  } catch {
    return windows1252.decode(word);
  }
}
