import type {
  Argument,
  CommandStatement,
  Expression,
  ResolvedArgument,
  ResolvedCommand,
  Statement,
} from '../../../src/routeros/parser/index.js';
import { RouterOsError } from '../errors.js';
import type { ConfigItem } from '../menus/config-item.js';
import { fromLiteral, isEmpty } from '../values/convert.js';
import { binary, concatenate, order, unary } from '../values/operators.js';
import { NIL, NOTHING, RosArray, RosCode, toText, typeOf, type RosValue } from '../values/value.js';
import { BUILTIN_COMMANDS } from './builtins.js';
import type { Run } from './run.js';
import { Scope } from './scope.js';
import { ReturnSignal } from './signals.js';

/** Code in progress: yields what must be awaited, so that scripts which wait for nothing run straight through. */
export type Step<T = RosValue> = Generator<Promise<unknown>, T, unknown>;

/** Arguments of a command with their values. Bare words keep their text: what they mean is up to the command. */
export interface CommandArguments {
  named: Map<string, RosValue>;
  unnamed: RosValue[];
  flags: Set<string>;
  negated: Set<string>;
  /** Tells whether an item meets the `where` clause. */
  where?: (item: ConfigItem) => Step<boolean>;
}

type CommandCall = Extract<ResolvedCommand, { kind: 'command' }>;

export class Interpreter {
  constructor(readonly run: Run) {}

  /** Runs statements; answers the value of the last one, which is what `[…]` gives. */
  *statements(statements: Statement[], scope: Scope): Step {
    let value: RosValue = NOTHING;
    for (const statement of statements) {
      if (this.run.tick()) yield new Promise((resolve) => setImmediate(resolve));
      if (statement.kind === 'command') value = yield* this.command(statement, scope);
      else if (statement.kind === 'call') value = yield* this.callStatement(statement.callee, statement.args, scope);
      else value = yield* this.statements(statement.block.statements, new Scope(scope));
    }
    return value;
  }

  private *command(statement: CommandStatement, scope: Scope): Step {
    const { resolved } = statement;
    if (!resolved) throw new Error('the script was not resolved');
    if (resolved.kind === 'menu') {
      if (statement.block) yield* this.statements(statement.block.statements, new Scope(scope));
      return NOTHING;
    }
    if (resolved.path.length === 0) {
      const builtin = BUILTIN_COMMANDS[resolved.command];
      if (builtin) return yield* builtin(this, resolved.args, scope);
    }
    const args = yield* this.menuArguments(resolved, scope);
    return yield* this.run.router.menus.execute(this.run, resolved.path, resolved.command, args);
  }

  *menuArguments(resolved: CommandCall, scope: Scope): Step<CommandArguments> {
    const args: CommandArguments = { named: new Map(), unnamed: [], flags: new Set(), negated: new Set() };
    for (const arg of resolved.args) {
      if (arg.where) {
        const clause = arg.where;
        args.where = (item) => this.condition(clause, item, scope);
      } else if (arg.negated) args.negated.add(arg.name!);
      else if (arg.flag || !arg.value) args.flags.add(arg.name!);
      else {
        const value = yield* this.menuValue(arg.value, scope);
        if (arg.name === undefined) args.unnamed.push(value);
        else args.named.set(arg.name, value);
      }
    }
    return args;
  }

  /** A value as a menu takes it: bare words stay text, code in braces is stored as its source. */
  private *menuValue(expression: Expression, scope: Scope): Step {
    if (expression.kind === 'literal') return expression.text;
    if (expression.kind === 'block') return expression.source;
    return yield* this.evaluate(expression, scope);
  }

  /** `$function a name=b`: positional arguments are `$1`…, named ones keep their names, `$0` is how it was called. */
  private *callStatement(callee: Expression, args: Argument[], scope: Scope): Step {
    const target = yield* this.evaluate(callee, scope);
    if (!(target instanceof RosCode)) {
      if (args.length > 0 && isEmpty(target)) return NOTHING;
      return target;
    }
    const inner = new Scope();
    inner.declare('0', callee.kind === 'variable' ? callee.name : '');
    let position = 1;
    for (const arg of args) {
      if (!arg.value) continue;
      const value = arg.value.kind === 'block' ? new RosCode(arg.value, false) : yield* this.evaluate(arg.value, scope);
      inner.declare(arg.name ?? String(position++), value);
    }
    return yield* this.callCode(target, inner);
  }

  *callCode(code: RosCode, scope: Scope): Step {
    this.run.enter();
    try {
      const value = yield* this.statements(code.body.statements, scope);
      // a function without :return gives nothing; text from :parse gives its last value
      return code.parsed ? value : NOTHING;
    } catch (signal) {
      if (signal instanceof ReturnSignal) return signal.value;
      throw signal;
    } finally {
      this.run.leave();
    }
  }

  *evaluate(expression: Expression, scope: Scope, item?: ConfigItem): Step {
    switch (expression.kind) {
      case 'literal':
        return fromLiteral(expression.value);
      case 'variable':
        if (item && !scope.find(expression.name) && item.has(expression.name)) return item.get(expression.name);
        // a variable named like a property is the property: `find where name=$name` finds everything
        if (item?.knows(expression.name)) return item.get(expression.name);
        return scope.read(expression.name);
      case 'property':
        return item ? item.get(expression.name) : expression.name;
      case 'interpolation': {
        let text = '';
        for (const part of expression.parts) text += part.kind === 'literal' ? part.text : toText(yield* this.evaluate(part, scope));
        return text;
      }
      case 'concatenation': {
        let value: RosValue = '';
        for (const part of expression.parts)
          value = concatenate(value, part.kind === 'literal' ? part.text : yield* this.evaluate(part, scope));
        return value;
      }
      case 'substitution':
        return yield* this.substitution(expression.statements, scope);
      case 'array':
        return yield* this.array(expression, scope);
      case 'unary':
        return unary(expression.operator, yield* this.evaluate(expression.operand, scope, item));
      case 'binary': {
        const left = yield* this.evaluate(expression.left, scope, item);
        const right = yield* this.evaluate(expression.right, scope, item);
        if (expression.operator === '->') return left instanceof RosArray ? left.get(right) : NOTHING;
        return binary(expression.operator, left, right);
      }
      case 'block':
        return new RosCode(expression, false);
      default:
        return NIL;
    }
  }

  private *substitution(statements: Statement[], scope: Scope): Step {
    if (statements.length === 0) return NIL;
    const value = yield* this.statements(statements, scope);
    return value;
  }

  private *array(expression: Extract<Expression, { kind: 'array' }>, scope: Scope): Step {
    const array = new RosArray();
    for (const { key, value } of expression.entries) {
      const element = yield* this.evaluate(value, scope);
      if (!key) array.list.push(element);
      else array.keyed.set(key.kind === 'literal' ? key.text : toText(yield* this.evaluate(key, scope)), element);
    }
    return array;
  }

  /** Whether an item meets a clause; a property an item does not have meets no comparison of size. */
  *condition(expression: Expression, item: ConfigItem, scope: Scope): Step<boolean> {
    if (expression.kind === 'binary') {
      const { operator } = expression;
      if (operator === '&&')
        return (yield* this.condition(expression.left, item, scope)) && (yield* this.condition(expression.right, item, scope));
      if (operator === '||')
        return (yield* this.condition(expression.left, item, scope)) || (yield* this.condition(expression.right, item, scope));
      if (operator === '<' || operator === '>' || operator === '<=' || operator === '>=') {
        const left = yield* this.evaluate(expression.left, scope, item);
        const right = yield* this.evaluate(expression.right, scope, item);
        if (isEmpty(left)) return false;
        const difference = order(left, right);
        return operator === '<'
          ? difference < 0
          : operator === '>'
            ? difference > 0
            : operator === '<='
              ? difference <= 0
              : difference >= 0;
      }
    }
    if (expression.kind === 'unary' && expression.operator === '!') return !(yield* this.condition(expression.operand, item, scope));
    const value = yield* this.evaluate(expression, scope, item);
    if (typeof value === 'boolean') return value;
    if (typeof value === 'number') return value !== 0;
    return !isEmpty(value) && toText(value) !== '' && value !== 'no' && value !== 'false';
  }

  /** Runs a block in a scope of its own. */
  *block(value: Expression | undefined, scope: Scope): Step {
    if (value?.kind === 'block') return yield* this.statements(value.statements, new Scope(scope));
    if (value === undefined) return NOTHING;
    const code = yield* this.evaluate(value, scope);
    if (code instanceof RosCode) return yield* this.callCode(code, new Scope());
    if (typeof code === 'string') return yield* this.statements(this.run.compile(code, true).statements, new Scope(scope));
    throw new RouterOsError(`cannot run ${typeOf(code)}`);
  }

  /** Assigns to a variable or, through `->`, into the array it holds. */
  *assign(target: Expression, value: RosValue, scope: Scope): Step<void> {
    const stored = value instanceof RosArray ? value.copy() : value;
    if (target.kind === 'literal' || target.kind === 'variable') {
      const name = target.kind === 'literal' ? target.text : target.name;
      const slot = scope.find(name);
      if (slot) slot.value = stored;
      else scope.declare(name, stored);
      return;
    }
    const keys: RosValue[] = [];
    let base: Expression = target;
    while (base.kind === 'binary' && base.operator === '->') {
      keys.unshift(yield* this.evaluate(base.right, scope));
      base = base.left;
    }
    if (base.kind !== 'variable' || keys.length === 0) throw new RouterOsError('cannot assign to this expression');
    const slot = scope.find(base.name);
    if (!slot) throw new RouterOsError(`undeclared variable ${base.name}`);
    if (!(slot.value instanceof RosArray)) slot.value = new RosArray();
    let array = slot.value;
    for (const key of keys.slice(0, -1)) {
      let next = array.get(key);
      if (!(next instanceof RosArray)) store(array, key, (next = new RosArray()));
      array = next;
    }
    store(array, keys.at(-1)!, stored);
  }

  /** The evaluated values of a builtin's arguments: `get('from')`, unnamed ones by position. */
  *values(args: ResolvedArgument[], scope: Scope): Step<{ named: Map<string, RosValue>; unnamed: RosValue[]; flags: Set<string> }> {
    const named = new Map<string, RosValue>();
    const unnamed: RosValue[] = [];
    const flags = new Set<string>();
    for (const arg of args) {
      if (arg.flag || !arg.value) flags.add(arg.name!);
      else if (arg.name === undefined) unnamed.push(yield* this.evaluate(arg.value, scope));
      else named.set(arg.name, yield* this.evaluate(arg.value, scope));
    }
    return { named, unnamed, flags };
  }
}

/** Puts an element in place; nothing takes it out (`:set ($a->"k")`). */
function store(array: RosArray, key: RosValue, value: RosValue): void {
  if (typeof key === 'number' && key >= 0 && key <= array.list.length) {
    if (value === NOTHING) array.list.splice(key, 1);
    else array.list[key] = value;
  } else if (typeof key === 'number' && key > array.list.length && value !== NOTHING) {
    while (array.list.length < key) array.list.push(NOTHING);
    array.list.push(value);
  } else if (value === NOTHING) array.keyed.delete(toText(key));
  else array.keyed.set(toText(key), value);
}
