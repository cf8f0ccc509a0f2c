/** Line and column (both from 1) of an offset in a text; a column counts characters, as RouterOS does. */
export function locate(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let i = text.indexOf('\n'); i !== -1 && i < offset; i = text.indexOf('\n', i + 1)) {
    line++;
    start = i + 1;
  }
  return { line, column: offset - start + 1 };
}

/**
 * A script RouterOS would refuse to start: nothing of it runs, and no `:onerror` inside it can catch this.
 * `message` has RouterOS' form, for example `expected end of command (line 1 column 12)`; `reason` is the same
 * without the position.
 */
export class ScriptSyntaxError extends Error {
  readonly line: number;
  readonly column: number;

  constructor(
    readonly reason: string,
    text: string,
    readonly offset: number,
  ) {
    const { line, column } = locate(text, offset);
    super(`${reason} (line ${line} column ${column})`);
    this.name = 'ScriptSyntaxError';
    this.line = line;
    this.column = column;
  }
}
