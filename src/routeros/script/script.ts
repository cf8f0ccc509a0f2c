import type { Statement } from './ast.js';
import { printStatements } from './printer.js';

declare const scriptText: unique symbol;
/** Text that the printer made. A plain string is not assignable to it. */
export type ScriptText = string & { readonly [scriptText]: true };

export interface PrintOptions {
  /** Lines, indentation and comments for people (`x-ros-debug`). Code inside strings stays minified, so both forms leave the same on the router. */
  readonly readable?: boolean;
  /** Safe to paste into a terminal: additionally no `?` anywhere, which opens the help of a RouterOS 6 terminal. */
  readonly terminal?: boolean;
}

/** A finished script. Only `script()` makes one; it cannot be made from a string. */
export class Script {
  readonly #body: readonly Statement[];

  /** @internal use `script()` */
  constructor(body: readonly Statement[]) {
    this.#body = body;
  }

  /** @internal what the builder embeds into another script */
  get body(): readonly Statement[] {
    return this.#body;
  }

  get isEmpty(): boolean {
    return this.#body.every((statement) => statement.kind === 'comment');
  }

  /** The script's text; minified (one line, no comment) unless `readable`. */
  toString(options: PrintOptions = {}): ScriptText {
    return printStatements(this.#body, options) as ScriptText;
  }

  /** Bytes of the minified text in UTF-8; RouterOS holds at most 64 KB of an answer in a variable (manual: Fetch). */
  get byteLength(): number {
    return Buffer.byteLength(this.toString(), 'utf8');
  }
}
