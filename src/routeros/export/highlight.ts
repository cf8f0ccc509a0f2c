import { goesOn, physicalLines } from './lines.js';

type Kind = 'comment' | 'menu' | 'verb' | 'selector' | 'property' | 'value' | 'string' | 'variable' | 'added' | 'removed' | 'hunk' | 'file';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (c) => ENTITIES[c]!);
const span = (kind: Kind, text: string): string => (text === '' ? '' : `<span class="${kind}">${escaped(text)}</span>`);

const START = '<pre class="rosfleet-export">';
const END = '</pre>';
// A browser drops a line end right behind <pre>.
const wrapped = (body: string): string => `${START}${body.startsWith('\n') ? '\n' : ''}${body}${END}`;

/**
 * An export as an HTML fragment: `<pre class="rosfleet-export">` with `<span class="…">` of the classes comment, menu, verb,
 * selector, property, value, string and variable. Everything is escaped: the fragment's text is the export, whatever is in it.
 */
export function highlightExport(text: string): string {
  const painter = new Painter();
  let out = '';
  for (let at = 0; at < text.length;) {
    const newline = text.indexOf('\n', at);
    const stop = newline < 0 ? text.length : newline;
    out += painter.line(text.slice(at, stop), stop < text.length && goesOn(text, at, stop));
    if (newline >= 0) out += '\n';
    at = stop + 1;
  }
  return wrapped(out);
}

const MARKS: Readonly<Record<string, Kind>> = { '-': 'removed', '+': 'added', '@': 'hunk' };

/** A unified diff as an HTML fragment of the same class, with spans of the classes file, hunk, added and removed. */
export function highlightDiff(text: string): string {
  const lines = physicalLines(text);
  const end = text.endsWith('\n') ? '\n' : '';
  let [removed, added] = [0, 0]; // lines of the hunk still to come: a removed line may begin with `--`
  const painted = lines.map((line) => {
    const hunk = removed + added === 0 ? HUNK.exec(line) : null;
    if (hunk !== null) {
      [removed, added] = [Number(hunk[1] ?? 1), Number(hunk[2] ?? 1)];
      return span('hunk', line);
    }
    if (removed + added === 0) return /^(---|\+\+\+) /.test(line) ? span('file', line) : escaped(line);
    if (line[0] !== '+') removed--;
    if (line[0] !== '-') added--;
    const kind = MARKS[line[0] ?? ''];
    return kind === undefined || kind === 'hunk' ? escaped(line) : span(kind, line);
  });
  return wrapped(painted.join('\n') + end);
}

const HUNK = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/;

const BLANKS = /[ \t\r]+/y;
const WORD = /[^\s="[\]]+/y;
const VARIABLE = /\\?\$(?:[A-Za-z0-9]+)?/y;
const PLAIN_TEXT = /(?:[^"\\$]|\\(?!\$)[^]?)+/y;
const VERBS = new Set(['add', 'set', 'remove', 'unset', 'enable', 'disable', 'move', 'reset']);

/** Paints line by line: an export may be large, and what a line means depends on little before it. */
class Painter {
  private text = '';
  private at = 0;
  private out = '';
  /** What the next word is. */
  private next: Kind = 'verb';
  private inString = false;
  private depth = 0;
  private isContinued = false;

  /** @param goesOn whether the line ends in a backslash that joins it with the next */
  line(text: string, goesOn: boolean): string {
    [this.text, this.at, this.out] = [text, 0, ''];
    if (!this.isContinued) [this.next, this.inString, this.depth] = ['verb', false, 0];
    const ink = /^\s*/.exec(text)![0].length;
    if (!this.isContinued && text[ink] === '#') return span('comment', text);
    if (!this.isContinued && text[ink] === '/') this.next = 'menu';
    while (this.at < text.length) this.step();
    this.isContinued = goesOn;
    return this.out;
  }

  private step(): void {
    if (this.inString) return this.string();
    const c = this.text[this.at]!;
    const blanks = this.match(BLANKS);
    if (blanks !== null) {
      this.out += escaped(blanks);
      if (this.next === 'value') this.next = 'property';
    } else if (c === '"') {
      this.inString = true;
      this.emit('string', c);
    } else if (c === '[' || c === ']') {
      this.depth = Math.max(0, this.depth + (c === '[' ? 1 : -1));
      this.emit('selector', c);
    } else if (c === '=') {
      this.out += '=';
      this.at++;
      this.next = 'value';
    } else if (c === '\\' && this.at === this.text.trimEnd().length - 1) {
      this.out += escaped(c);
      this.at++;
    } else this.word();
  }

  private word(): void {
    const word = this.match(WORD) ?? this.text[this.at++]!;
    if (this.next === 'value') this.paint(word.startsWith('$') ? 'variable' : 'value', word);
    else if (this.depth > 0) this.paint('selector', word);
    else if (this.next === 'menu' || this.next === 'verb') {
      if (VERBS.has(word)) {
        this.paint('verb', word);
        this.next = 'property';
      } else this.paint(this.next === 'menu' ? 'menu' : 'value', word);
    } else this.paint(this.text[this.at] === '=' ? 'property' : 'value', word);
  }

  /** A part of a string: up to a variable, to its end, or to the end of the line. */
  private string(): void {
    if (this.text[this.at] === '"') {
      this.inString = false;
      this.emit('string', '"');
      return;
    }
    const variable = this.match(VARIABLE);
    if (variable !== null) return this.paint(variable.length > 1 ? 'variable' : 'string', variable);
    const text = this.match(PLAIN_TEXT);
    if (text !== null) this.paint('string', text);
    else this.emit('string', this.text[this.at]!);
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null || found[0] === '') return null;
    this.at += found[0].length;
    return found[0];
  }

  private emit(kind: Kind, text: string): void {
    this.at += text.length;
    this.paint(kind, text);
  }

  private paint(kind: Kind, text: string): void {
    this.out += span(kind, text);
  }
}
