import type { Block, Command, Node, Statement } from './ast.js';
import {
  at,
  codeString,
  commandNode,
  equal,
  Expression,
  namedNodes,
  parsed,
  toNode,
  type Arguments,
  type Target,
  type Value,
  v,
} from './expression.js';
import { variableName, verbName } from './names.js';
import { Script } from './script.js';

export type Body = (s: ScriptBuilder) => void;
export type LogLevel = 'debug' | 'info' | 'warning' | 'error';
/** Code given as a callback or a finished script. */
export type Code = Body | Script;

/**
 * The one way text becomes a script:
 *
 * ```ts
 * script((s) => s.set('/ip/service', { name: 'ssh' }, { disabled: false, port: 22, address: ['10.0.0.0/8'] })).toString()
 * // /ip service set [/ip service find where name="ssh"] disabled=no port=22 address=10.0.0.0/8
 * ```
 * @throws UnsafeScriptName a menu, argument or variable name that is none
 * @throws UnprintableScriptValue a value RouterOS has no form for
 */
export function script(body: Body): Script {
  const builder = new ScriptBuilder();
  body(builder);
  return new Script(builder.statements);
}

export class ScriptBuilder {
  readonly #statements: Statement[] = [];

  /** @internal */
  get statements(): readonly Statement[] {
    return this.#statements;
  }

  // -- menus

  add(path: string, args: Arguments): this {
    return this.command(path, 'add', { args });
  }

  /** `target` null sets the menu itself, as in `/ip dns set`. Nothing happens, without an error, when nothing is found. */
  set(path: string, target: Target | null, args: Arguments): this {
    return this.command(path, 'set', target === null ? { args } : { target, args });
  }

  remove(path: string, target: Target): this {
    return this.command(path, 'remove', { target });
  }

  enable(path: string, target: Target): this {
    return this.command(path, 'enable', { target });
  }

  disable(path: string, target: Target): this {
    return this.command(path, 'disable', { target });
  }

  move(path: string, target: Target, destination: Value): this {
    return this.command(path, 'move', { target, args: { destination } });
  }

  /** Any command of a menu: `s.command('/tool', 'fetch', { args: { url } })`. */
  command(path: string, verb: string, options: { target?: Target; args?: Arguments; flags?: readonly string[] } = {}): this {
    return this.push(commandNode(path, verb, options));
  }

  // -- variables and output

  /** `:local name value`; without a value the variable is declared and holds nothing. */
  local(name: string, value?: Value): this {
    return this.root('local', [nameNode(name), ...(value === undefined ? [] : [toNode(value)])]);
  }

  /** A function of this script. It sees its named arguments and nothing of the outside (globals must be declared again inside). */
  localFunction(name: string, body: Code): this {
    return this.root('local', [nameNode(name)], [['do', block(body)]]);
  }

  /** Declares a global, or sets it when a value is given. Globals outlive the script until the next boot. */
  global(name: string, value?: Value): this {
    return this.root('global', [nameNode(name), ...(value === undefined ? [] : [toNode(value)])]);
  }

  globalFunction(name: string, body: Code): this {
    return this.root('global', [nameNode(name)], [['do', block(body)]]);
  }

  /** `:set name value` for a declared variable. */
  assign(name: string, value: Value): this {
    return this.root('set', [nameNode(name), toNode(value)]);
  }

  /** `:set ($name->key) value`: one element of an array variable. */
  assignElement(name: string, key: Value, value: Value): this {
    return this.root('set', [at(v(name), key).node, toNode(value)]);
  }

  /** Runs the function in a variable. */
  call(name: string, args: Arguments = {}): this {
    return this.push({ kind: 'call', name: variableName(name), named: namedNodes(args) });
  }

  put(value: Value): this {
    return this.root('put', [toNode(value)]);
  }

  log(level: LogLevel, message: Value): this {
    return this.root('log', [{ kind: 'word', value: verbName(level) }, toNode(message)]);
  }

  /** Raises an error: ends everything up to the next guard, or the script with this text in the terminal. */
  error(message: Value): this {
    return this.root('error', [toNode(message)]);
  }

  /** A bare `:return` waits for input, so a value is always given. */
  return(value: Value = ''): this {
    return this.root('return', [toNode(value)]);
  }

  delay(duration: Expression): this {
    return this.root('delay', [toNode(duration)]);
  }

  /** Runs text in the background: its errors cannot be caught here, and nothing of it shows in the terminal. At most 64 kB. */
  execute(code: Value | Script): this {
    return this.root('execute', [], [['script', toNode(code instanceof Script ? codeString(code) : code)]]);
  }

  // -- control

  if(condition: Value, then: Code, otherwise?: Code): this {
    return this.root(
      'if',
      [conditionNode(condition)],
      [['do', block(then)], ...(otherwise === undefined ? [] : [['else', block(otherwise)] as const])],
    );
  }

  while(condition: Value, body: Code): this {
    return this.root('while', [conditionNode(condition)], [['do', block(body)]]);
  }

  foreach(name: string, list: Value, body: Code): this {
    return this.root(
      'foreach',
      [nameNode(name)],
      [
        ['in', toNode(list)],
        ['do', block(body)],
      ],
    );
  }

  /** `:foreach key,value in=…`: the elements of a keyed array. */
  foreachPair(key: string, value: string, list: Value, body: Code): this {
    return this.root(
      'foreach',
      [{ kind: 'word', value: `${variableName(key)},${variableName(value)}` }],
      [
        ['in', toNode(list)],
        ['do', block(body)],
      ],
    );
  }

  /** Counts from `from` to `to` inclusive. RouterOS counts down only with an explicit step, so one is always written. */
  for(name: string, from: number, to: number, body: Code): this {
    return this.root(
      'for',
      [nameNode(name)],
      [
        ['from', toNode(from)],
        ['to', toNode(to)],
        ['step', toNode(from <= to ? 1 : -1)],
        ['do', block(body)],
      ],
    );
  }

  /** `:do {…} on-error={…}`: catches errors of running commands on every version, but tells nothing about them. */
  tryDo(body: Code, onError: Code = () => undefined): this {
    return this.root('do', [block(body)], [['on-error', block(onError)]]);
  }

  /** `:onerror name in={…} do={…}`: the error's text is in `$name`. RouterOS 7.13 and later only: a parse error of the whole script before. */
  onError(name: string, body: Code, onError: Code): this {
    return this.root(
      'onerror',
      [nameNode(name)],
      [
        ['in', block(body)],
        ['do', block(onError)],
      ],
    );
  }

  /**
   * Code that may not parse on this router (a menu of another version, package or board): placed in a string and run by `:parse`, so
   * that not knowing it is an error that is caught here. It sees none of the outer variables.
   */
  guardedParse(code: Script, onError: Code = () => undefined): this {
    return this.tryDo((s) => s.runText(parsed(code)), onError);
  }

  /** Runs a parsed function, `parsed(v('answer'))`, in its own scope. */
  runText(fn: Expression): this {
    return this.block((s) => s.local('run', fn).call('run'));
  }

  block(body: Code): this {
    return this.push(block(body));
  }

  /** Another script's statements, in place. */
  append(other: Script): this {
    for (const statement of other.body) this.#statements.push(statement);
    return this;
  }

  /** Only in the readable form. */
  comment(text: string): this {
    return this.push({ kind: 'comment', text });
  }

  private root(verb: string, positional: readonly (Node | Block)[], named: readonly (readonly [string, Node | Block])[] = []): this {
    return this.push({ kind: 'command', path: [], verb, positional, named, flags: [] } satisfies Command);
  }

  private push(statement: Statement): this {
    this.#statements.push(statement);
    return this;
  }
}

function block(code: Code): Block {
  return { kind: 'block', body: code instanceof Script ? code.body : script(code).body };
}

function nameNode(name: string): Node {
  return { kind: 'word', value: variableName(name) };
}

/** `:if` and `:while` need a boolean in parentheses. */
function conditionNode(condition: Value): Node {
  const node = toNode(condition);
  return node.kind === 'operation' || node.kind === 'not' ? node : equal(condition, true).node;
}
