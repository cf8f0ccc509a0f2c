import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { inflateSync } from 'node:zlib';
import * as fontkit from 'fontkit';

const resolve = createRequire(import.meta.url).resolve;
const file = (path: string): Buffer => readFileSync(resolve(path));

export type ReportFont = 'sans' | 'bold' | 'any';

/** A part of a text that one font draws in one direction. */
export interface Run {
  readonly font: ReportFont;
  readonly text: string;
}

/**
 * Fonts for texts in any script. DejaVu Sans draws Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew and Arabic; what it
 * lacks, UnifontEX has (Chinese, Japanese, Korean, Thai, Indic scripts, emoji): coarse, but never an empty box.
 */
export class ReportFonts {
  readonly sans = file('dejavu-fonts-ttf/ttf/DejaVuSans.ttf');
  readonly bold = file('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf');
  private anyFont?: Buffer;
  private readonly covers = coverage(this.sans);

  /** 14 MB unpacked, so only read when a text needs it. */
  get any(): Buffer {
    return (this.anyFont ??= unpackWoff(file('@fontsource/unifontex/files/unifontex-latin-400-normal.woff')));
  }

  /** Splits a text by font and by direction; invisible characters, which would draw nothing or reorder the rest, are left out. */
  runs(text: string, font: ReportFont): Run[] {
    const runs: { font: ReportFont; text: string }[] = [];
    for (const part of text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu, '').split(RIGHT_TO_LEFT)) {
      let last: { font: ReportFont; text: string } | undefined;
      for (const char of part) {
        const wanted = this.covers(char.codePointAt(0)!) ? font : 'any';
        if (last?.font === wanted) last.text += char;
        else runs.push((last = { font: wanted, text: char }));
      }
    }
    return runs;
  }
}

/** Words of Hebrew, Arabic and their neighbours with the spaces between them: they are laid out from the right as a whole. */
const LETTER = '[\\u0590-\\u08ff\\ufb1d-\\ufdff\\ufe70-\\ufefc]';
const RIGHT_TO_LEFT = new RegExp(`(${LETTER}+(?:\\s+${LETTER}+)*)`, 'u');

function coverage(font: Buffer): (codePoint: number) => boolean {
  const parsed = fontkit.create(font) as fontkit.Font;
  return (codePoint) => parsed.hasGlyphForCodePoint(codePoint);
}

/**
 * The TrueType font inside a WOFF 1.0 file (W3C Recommendation of 2012-12-13): its tables, each compressed by itself.
 * The PDF library reads WOFF too, but unpacks the whole glyph table once for every glyph.
 */
export function unpackWoff(woff: Buffer): Buffer {
  if (woff.toString('latin1', 0, 4) !== 'wOFF') throw new Error('This is not a WOFF 1.0 file.');
  const tables = woff.readUInt16BE(12);
  const head = Buffer.alloc(12 + 16 * tables);
  woff.copy(head, 0, 4, 8); // flavour
  head.writeUInt16BE(tables, 4);
  const parts: Buffer[] = [head];
  let offset = head.length;
  for (let i = 0; i < tables; i++) {
    const entry = 44 + 20 * i;
    const at = woff.readUInt32BE(entry + 4);
    const packedLength = woff.readUInt32BE(entry + 8);
    const length = woff.readUInt32BE(entry + 12);
    const packed = woff.subarray(at, at + packedLength);
    woff.copy(head, 12 + 16 * i, entry, entry + 4); // tag
    head.writeUInt32BE(woff.readUInt32BE(entry + 16), 16 + 16 * i); // checksum
    head.writeUInt32BE(offset, 20 + 16 * i);
    head.writeUInt32BE(length, 24 + 16 * i);
    const padding = Buffer.alloc((4 - (length % 4)) % 4);
    parts.push(packedLength < length ? inflateSync(packed) : packed, padding);
    offset += length + padding.length;
  }
  return Buffer.concat(parts);
}
