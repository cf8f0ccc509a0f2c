import type { ExportCommand, ExportSelector } from './export.js';
import { Properties } from './properties.js';
import { decodeString, groupEnd, stringEnd } from './values.js';

const VERBS = new Set(['add', 'set', 'remove', 'unset', 'enable', 'disable', 'move', 'reset', 'comment']);
const BLANK = 32;
const TAB = 9;
const QUOTE = 34;
const EQUALS = 61;
const SLASH = 47;
const DOT = 46;
const NO_FLAGS: readonly string[] = [];

/** Reads the lines of one export in their order. */
export class CommandReader {
  private readonly words: Arguments;

  /** @param spans takes where the values stand, when that is wanted */
  constructor(spans: ValueSpan[] | null = null) {
    this.words = new Arguments(spans);
  }

  /**
   * Reads one logical line below a menu. Answers a command, the menu that a line of a menu alone names, or null for what is
   * neither. `first` and `last` are its lines in the file, from 0.
   */
  read(line: string, menu: string, first = 0, last = first): ExportCommand | string | null {
    let at = 0;
    if (line.charCodeAt(0) === SLASH) {
      const path = menuPath(line);
      if (path === null) return null;
      if (path.end === line.length) return path.menu;
      menu = path.menu;
      at = path.end;
    }
    if (menu === '') return null;
    const start = at;
    at = wordEnd(line, at);
    const verb = line.startsWith('add', start) && at === start + 3 ? 'add' : line.slice(start, at);
    if (!VERBS.has(verb)) return null;
    const { words } = this;
    if (!words.read(line, at, verb !== 'add')) return null;
    const { selector, flags } = words;
    return { menu, verb, selector, properties: words.properties(), flags, line: first + 1, lastLine: last + 1 };
  }
}

const PATH_WORD = /^[A-Za-z0-9][\w.-]*$/;

/** `/ip firewall filter add` or `/ip/firewall/filter/add`: the menu, and where its verb begins (at the end, where there is none). */
export function menuPath(line: string): { menu: string; end: number } | null {
  let menu = '';
  let at = 1;
  for (;;) {
    while (at < line.length && isPathBreak(line.charCodeAt(at))) at++;
    if (at >= line.length) return { menu: menu || '/', end: line.length };
    const start = at;
    while (at < line.length && !isPathBreak(line.charCodeAt(at))) at++;
    const word = line.slice(start, at);
    if (VERBS.has(word) && menu !== '') return { menu, end: start };
    if (!PATH_WORD.test(word)) return null;
    menu += `/${word}`;
  }
}

const isPathBreak = (code: number): boolean => code === BLANK || code === SLASH || code === TAB;

function wordEnd(line: string, at: number): number {
  for (; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === BLANK || code === TAB) break;
  }
  return at;
}

/** A property and where its value stands in the line, quotes included. */
export interface ValueSpan {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Where the values of a command stand, and its menu; null for what is no command. */
export function valueSpans(line: string, menu: string): { menu: string; spans: readonly ValueSpan[] } | null {
  const spans: ValueSpan[] = [];
  const command = new CommandReader(spans).read(line, menu || '/');
  return command === null || typeof command === 'string' ? null : { menu: command.menu, spans };
}

/** What follows a verb: selector, properties and bare words. */
class Arguments {
  selector: ExportSelector | null = null;
  flags: readonly string[] = NO_FLAGS;
  private line = '';
  private at = 0;
  private selects = false;
  /** Name, value, name, value … A list of the reader's own: what is copied from it takes no more memory than it needs. */
  private readonly found: string[] = [];
  private count = 0;

  constructor(private readonly spans: ValueSpan[] | null = null) {}

  /** Whether all of a line from a place on is understood. */
  read(line: string, at: number, selects: boolean): boolean {
    this.count = 0;
    this.selector = null;
    this.flags = NO_FLAGS;
    this.line = line;
    this.at = at;
    this.selects = selects;
    for (;;) {
      let code = line.charCodeAt(this.at);
      while (code === BLANK || code === TAB) code = line.charCodeAt(++this.at);
      if (this.at >= line.length) return true;
      if (!this.one(code)) return false;
    }
  }

  /** What was read; `read` does not change it later. */
  properties(): Properties {
    return new Properties(this.found.slice(0, this.count));
  }

  private one(code: number): boolean {
    const { line } = this;
    const start = this.at;
    // The command before mostly had the same names, which need not be cut out again.
    const guess = this.found[this.count];
    if (guess !== undefined && line.startsWith(guess, start) && line.charCodeAt(start + guess.length) === EQUALS) {
      this.at += guess.length;
      return this.property(guess);
    }
    if (code === QUOTE || code === 91 /* [ */ || code === 40 /* ( */) return this.group(code);
    const { length } = line;
    while (this.at < length && code !== EQUALS && code !== BLANK && code !== TAB) code = line.charCodeAt(++this.at);
    if (this.at < length && code === EQUALS) return this.at > start && this.property(line.slice(start, this.at));
    this.word(line.slice(start, this.at));
    return true;
  }

  /** A name, of which `=` comes next. */
  private property(name: string): boolean {
    const full = name.charCodeAt(0) === DOT ? this.fullName(name) : name;
    const start = ++this.at;
    const value = this.value();
    if (value === null) return false;
    this.spans?.push({ name: full, start, end: this.at });
    const { found } = this;
    for (let i = 0; i < this.count; i += 2) {
      if (found[i] === full) {
        found[i + 1] = value;
        return true;
      }
    }
    found[this.count++] = full;
    found[this.count++] = value;
    return true;
  }

  private word(word: string): void {
    if (this.selects && this.selector === null && this.count === 0 && !word.startsWith('!')) {
      this.selector = { text: word, find: null };
    } else this.flags = [...this.flags, word];
  }

  /** A selector in quotes or brackets. */
  private group(code: number): boolean {
    const { line } = this;
    const end = code === QUOTE ? stringEnd(line, this.at) : groupEnd(line, this.at);
    if (end < 0 || !this.selects || this.selector !== null) return false;
    const text = line.slice(this.at, end);
    this.at = end;
    if (code === QUOTE) this.selector = { text: decodeString(text.slice(1, -1)), find: null };
    else this.selector = code === 91 ? findSelector(text) : { text, find: null };
    return true;
  }

  /** `.width` after `channel.band` or another `channel.…` is `channel.width`. */
  private fullName(name: string): string {
    const before = this.count > 0 ? this.found[this.count - 2]! : '';
    return before.slice(0, Math.max(0, before.lastIndexOf('.'))) + name;
  }

  private value(): string | null {
    const { line } = this;
    const start = this.at;
    let code = line.charCodeAt(start);
    if (code === QUOTE) {
      const end = stringEnd(line, start);
      if (end < 0) return null;
      this.at = end;
      code = line.charCodeAt(end);
      if (end === line.length || code === BLANK || code === TAB) return decodeString(line.slice(start + 1, end - 1));
    } else if (code === 91 || code === 40 || code === 123 /* { */) {
      const end = groupEnd(line, start);
      if (end < 0) return null;
      this.at = end;
    }
    const end = wordEnd(line, this.at);
    this.at = end;
    // The command before often had the same value too (a list's name, a chain), which then is one string in memory.
    const guess = this.found[this.count + 1];
    if (guess?.length === end - start && line.startsWith(guess, start)) return guess;
    return line.slice(start, this.at);
  }
}

const FIND = /^\[\s*find(\s[^]*)?\]$/;

/** `[ find default-name=ether1 ]`. What is more than `name=value` is kept as text. */
function findSelector(text: string): ExportSelector {
  const inside = FIND.exec(text);
  if (inside === null) return { text, find: null };
  const words = (inside[1] ?? '').trim();
  const wanted = new Arguments();
  const plain = wanted.read(words.replace(/^where\s+/, ''), 0, false) && wanted.flags.length === 0;
  return { text: words === '' ? '[find]' : `[find ${words}]`, find: plain ? wanted.properties() : null };
}
