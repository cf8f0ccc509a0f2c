import { typeOfWord, type CommandStatement } from '../../../src/routeros/parser/index.js';
import { RouterOsError } from '../errors.js';
import type { CommandArguments, Step } from '../language/interpreter.js';
import type { Run } from '../language/run.js';
import { Scope } from '../language/scope.js';
import type { ConfigItem } from '../menus/config-item.js';
import type { ConfigMenu } from '../menus/config-menu.js';
import { asArray } from '../menus/generic-commands.js';
import { NIL, NOTHING, RosArray, type RosValue } from '../values/value.js';
import type { VirtualRouter } from '../virtual-router.js';
import type { Account } from './account.js';
import { apiText } from './api-text.js';
import { parseQuery } from './query.js';
import type { Request } from './sentence.js';

/** What a command answers: rows of name and value, and the `=ret=` of its `!done`. */
export interface Answer {
  readonly rows: readonly ReadonlyMap<string, string>[];
  readonly ret?: string;
}

/** Commands whose arguments are properties, where an empty value takes a property away. */
const CHANGING = new Set(['add', 'set']);
/** Commands of the root menu that are more than words of the script language. */
const ROOT_COMMANDS = new Set(['execute', 'import', 'ping', 'resolve']);

export interface Target {
  readonly path: readonly string[];
  readonly command: string;
}

/**
 * The menu and command a path names.
 * @throws RouterOsError in RouterOS' words when this version has none
 */
export function resolveTarget(router: VirtualRouter, text: string): Target {
  const path = text.split('/').slice(1);
  let command = path.pop() ?? '';
  if (command === 'getall') command = 'print';
  const { schema } = router.menus;
  const menu = text.startsWith('/') && !path.some((_, index) => router.lacks(path.slice(0, index + 1))) ? schema.menu(path) : undefined;
  if (!menu) throw new RouterOsError('no such command prefix');
  const wanted = command === 'listen' ? 'print' : command;
  if (!Object.hasOwn(menu, wanted) || typeof menu[wanted] !== 'number' || router.lacks([...path, wanted]))
    throw new RouterOsError('no such command');
  if (path.length === 0 && !ROOT_COMMANDS.has(command)) throw new RouterOsError('no such command');
  return { path, command };
}

/** Runs a command in the menus that scripts run in. */
export function* execute(router: VirtualRouter, run: Run, account: Account, target: Target, request: Request): Step<Answer> {
  const { path, command } = target;
  if (path.length === 0) return answerOf(yield* runBuiltin(run, command, request), command, request);
  const menu = router.menus.menu(path);
  if (command === 'print') return yield* print(router, run, account, menu, request);
  const args = argumentsOf(router, menu, command, request);
  return answerOf(yield* router.menus.execute(run, path, command, args), command, request);
}

/** What `print` answers now, by id (`''` in a menu without items): what `listen` compares. */
export function snapshot(menu: ConfigMenu, account: Account, request: Request): Map<string, ReadonlyMap<string, string>> {
  const query = parseQuery(request.query);
  const items = menu.singleton ? [menu.single] : menu.items;
  return new Map(
    items
      .filter((item) => !query || query(item))
      .map((item) => [menu.singleton ? '' : item.id, rowOf(menu, account, asArray(item), request)]),
  );
}

function* print(router: VirtualRouter, run: Run, account: Account, menu: ConfigMenu, request: Request): Step<Answer> {
  const args = argumentsOf(router, menu, 'print', request);
  args.flags.add('as-value');
  const query = parseQuery(request.query);
  if (query) args.where = function* (item: ConfigItem): Step<boolean> { return query(item); }; // prettier-ignore
  const value = yield* router.menus.execute(run, menu.path, 'print', args);
  if (!(value instanceof RosArray)) return { rows: [], ret: apiText(value) };
  const rows = menu.singleton ? [value] : value.list.filter((row): row is RosArray => row instanceof RosArray);
  return { rows: rows.map((row) => rowOf(menu, account, row, request)) };
}

function rowOf(menu: ConfigMenu, account: Account, row: RosArray, { proplist }: Request): ReadonlyMap<string, string> {
  const out = new Map<string, string>();
  for (const [name, value] of row.keyed) {
    if (proplist && !proplist.has(name)) continue;
    // passwords of users are never shown, other secrets to those who may see them
    if (menu.spec.sensitive.includes(name) && (menu.spec.unexported.includes(name) || !account.policies.has('sensitive'))) continue;
    out.set(name, apiText(value));
  }
  return out;
}

/** The words of a request as the arguments a script would give. @throws RouterOsError for a name the command lacks */
function argumentsOf(router: VirtualRouter, menu: ConfigMenu, command: string, request: Request): CommandArguments {
  const names = router.menus.schema.argumentNames(menu.path, command) ?? [];
  const known = new Set(names);
  const reference = ['numbers', 'number', 'from'].find((name) => known.has(name));
  const args: CommandArguments = { named: new Map(), unnamed: [], flags: new Set(), negated: new Set(request.negated) };
  for (const [word, text] of request.args) {
    if (word === '.id' && (reference !== undefined || menu.singleton)) {
      if (reference !== undefined) args.named.set(reference, text);
      continue;
    }
    if (!known.has(word)) throw new RouterOsError(`unknown parameter ${word}`);
    const argument = router.menus.schema.argument(menu.path, command, word);
    const isFlag =
      !CHANGING.has(command) && argument?.desc === '' && !argument.values && (text === '' || text === 'yes' || text === 'true');
    if (isFlag) args.flags.add(word);
    else args.named.set(word, text);
  }
  for (const name of request.negated) if (!known.has(name)) throw new RouterOsError(`unknown parameter ${name}`);
  return args;
}

function* runBuiltin(run: Run, command: string, request: Request): Step {
  const names = new Set(run.router.menus.schema.argumentNames([], command));
  const args = [...request.args].map(([name, text]) => {
    if (!names.has(name)) throw new RouterOsError(`unknown parameter ${name}`);
    if (name === 'as-string' || name === 'as-value') return { name, at: 0, flag: true };
    return { name, at: 0, value: { kind: 'literal' as const, at: 0, text, quoted: true, value: name === 'script' ? { type: 'str' as const, value: text } : typeOfWord(text) } }; // prettier-ignore
  });
  const statement: CommandStatement = {
    kind: 'command',
    at: 0,
    lead: '/',
    words: [],
    args: [],
    resolved: { kind: 'command', path: [], command, args },
  };
  return yield* run.interpreter.statements([statement], new Scope());
}

function answerOf(value: RosValue, command: string, request: Request): Answer {
  if (command === 'ping') return { rows: pingRows(Number(value), request) };
  return value === NOTHING || value === NIL ? { rows: [] } : { rows: [], ret: apiText(value) };
}

/** One row for each packet that was sent. */
function pingRows(received: number, { args }: Request): ReadonlyMap<string, string>[] {
  const sent = Number(args.get('count') ?? 4) || 0;
  return Array.from({ length: sent }, (_, index) => {
    const arrived = Math.min(index + 1, received);
    const row = new Map([['seq', String(index)], ['host', args.get('address') ?? '']]); // prettier-ignore
    if (index < received) row.set('size', '56').set('ttl', '64').set('time', '1ms');
    else row.set('status', 'timeout');
    return row
      .set('sent', String(index + 1))
      .set('received', String(arrived))
      .set('packet-loss', String(Math.round((100 * (index + 1 - arrived)) / (index + 1))));
  });
}
