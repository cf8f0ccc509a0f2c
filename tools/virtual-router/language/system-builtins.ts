import type { ResolvedArgument } from '../../../src/routeros/parser/index.js';
import { RouterOsError } from '../errors.js';
import { RosIp, RosIp6 } from '../values/address.js';
import { toNumber, toTime } from '../values/convert.js';
import { NOTHING, RosCode, RosTime, toText } from '../values/value.js';
import type { Builtin } from './builtins.js';
import type { Interpreter, Step } from './interpreter.js';
import { Scope } from './scope.js';

/** The text of code given in braces or as a value. */
function* sourceOf(interpreter: Interpreter, args: ResolvedArgument[], name: string, scope: Scope): Step<string> {
  const value = args.find((arg) => arg.name === name)?.value ?? args.find((arg) => arg.name === undefined)?.value;
  if (!value) throw new RouterOsError(`missing value(s) of argument(s) ${name}`);
  if (value.kind === 'block') return value.source;
  const code = yield* interpreter.evaluate(value, scope);
  return code instanceof RosCode ? code.body.source : toText(code);
}

/** Runs a file's text as `/import` does; every error comes out as "Script Error". */
export function* importText(interpreter: Interpreter, text: string, dryRun: boolean): Step {
  const { run } = interpreter;
  try {
    const script = run.compile(text, false);
    if (!dryRun) yield* run.script(script, new Scope());
  } catch (error) {
    if (error instanceof RouterOsError)
      throw new RouterOsError(error.message.startsWith('Script Error') ? error.message : `Script Error: ${error.message}`);
    throw error;
  }
  run.print(dryRun ? 'No errors found' : 'Script file loaded and executed successfully');
  return NOTHING;
}

export const SYSTEM: Readonly<Record<string, Builtin>> = {
  *put(interpreter, args, scope) {
    const { named, unnamed } = yield* interpreter.values(args, scope);
    interpreter.run.print(toText(named.get('message') ?? unnamed[0] ?? NOTHING));
    return NOTHING;
  },

  *parse(interpreter, args, scope) {
    const { named, unnamed } = yield* interpreter.values(args, scope);
    const source = toText(named.get('value') ?? unnamed[0] ?? '');
    const script = interpreter.run.compile(source, true);
    return new RosCode({ source, statements: script.statements }, true);
  },

  *execute(interpreter, args, scope) {
    const { run } = interpreter;
    const source = yield* sourceOf(interpreter, args, 'script', scope);
    if (source.length > 64 * 1024) throw new RouterOsError('failure: script too long');
    const file = args.find((arg) => arg.name === 'file')?.value;
    if (!args.some((arg) => arg.name === 'as-string')) {
      const target = file ? toText(yield* interpreter.evaluate(file, scope)) : undefined;
      return run.router.jobs.background(source, target);
    }
    const mark = run.mark();
    try {
      yield* run.script(run.compile(source, false), new Scope());
    } catch (error) {
      if (!(error instanceof RouterOsError)) throw error;
      run.print(error.message);
    }
    return run.takeOutput(mark);
  },

  *import(interpreter, args, scope) {
    const { named, unnamed, flags } = yield* interpreter.values(args, scope);
    const name = toText(named.get('file-name') ?? unnamed[0] ?? '');
    const file = interpreter.run.router.files.read(name);
    if (file === undefined) throw new RouterOsError(`cannot open script file`);
    const from = toNumber(named.get('from-line') ?? 1) ?? 1;
    const text =
      from > 1
        ? file
            .split('\n')
            .slice(from - 1)
            .join('\n')
        : file;
    return yield* importText(interpreter, text, flags.has('dry-run'));
  },

  *delay(interpreter, args, scope) {
    const { named, unnamed } = yield* interpreter.values(args, scope);
    const us = toTime(named.get('delay-time') ?? unnamed[0] ?? 1);
    if (us === undefined) throw new RouterOsError('invalid value for argument delay-time');
    yield interpreter.run.router.clock.sleep(us / 1000, interpreter.run.abort.signal);
    return NOTHING;
  },

  *resolve(interpreter, args, scope) {
    const { named, unnamed } = yield* interpreter.values(args, scope);
    const name = toText(named.get('domain-name') ?? unnamed[0] ?? '');
    const address = yield* interpreter.run.router.resolveName(name);
    return RosIp.parse(address) ?? RosIp6.parse(address) ?? address;
  },

  *timestamp(interpreter) {
    return new RosTime(interpreter.run.router.wallTime() * 1000);
  },

  *rndnum(interpreter, args, scope) {
    const { named, unnamed } = yield* interpreter.values(args, scope);
    const from = toNumber(named.get('from') ?? unnamed[0] ?? 0) ?? 0;
    const to = toNumber(named.get('to') ?? unnamed[1] ?? 4_294_967_295) ?? 0;
    return from + Math.floor(interpreter.run.router.random() * (to - from + 1));
  },

  *rndstr(interpreter, args, scope) {
    const { named, unnamed } = yield* interpreter.values(args, scope);
    const length = toNumber(named.get('length') ?? unnamed[0] ?? 16) ?? 16;
    const from = toText(named.get('from') ?? 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789');
    return Array.from({ length }, () => from[Math.floor(interpreter.run.router.random() * from.length)]).join('');
  },

  *jobname(interpreter) {
    return interpreter.run.name;
  },

  *beep() {
    return NOTHING;
  },

  *export(interpreter, args, scope) {
    const { named, flags } = yield* interpreter.values(args, scope);
    return interpreter.run.router.exportCommand(interpreter.run, [], named, flags);
  },

  *ping(interpreter, args, scope) {
    const { named, unnamed } = yield* interpreter.values(args, scope);
    return interpreter.run.router.ping(interpreter.run, named.get('address') ?? unnamed[0] ?? '', named.get('count'));
  },
};
