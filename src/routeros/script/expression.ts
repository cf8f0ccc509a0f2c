import type { Command, Condition, Node, Operator } from './ast.js';
import { argumentName, bareWord, menuPath, UnprintableScriptValue, variableName, verbName } from './names.js';
import { Script } from './script.js';

/** A value that is more than a literal. Only the functions of this file make one, so text cannot pass for it. */
export class Expression {
  readonly #node: Node;

  /** @internal */
  constructor(node: Node) {
    this.#node = node;
  }

  /** @internal */
  get node(): Node {
    return this.#node;
  }
}

/**
 * What an argument or operand may be. A JS string is always a quoted literal, a boolean yes/no (true/false in expressions), an array
 * a comma list (an array value in expressions). Code goes in as `codeString(script)`.
 */
export type Value = string | number | boolean | Expression | readonly Value[];

/** Arguments by RouterOS name; `undefined` leaves one out. */
export type Arguments = Readonly<Record<string, Value | undefined>>;

/** Which items: a name, an expression (`v('id')`, `find(…)`) or the properties they have. */
export type Target = string | Expression | Where;

export type Comparable = Value | Comparison;
/** Properties that must all hold. `{}` means every item. */
export type Where = Readonly<Record<string, Comparable>>;

export class Comparison {
  /** @internal */
  constructor(
    readonly operator: '=' | '!=' | '~' | '<' | '>',
    readonly value: Value,
  ) {}
}

/** `property~"pattern"`, a POSIX regular expression. */
export const matches = (pattern: Value): Comparison => new Comparison('~', pattern);
export const differs = (value: Value): Comparison => new Comparison('!=', value);

/** @throws UnprintableScriptValue a number that RouterOS cannot hold exactly: it knows 64-bit integers only */
export function toNode(value: Value): Node {
  if (value instanceof Expression) return value.node;
  if (typeof value === 'string') return { kind: 'string', value };
  if (typeof value === 'boolean') return { kind: 'boolean', value };
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value))
      throw new UnprintableScriptValue(`${value} is not a whole number; RouterOS calculates with 64-bit integers.`);
    return { kind: 'number', value };
  }
  if (Array.isArray(value)) return { kind: 'list', items: (value as readonly Value[]).map(toNode) };
  throw new UnprintableScriptValue(
    'A script value is text, a whole number, yes/no, a list of these or an expression of the script builder.',
  );
}

const expression = (node: Node): Expression => new Expression(node);

/** The variable `$name`. */
export const v = (name: string): Expression => expression({ kind: 'variable', name: variableName(name) });
/** A bare keyword: `startup`, `post`. For constants of ours, never for text from outside. */
export const word = (text: string): Expression => expression({ kind: 'word', value: bareWord(text) });
/** An array value, `{"a";"b"}`; as an argument of a menu command a comma list. */
export const array = (items: readonly Value[]): Expression => expression({ kind: 'list', items: items.map(toNode) });
/** A keyed array. Keys are always quoted: upper-case ones must be (manual: Scripting). RouterOS keeps the elements sorted by key. */
export const map = (entries: Readonly<Record<string, Value>>): Expression =>
  expression({ kind: 'map', entries: Object.entries(entries).map(([key, value]) => [key, toNode(value)] as const) });

/** A text that is told when the script's form is filled in: see `ScriptForm`. Not inside `codeString`. */
export const blank = (name: string): Expression => expression({ kind: 'blank', name: variableName(name) });

/** A duration such as `1d2h30s`. @throws UnprintableScriptValue for a negative or fractional number of seconds */
export function seconds(total: number): Expression {
  if (!Number.isSafeInteger(total) || total < 0)
    throw new UnprintableScriptValue(`${total} s is no duration; give whole seconds from 0 on.`);
  const parts = [
    [Math.floor(total / 604_800), 'w'],
    [Math.floor(total / 86_400) % 7, 'd'],
    [Math.floor(total / 3_600) % 24, 'h'],
    [Math.floor(total / 60) % 60, 'm'],
    [total % 60, 's'],
  ] as const;
  const text = parts.map(([count, unit]) => (count > 0 ? `${count}${unit}` : '')).join('');
  return expression({ kind: 'word', value: text === '' ? '0s' : text });
}

/** Text with variables in it: ``text`try ${v('n')} of 10` ``. */
export function text(strings: TemplateStringsArray, ...values: readonly (Expression | string | number)[]): Expression {
  const parts: (string | { readonly name: string })[] = [strings[0] ?? ''];
  values.forEach((value, i) => {
    const last = parts.pop();
    const before = typeof last === 'string' ? last : '';
    const after = strings[i + 1] ?? '';
    if (!(value instanceof Expression)) {
      parts.push(before + String(value) + after);
    } else if (value.node.kind === 'variable') {
      parts.push(before, { name: value.node.name }, after);
    } else {
      throw new UnprintableScriptValue('text`…` takes variables, texts and numbers; join other expressions with concat().');
    }
  });
  return expression({ kind: 'text', parts: parts.filter((part) => part !== '') });
}

const operation =
  (operator: Operator) =>
  (...operands: readonly Value[]): Expression =>
    expression({ kind: 'operation', operator, operands: operands.map(toNode) });

export const concat = operation('.');
/** Both sides are always evaluated (no short circuit): nest `if` where the second needs the first. */
export const and = operation('&&');
/** Both sides are always evaluated. */
export const or = operation('||');
export const plus = operation('+');
export const minus = operation('-');
export const equal = (a: Value, b: Value): Expression => operation('=')(a, b);
export const unequal = (a: Value, b: Value): Expression => operation('!=')(a, b);
export const less = (a: Value, b: Value): Expression => operation('<')(a, b);
export const greater = (a: Value, b: Value): Expression => operation('>')(a, b);
export const like = (a: Value, pattern: Value): Expression => operation('~')(a, pattern);
export const not = (a: Value): Expression => expression({ kind: 'not', operand: toNode(a) });
/** Element of an array: `($a->"key")`; missing keys give nothing and raise no error. */
export const at = (a: Value, key: Value): Expression => operation('->')(a, key);

/** `[:name …]`, a built-in command that gives a value. */
export function builtin(name: string, ...values: readonly Value[]): Expression {
  return builtinWith(name, {}, ...values);
}
/** The same with named arguments: `[:convert $text transform=md5 to=hex]`. */
export function builtinWith(name: string, args: Arguments, ...values: readonly Value[]): Expression {
  return commandValue({
    kind: 'command',
    path: [],
    verb: verbName(name),
    positional: values.map(toNode),
    named: namedNodes(args),
    flags: [],
  });
}
export const len = (value: Value): Expression => builtin('len', value);
export const typeOf = (value: Value): Expression => builtin('typeof', value);
export const toText = (value: Value): Expression => builtin('tostr', value);
export const toNumber = (value: Value): Expression => builtin('tonum', value);
export const toArray = (value: Value): Expression => builtin('toarray', value);
export const pick = (value: Value, from: Value, to?: Value): Expression =>
  to === undefined ? builtin('pick', value, from) : builtin('pick', value, from, to);
/** True when `needle` occurs in `haystack`. */
export const contains = (haystack: Value, needle: Value): Expression => equal(typeOf(builtin('find', haystack, needle)), 'num');
/** Text or `codeString(…)` made into a function at run time: what does not parse is an error that can be caught. */
export const parsed = (code: Value | Script): Expression => builtin('parse', code instanceof Script ? codeString(code) : code);
/** What the function in a variable returns. */
export const resultOf = (name: string, args: Arguments = {}): Expression =>
  expression({ kind: 'call', call: { kind: 'call', name: variableName(name), named: namedNodes(args) } });

/** A script as a quoted string, for on-event=, source= and the like; escaped once more for each level. */
export const codeString = (script: Script): Expression => expression({ kind: 'code', body: script.body });

/** `[/menu verb …]` as a value. */
export function command(
  path: string,
  verb: string,
  options: { target?: Target; property?: string; args?: Arguments; flags?: readonly string[] } = {},
): Expression {
  return commandValue(commandNode(path, verb, options));
}

/** One property of an item, or of the whole menu when `target` is null (`/system identity get name`). */
export const get = (path: string, target: Target | null, property?: string): Expression =>
  command(path, 'get', { ...(target === null ? {} : { target }), ...(property === undefined ? {} : { property }) });

/** `[/menu find where …]`. @throws UnprintableScriptValue a variable that is named like a property: RouterOS would compare the property with itself */
export function find(path: string, where: Where = {}): Expression {
  return expression({ kind: 'query', path: menuPath(path), where: conditionOf([where]) });
}

/** Items for which one of the conditions holds. */
export function findAny(path: string, ...alternatives: readonly Where[]): Expression {
  return expression({ kind: 'query', path: menuPath(path), where: conditionOf(alternatives) });
}

function commandValue(command: Command): Expression {
  return expression({ kind: 'command', command });
}

/** @internal shared with the builder */
export function commandNode(
  path: string,
  verb: string,
  options: { target?: Target; property?: string; args?: Arguments; flags?: readonly string[] },
): Command {
  const { target, property, args = {}, flags = [] } = options;
  return {
    kind: 'command',
    path: menuPath(path),
    verb: verbName(verb),
    positional: [
      ...(target === undefined ? [] : [targetNode(path, target)]),
      ...(property === undefined ? [] : [{ kind: 'word', value: argumentName(property) } as const]),
    ],
    named: namedNodes(args),
    flags: flags.map(argumentName),
  };
}

/** @internal shared with the builder */
export function namedNodes(args: Arguments): (readonly [string, Node])[] {
  return Object.entries(args).flatMap(([name, value]) => (value === undefined ? [] : [[argumentName(name), toNode(value)] as const]));
}

function targetNode(path: string, target: Target): Node {
  if (typeof target === 'string') return { kind: 'string', value: target };
  if (target instanceof Expression) return target.node;
  return find(path, target).node;
}

function conditionOf(alternatives: readonly Where[]): Condition | null {
  const conditions = alternatives.flatMap((where): Condition[] => {
    const all = Object.entries(where).map(([property, wanted]): Condition => {
      const comparison = wanted instanceof Comparison ? wanted : new Comparison('=', wanted);
      const value = toNode(comparison.value);
      if (value.kind === 'variable' && value.name === property) {
        throw new UnprintableScriptValue(
          `find where ${property}=$${property} compares the property with itself; give the variable another name.`,
        );
      }
      return { kind: 'compare', property: argumentName(property), operator: comparison.operator, value };
    });
    if (all.length === 0) return [];
    return [all.length === 1 ? (all[0] as Condition) : { kind: 'joined', operator: '&&', conditions: all }];
  });
  if (conditions.length === 0 || conditions.length < alternatives.length) return null;
  return conditions.length === 1 ? (conditions[0] as Condition) : { kind: 'joined', operator: '||', conditions };
}
