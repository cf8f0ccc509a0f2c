import { quote } from './literal.js';
import { UnprintableScriptValue } from './names.js';
import { BLANK, printStatements } from './printer.js';
import type { Script, ScriptText } from './script.js';

/** A script with `blank()` texts, for many that differ in nothing else: built and printed once, filled in often. */
export class ScriptForm {
  /** Finished text and names of blanks by turns. */
  readonly #pieces: readonly string[];

  constructor(script: Script) {
    this.#pieces = printStatements(script.body, { blanks: true }).split(BLANK);
  }

  /**
   * The minified script with these texts as quoted literals.
   * @throws UnprintableScriptValue a blank for which there is no text
   */
  fill(texts: Readonly<Record<string, string>>): ScriptText {
    let printed = '';
    this.#pieces.forEach((piece, i) => {
      if (i % 2 === 0) return void (printed += piece);
      const text = texts[piece];
      if (text === undefined) throw new UnprintableScriptValue(`The text ${piece} was not told.`);
      printed += quote(text);
    });
    return printed as ScriptText;
  }
}
