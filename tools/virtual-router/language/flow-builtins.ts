import type { Expression, ResolvedArgument } from '../../../src/routeros/parser/index.js';
import { RouterOsError, UnsupportedByVirtualRouter } from '../errors.js';
import { toCondition, toList, toNumber, toTime } from '../values/convert.js';
import { NOTHING, RosArray, RosCode, RosTime, toText, type RosValue } from '../values/value.js';
import type { Builtin } from './builtins.js';
import type { Interpreter, Step } from './interpreter.js';
import { Scope } from './scope.js';
import { ExitSignal, LoopSignal, ReturnSignal } from './signals.js';

const named = (args: ResolvedArgument[], name: string): Expression | undefined => args.find((arg) => arg.name === name)?.value;
const unnamed = (args: ResolvedArgument[], index = 0): Expression | undefined => args.filter((arg) => arg.name === undefined)[index]?.value;

/** Runs a loop's body; false when the loop ends here. */
function* body(interpreter: Interpreter, block: Expression | undefined, scope: Scope): Step<boolean> {
  try {
    yield* interpreter.block(block, scope);
    return true;
  } catch (signal) {
    if (!(signal instanceof LoopSignal)) throw signal;
    return signal.kind === 'continue';
  }
}

const variableName = (target: Expression | undefined): string => (target?.kind === 'literal' ? target.text : '');

/** The value `:local x …` gives: a function, what was written, or nothing. */
function* initial(interpreter: Interpreter, args: ResolvedArgument[], target: Expression | undefined, scope: Scope): Step {
  const code = named(args, 'do');
  if (code?.kind === 'block') return new RosCode(code, false);
  const value = args.find((arg) => arg.value !== target && (arg.name === undefined || arg.name === 'value'))?.value;
  if (!value) return NOTHING;
  const result = yield* interpreter.evaluate(value, scope);
  return result instanceof RosArray ? result.copy() : result;
}

const declare = (global: boolean): Builtin =>
  function* (interpreter, args, scope) {
    const target = named(args, 'name') ?? unnamed(args);
    const name = variableName(target);
    const given = args.some((arg) => arg.value !== target);
    const value = yield* initial(interpreter, args, target, scope);
    if (!global) scope.declare(name, value);
    else {
      const slot = interpreter.run.router.globalSlot(name);
      scope.bind(name, slot);
      if (given) slot.value = value;
    }
    return NOTHING;
  };

const catchable = (error: unknown): error is RouterOsError => error instanceof RouterOsError;

export const FLOW: Readonly<Record<string, Builtin>> = {
  local: declare(false),
  global: declare(true),

  *set(interpreter, args, scope) {
    const target = named(args, 'name') ?? unnamed(args);
    const value = yield* initial(interpreter, args, target, scope);
    yield* interpreter.assign(target!, value, scope);
    return NOTHING;
  },

  *if(interpreter, args, scope) {
    const condition = toCondition(yield* interpreter.evaluate((named(args, 'condition') ?? unnamed(args))!, scope));
    const branch = named(args, condition ? 'do' : 'else');
    return branch ? yield* interpreter.block(branch, scope) : NOTHING;
  },

  *while(interpreter, args, scope) {
    const condition = (named(args, 'condition') ?? unnamed(args))!;
    while (toCondition(yield* interpreter.evaluate(condition, scope))) if (!(yield* body(interpreter, named(args, 'do'), scope))) break;
    return NOTHING;
  },

  *for(interpreter, args, scope) {
    const name = variableName(named(args, 'counter') ?? unnamed(args));
    const number = function* (argument: string, fallback: number): Step<number> {
      const expression = named(args, argument);
      const value = expression ? toNumber(yield* interpreter.evaluate(expression, scope)) : fallback;
      if (value === undefined) throw new RouterOsError(`invalid value for argument ${argument}`);
      return value;
    };
    const from = yield* number('from', 0);
    const to = yield* number('to', 0);
    const step = yield* number('step', from <= to ? 1 : -1);
    if (step === 0) throw new RouterOsError('invalid value for argument step');
    for (let i = from; step > 0 ? i <= to : i >= to; i += step) {
      const inner = new Scope(scope);
      inner.declare(name, i);
      if (!(yield* body(interpreter, named(args, 'do'), inner))) break;
    }
    return NOTHING;
  },

  *foreach(interpreter, args, scope) {
    const names = variableName(named(args, 'counter') ?? unnamed(args)).split(',');
    const list = toList(yield* interpreter.evaluate(named(args, 'in')!, scope));
    for (const [key, value] of [...list.entries()]) {
      const inner = new Scope(scope);
      if (names.length > 1) inner.declare(names[0]!, key);
      inner.declare(names.at(-1)!, value);
      if (!(yield* body(interpreter, named(args, 'do'), inner))) break;
    }
    return NOTHING;
  },

  *do(interpreter, args, scope) {
    const block = named(args, 'command') ?? unnamed(args);
    const onError = named(args, 'on-error');
    const again = named(args, 'while');
    const when = named(args, 'if');
    if (when && !toCondition(yield* interpreter.evaluate(when, scope))) return NOTHING;
    try {
      if (!again) return yield* interpreter.block(block, scope);
      do {
        if (!(yield* body(interpreter, block, scope))) break;
      } while (toCondition(yield* interpreter.evaluate(again, scope)));
      return NOTHING;
    } catch (error) {
      if (!onError || !catchable(error)) throw error;
      return yield* interpreter.block(onError, scope);
    }
  },

  *onerror(interpreter, args, scope) {
    const names = variableName(named(args, 'error') ?? unnamed(args)).split(',');
    try {
      yield* interpreter.block(named(args, 'in') ?? unnamed(args, 1), scope);
      return false;
    } catch (error) {
      if (!catchable(error)) throw error;
      const inner = new Scope(scope);
      inner.declare(names[0]!, error.message);
      if (names[1]) inner.declare(names[1], RosArray.of(error.attributes as Record<string, RosValue>));
      yield* interpreter.block(named(args, 'do'), inner);
      return true;
    }
  },

  *retry(interpreter, args, scope) {
    const command = named(args, 'command') ?? unnamed(args);
    const max = named(args, 'max') ? (toNumber(yield* interpreter.evaluate(named(args, 'max')!, scope)) ?? 1) : 1;
    const delay = named(args, 'delay') ? (toTime(yield* interpreter.evaluate(named(args, 'delay')!, scope)) ?? 0) : 0;
    for (let attempt = 1; ; attempt++) {
      try {
        return yield* interpreter.block(command, scope);
      } catch (error) {
        if (!catchable(error)) throw error;
        if (attempt < max) yield interpreter.run.router.clock.sleep(delay / 1000, interpreter.run.abort.signal);
        else if (named(args, 'on-error')) return yield* interpreter.block(named(args, 'on-error'), scope);
        else throw error;
      }
    }
  },

  *time(interpreter, args, scope) {
    const start = interpreter.run.router.clock.now();
    yield* interpreter.block(named(args, 'command') ?? unnamed(args), scope);
    return new RosTime((interpreter.run.router.clock.now() - start) * 1000);
  },

  *return(interpreter, args, scope) {
    const value = named(args, 'value') ?? unnamed(args);
    // RouterOS waits for the value to be typed in
    if (!value) throw new UnsupportedByVirtualRouter(':return without a value hangs unattended');
    throw new ReturnSignal(yield* interpreter.evaluate(value, scope));
  },

  *error(interpreter, args, scope) {
    const message = named(args, 'message') ?? unnamed(args);
    throw new RouterOsError(message ? toText(yield* interpreter.evaluate(message, scope)) : '');
  },

  *break() {
    throw new LoopSignal('break');
  },
  *continue() {
    throw new LoopSignal('continue');
  },
  *exit() {
    throw new ExitSignal();
  },
  *quit() {
    throw new ExitSignal();
  },
  *nothing() {
    return NOTHING;
  },
};
