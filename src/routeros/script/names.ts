/**
 * What may stand in a script without quotes. Everything else that reaches a script is a quoted literal; so a name that does not
 * fit here is a mistake of ours (or an attack) and never text to be repaired.
 */
export class UnsafeScriptName extends Error {
  constructor(what: string, value: string, right: string) {
    super(`${JSON.stringify(value.slice(0, 80))} cannot stand unquoted in a RouterOS script as ${what}; right would be ${right}.`);
    this.name = 'UnsafeScriptName';
  }
}

/** A value that has no exact form in a script, for instance a fraction or a list element with a comma. */
export class UnprintableScriptValue extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnprintableScriptValue';
  }
}

const PATH = /^(?:\/[a-z0-9]+(?:-[a-z0-9]+)*)+$/;
const VERB = /^[a-z]+(?:-[a-z]+)*$/;
const ARGUMENT = /^\.?[a-z0-9]+(?:[.-][a-z0-9]+)*$/;
const VARIABLE = /^[A-Za-z][A-Za-z0-9]*$/;
const WORD = /^[A-Za-z0-9]+(?:[.:-][A-Za-z0-9]+)*$/;
// Operators of the language: `:local in` parses on some releases and breaks on others.
const KEYWORDS = new Set(['and', 'or', 'in', 'not', 'any']);

/** `/ip/firewall/filter` -> its words, an empty one for the root `/`. Scripts are printed with blanks between them: RouterOS 6 knows no slashes there. */
export function menuPath(path: string): readonly string[] {
  if (path === '/') return [''];
  if (!PATH.test(path)) throw new UnsafeScriptName('a menu', path, 'a path such as /ip/firewall/filter');
  return path.slice(1).split('/');
}

export function verbName(verb: string): string {
  if (!VERB.test(verb)) throw new UnsafeScriptName('a command', verb, 'a name such as add');
  return verb;
}

export function argumentName(name: string): string {
  if (!ARGUMENT.test(name)) throw new UnsafeScriptName('an argument', name, 'a name such as dst-address or .id');
  return name;
}

/** Letters and digits only: anything else needs `$"my-name"`, which does not work inside strings. */
export function variableName(name: string): string {
  if (!VARIABLE.test(name) || KEYWORDS.has(name))
    throw new UnsafeScriptName('a variable', name, 'letters and digits, such as busyUrl, and no operator word');
  return name;
}

/** A bare keyword such as `startup`, `post` or `7d`; text of users never goes this way. */
export function bareWord(word: string): string {
  if (!WORD.test(word)) throw new UnsafeScriptName('a word', word, 'letters and digits joined by - . or :');
  return word;
}
