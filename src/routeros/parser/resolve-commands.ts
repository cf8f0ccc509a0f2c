import { CommandSchema, matchEnum, matchName, type SchemaMenu } from '../schema/index.js';
import type { Argument, Block, CommandStatement, Expression, ResolvedArgument, Script, Statement } from './ast.js';
import { BUILTIN_FLAGS, BUILTINS, MENU_VALUES } from './builtins.js';
import { wordLiteral } from './literal.js';
import { ScriptSyntaxError } from './syntax-error.js';
import { VariableScope } from './variable-scope.js';

export interface ResolveOptions {
  /** The menu the script starts in; a terminal remembers it between lines. Default: the root menu. */
  menu?: readonly string[];
  /** Variables that exist beforehand: a terminal's globals, what an event hands to its code. */
  declared?: Iterable<string>;
  /**
   * Whether reading a variable nobody declared is an error. Default true, as the scripting manual says; code that an
   * event or a caller hands variables to is always spared.
   */
  undeclared?: boolean;
  /** Code that gets its variables from outside (event scripts, `:parse`). */
  event?: boolean;
  /** RouterOS 6: no `/a/b` paths. */
  classic?: boolean;
  /** Commands this version lacks although the nearest tree has them, as paths (`onerror`, `system/device-mode`). */
  absent?: ReadonlySet<string>;
}

const ITEM_COMMANDS = new Set(['set', 'remove', 'enable', 'disable', 'get', 'move', 'edit', 'unset', 'comment', 'reset']);
const LISTING_COMMANDS = new Set(['print', 'export', 'monitor', 'monitor-traffic', 'find']);

/**
 * Finds every command of a parsed script in the command tree and writes what it found into the nodes (`resolved`):
 * full names for unique beginnings, arguments checked. RouterOS does this before it runs anything, so one unknown
 * name refuses the whole script.
 * @throws ScriptSyntaxError
 */
export function resolveCommands(script: Script, schema: CommandSchema, options: ResolveOptions = {}): Script {
  const resolver = new Resolver(script.text, schema, options);
  const scope = new VariableScope(undefined, options.event ? 'event' : options.undeclared === false ? 'lenient' : 'script');
  for (const name of options.declared ?? []) scope.declare(name);
  resolver.statements(script.statements, [...(options.menu ?? [])], scope);
  return script;
}

/** Words behind the command are values again; `/import flash/a.rsc` had its path cut at the slashes. */
function unnamedWords(words: CommandStatement['words']): Argument[] {
  const joined: { text: string; at: number }[] = [];
  for (const { text, at, slash } of words) {
    if (slash && joined.length > 0) joined.at(-1)!.text += `/${text}`;
    else joined.push({ text, at });
  }
  return joined.map(({ text, at }) => ({ at, value: wordLiteral(text, at) }));
}

class Resolver {
  constructor(
    private readonly text: string,
    private readonly schema: CommandSchema,
    private readonly options: ResolveOptions,
  ) {}

  /** Resolves statements in order; a bare menu path changes the menu for those after it. Answers the last menu. */
  statements(statements: Statement[], menu: string[], scope: VariableScope): string[] {
    let current = menu;
    for (const statement of statements) {
      if (statement.kind === 'block-statement') this.block(statement.block, current, scope.inner());
      else if (statement.kind === 'call') {
        this.expression(statement.callee, current, scope);
        this.callArguments(statement.args, current, scope);
      } else {
        this.command(statement, current, scope);
        const { resolved } = statement;
        if (resolved?.kind === 'menu' && !statement.block) current = resolved.path;
      }
    }
    return current;
  }

  private fail(reason: string, at: number): never {
    throw new ScriptSyntaxError(reason, this.text, at);
  }

  private block(block: Block, menu: string[], scope: VariableScope): void {
    this.statements(block.statements, menu, scope);
  }

  private command(statement: CommandStatement, menu: string[], scope: VariableScope): void {
    const { words } = statement;
    let args = statement.args;
    let path = statement.lead === '' ? [...menu] : [];
    const all = [...words];
    for (let i = 0; ; i++) {
      if (i === all.length && statement.lead === ':' && this.takeWord(all, args)) args = args.slice(1);
      const word = all[i];
      if (!word) break;
      if (word.slash && this.options.classic) this.fail('expected end of command', word.at - 1);
      if (word.text === '..') {
        path.pop();
        continue;
      }
      let node = this.schema.menu(path);
      let match = node ? this.lookup(path, node, word.text) : undefined;
      if (!match?.ok && i === 0 && statement.lead === '' && path.length > 0) {
        // a builtin written without its colon inside a menu
        const builtin = this.lookup([], this.builtins(), word.text);
        if (builtin.ok) {
          path = [];
          node = this.schema.root;
          match = builtin;
        }
      }
      if (!node || !match?.ok) {
        this.fail(match && !match.ok && match.ambiguous ? `ambiguous command name ${word.text}` : `bad command name ${word.text}`, word.at);
      }
      if (typeof node[match.value] === 'number') {
        const rest = unnamedWords(all.slice(i + 1));
        this.arguments(statement, path, match.value, [...rest, ...args], menu, scope);
        return;
      }
      path.push(match.value);
    }
    if (args.length > 0) this.fail('expected command name', args[0]!.at);
    statement.resolved = { kind: 'menu', path };
    if (statement.block) this.block(statement.block, path, scope.inner());
  }

  /** `:log info "x"`: behind a colon the parser takes one word; further menus stand among the values. */
  private takeWord(words: CommandStatement['words'], args: Argument[]): boolean {
    const value = args[0]?.name === undefined ? args[0]?.value : undefined;
    if (value?.kind !== 'literal' || value.quoted) return false;
    words.push({ text: value.text, at: value.at });
    return true;
  }

  private builtinMenu?: SchemaMenu;
  private builtins(): SchemaMenu {
    this.builtinMenu ??= Object.fromEntries(Object.entries(this.schema.root).filter(([, node]) => typeof node === 'number'));
    return this.builtinMenu;
  }

  private lookup(path: string[], node: SchemaMenu, word: string): ReturnType<typeof matchName> {
    const { absent } = this.options;
    const prefix = path.length === 0 ? '' : `${path.join('/')}/`;
    if (Object.hasOwn(node, word) && !absent?.has(prefix + word)) return { ok: true, value: word };
    const names = Object.keys(node).filter((name) => name.startsWith(word) && !absent?.has(prefix + name));
    return matchName(names, word);
  }

  private arguments(
    statement: CommandStatement,
    path: string[],
    command: string,
    args: Argument[],
    menu: string[],
    scope: VariableScope,
  ): void {
    const resolved: ResolvedArgument[] = [];
    statement.resolved = { kind: 'command', path, command, args: resolved };
    if (path.length === 0 && command === 'find') args = this.builtinFind(args);
    const names = this.schema.argumentNames(path, command)!;
    const shape = path.length === 0 ? BUILTINS[command] : undefined;
    const seen = new Set<string>();
    let values = 0;
    let dotted = '';
    for (const arg of args) {
      let name = arg.name;
      let flag = false;
      if (name !== undefined) {
        if (name.startsWith('.') && dotted !== '' && names.includes(dotted + name)) name = dotted + name;
        const match = matchName(names, name);
        if (!match.ok) this.fail(match.ambiguous ? `ambiguous argument name ${name}` : 'expected end of command', arg.at);
        name = match.value;
        if (name.includes('.') && !name.startsWith('.')) dotted = name.slice(0, name.indexOf('.'));
      } else if (arg.value?.kind === 'literal' && !arg.value.quoted) {
        const found = this.flagName(path, command, arg.value.text, names, values, shape !== undefined);
        if (found !== undefined) {
          name = found;
          flag = true;
        }
      }
      if (name !== undefined) {
        if (seen.has(name)) this.fail(`duplicate argument ${name}`, arg.at);
        seen.add(name);
        if (!flag && arg.value) this.checkEnum(path, command, name, arg.value);
      } else {
        values++;
        if (values > this.maxValues(path, command, names, shape?.values)) this.fail('expected end of command', arg.at);
      }
      resolved.push(flag ? { at: arg.at, name, flag } : { ...arg, name });
    }
    for (const need of shape?.needs ?? []) if (!seen.has(need)) this.fail(`missing value(s) of argument(s) ${need}`, statement.at);
    if (shape && path.length === 0) this.builtin(command, resolved, menu, scope, statement.at);
    else for (const arg of resolved) this.value(arg, path, scope);
  }

  /** `[find $text "x"]` in the root menu is the builtin: its values were read as conditions side by side. */
  private builtinFind(args: Argument[]): Argument[] {
    const out: Argument[] = [];
    const flatten = (expression: Expression): void => {
      if (expression.kind === 'binary' && expression.operator === '&&') {
        flatten(expression.left);
        flatten(expression.right);
      } else
        out.push({ at: expression.at, value: expression.kind === 'property' ? wordLiteral(expression.name, expression.at) : expression });
    };
    for (const arg of args) {
      if (arg.where) flatten(arg.where);
      else out.push(arg);
    }
    return out;
  }

  /** The full name when a bare word is a switch (`as-value`, `detail`, `fib`), undefined when it is a value. */
  private flagName(path: string[], command: string, word: string, names: string[], values: number, builtin: boolean): string | undefined {
    if (builtin) return BUILTIN_FLAGS.has(word) && names.includes(word) ? word : undefined;
    if (LISTING_COMMANDS.has(command)) {
      const match = matchName(names, word);
      return match.ok ? match.value : undefined;
    }
    if (!names.includes(word)) return undefined;
    if (ITEM_COMMANDS.has(command) && command !== 'set') return undefined;
    if (command === 'set' && values === 0 && names.includes('numbers')) return undefined;
    if (command === 'add' || command === 'set') {
      const argument = this.schema.argument(path, command, word)!;
      if (argument.values || (argument.desc !== '' && argument.desc !== 'switch')) return undefined;
    }
    return word;
  }

  private maxValues(path: string[], command: string, names: string[], builtin: number | undefined): number {
    if (builtin !== undefined) return builtin;
    const known = MENU_VALUES[[...path, command].join('/')];
    if (known !== undefined) return known;
    if (command === 'move' || command === 'comment') return 2;
    let count = names.includes('numbers') || names.includes('number') ? 1 : 0;
    if (names.includes('value-name')) count++;
    if (count > 0) return count;
    if (command === 'add' || command === 'set' || command === 'print' || command === 'export') return 0;
    return path[0] === 'log' ? 1 : names.length;
  }

  private checkEnum(path: string[], command: string, name: string, value: Expression): void {
    if (value.kind !== 'literal' || command === 'print' || command === 'find' || name === 'numbers' || name === 'number') return;
    const argument = this.schema.argument(path, command, name);
    if (!argument) return;
    const match = matchEnum(argument, name, value.text);
    if (match.ok) return;
    this.fail(
      match.ambiguous
        ? `ambiguous value of ${name}, more than one possible value matches input`
        : `input does not match any value of ${name}`,
      value.at,
    );
  }

  // ---- what stands in the arguments ----

  private value(arg: Argument, menu: string[], scope: VariableScope): void {
    if (arg.where) this.expression(arg.where, menu, scope.inner('lenient'));
    if (arg.value) this.expression(arg.value, menu, scope);
  }

  private callArguments(args: Argument[], menu: string[], scope: VariableScope): void {
    for (const arg of args) this.value(arg, menu, scope);
  }

  private builtin(command: string, args: ResolvedArgument[], menu: string[], scope: VariableScope, at: number): void {
    const unnamed = args.filter((arg) => arg.name === undefined);
    if (command === 'local' || command === 'global' || command === 'set') {
      this.declaration(command, args, unnamed, menu, scope, at);
      return;
    }
    const shape = BUILTINS[command]!;
    const loop = command === 'for' || command === 'foreach' || command === 'onerror';
    const inner = scope.inner();
    if (loop) {
      const names = unnamed[0]?.value ?? args.find((arg) => arg.name === 'counter' || arg.name === 'error')?.value;
      if (names?.kind !== 'literal') this.fail('expected variable name', names?.at ?? at);
      for (const name of names.text.split(',')) inner.declare(name.trim());
    }
    for (const arg of args) {
      if (loop && arg === unnamed[0]) continue;
      const value = arg.value;
      const body = value?.kind === 'block';
      const inline = body && shape.inline !== undefined && (arg.name === undefined || shape.inline.includes(arg.name));
      if (inline) this.block(value, menu, arg.name === 'do' || arg.name === 'on-error' ? inner.inner() : scope.inner());
      else if (body) this.block(value, [], scope.inner('event'));
      else this.value(arg, menu, scope);
    }
  }

  private declaration(
    command: string,
    args: ResolvedArgument[],
    unnamed: ResolvedArgument[],
    menu: string[],
    scope: VariableScope,
    at: number,
  ): void {
    const named = args.find((arg) => arg.name === 'name');
    const target = named?.value ?? unnamed[0]?.value;
    if (!target) this.fail('expected variable name', at);
    const name = target.kind === 'literal' ? target.text : undefined;
    if (name === undefined && (command !== 'set' || target.kind === 'array')) this.fail('expected variable name', target.at);
    if (name !== undefined && target.kind === 'literal' && !target.quoted && !/^[A-Za-z0-9]+$/.test(name))
      this.fail('expected end of command', target.at);
    if (command === 'set' && name !== undefined && !scope.isDeclared(name)) this.fail(`undeclared variable ${name}`, target.at);
    if (name === undefined) this.expression(target, menu, scope);
    // a function may call itself by a global name only, yet its own name is known while its body is read
    if (name !== undefined && command !== 'set') scope.declare(name);
    for (const arg of args) {
      if (arg.value === target) continue;
      if (arg.name === 'do' && arg.value?.kind === 'block') this.block(arg.value, menu, scope.inner('function'));
      else this.value(arg, menu, scope);
    }
  }

  private expression(expression: Expression, menu: string[], scope: VariableScope): void {
    switch (expression.kind) {
      case 'variable':
        if (!scope.isReadable(expression.name)) this.fail(`undeclared variable ${expression.name}`, expression.at);
        return;
      case 'interpolation':
      case 'concatenation':
        for (const part of expression.parts) this.expression(part, menu, scope);
        return;
      case 'substitution':
        this.statements(expression.statements, menu, scope);
        return;
      case 'array':
        for (const { key, value } of expression.entries) {
          if (key) this.expression(key, menu, scope);
          this.expression(value, menu, scope);
        }
        return;
      case 'unary':
        this.expression(expression.operand, menu, scope);
        return;
      case 'binary':
        this.expression(expression.left, menu, scope);
        this.expression(expression.right, menu, scope);
        return;
      case 'block':
        this.block(expression, [], scope.inner('event'));
        return;
      default:
    }
  }
}
