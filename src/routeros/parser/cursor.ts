import { ScriptSyntaxError } from './syntax-error.js';

export const isBlank = (c: string | undefined): boolean => c === ' ' || c === '\t' || c === '\r';

/** A blank, the end of a command or a closing bracket: nothing unquoted goes on past these. */
export const endsValue = (c: string | undefined): boolean =>
  c === undefined || c === ' ' || c === '\t' || c === '\r' || c === '\n' || c === ';' || c === ']' || c === ')' || c === '}';

/** The place in the text and the moves the grammar is written in. */
export class Cursor {
  position = 0;

  constructor(readonly text: string) {
    if (text.charCodeAt(0) === 0xfeff) this.position = 1;
  }

  get char(): string | undefined {
    return this.text[this.position];
  }

  peek(ahead: number): string | undefined {
    return this.text[this.position + ahead];
  }

  startsWith(text: string): boolean {
    return this.text.startsWith(text, this.position);
  }

  /** What a sticky pattern matches here, without moving. */
  match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.position;
    return pattern.exec(this.text);
  }

  /** Length of a line join (`\` at the end of a line) here, or 0; blanks behind the backslash are forgiven, as RouterOS does. */
  joinLength(at = this.position): number {
    if (this.text[at] !== '\\') return 0;
    let end = at + 1;
    while (isBlank(this.text[end])) end++;
    return this.text[end] === '\n' ? end + 1 - at : 0;
  }

  /** Passes blanks and line joins, and line ends too when `lines`. */
  skip(lines = false): void {
    for (;;) {
      const c = this.char;
      if (isBlank(c) || (lines && c === '\n')) this.position++;
      else if (c === '\\') {
        const join = this.joinLength();
        if (!join) return;
        this.position += join;
      } else return;
    }
  }

  skipComment(): void {
    while (this.position < this.text.length && this.char !== '\n') this.position++;
  }

  fail(reason: string, at = this.position): never {
    throw new ScriptSyntaxError(reason, this.text, at);
  }
}
