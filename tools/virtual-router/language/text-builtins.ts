import { RouterOsError } from '../errors.js';
import { RosIp, RosIp6, RosPrefix } from '../values/address.js';
import { isEmpty, looselyEqual, toList, toNumber, toTime } from '../values/convert.js';
import { NIL, NOTHING, RosArray, RosId, RosTime, toText, typeOf, type RosValue } from '../values/value.js';
import type { Builtin } from './builtins.js';

type Values = { named: Map<string, RosValue>; unnamed: RosValue[]; flags: Set<string> };

/** A builtin that only computes: its arguments evaluated, positions named in order. */
const pure = (positions: string[], compute: (get: (name: string) => RosValue | undefined, values: Values) => RosValue): Builtin =>
  function* (interpreter, args, scope) {
    const values = yield* interpreter.values(args, scope);
    const free = positions.filter((name) => !values.named.has(name));
    values.unnamed.forEach((value, index) => values.named.set(free[index] ?? `#${index}`, value));
    return compute((name) => values.named.get(name), values);
  };

function length(value: RosValue): number {
  if (value instanceof RosArray) return value.length;
  return toText(value).length;
}

function pick(value: RosValue, begin: number, end: number | undefined): RosValue {
  if (value instanceof RosArray) {
    if (end === undefined) return value.get(begin);
    return new RosArray(value.list.slice(Math.max(0, begin), end));
  }
  const text = toText(value);
  return text.slice(Math.max(0, begin), end ?? begin + 1);
}

/** Position of the first match past `from`; a keyed element answers its key. */
function find(where: RosValue, what: RosValue, from: number): RosValue {
  if (where instanceof RosArray) {
    for (const [key, element] of where.entries()) if ((typeof key === 'string' || key > from) && looselyEqual(element, what)) return key;
    return NIL;
  }
  const position = toText(where).indexOf(toText(what), from + 1);
  return position === -1 ? NIL : position;
}

export const toId = (value: RosValue): RosValue => {
  if (value instanceof RosId) return value;
  const text = typeof value === 'number' ? `*${value.toString(16).toUpperCase()}` : toText(value);
  return /^\*[0-9a-fA-F]+$/.test(text) ? new RosId(text.toUpperCase()) : NIL;
};

export const TEXT: Readonly<Record<string, Builtin>> = {
  len: pure(['value'], (get) => length(get('value') ?? NIL)),
  typeof: pure(['value'], (get) => typeOf(get('value') ?? NOTHING)),
  tostr: pure(['value'], (get) => toText(get('value') ?? NIL)),

  pick: pure(['counter', 'begin', 'end'], (get, values) => {
    const begin = toNumber(get('begin') ?? 0);
    const given = get('end');
    const end = given === undefined ? undefined : isEmpty(given) ? Infinity : toNumber(given);
    if (begin === undefined) throw new RouterOsError('invalid value for argument begin');
    return pick(get('counter') ?? get('value') ?? values.unnamed[0] ?? NIL, begin, end);
  }),

  find: pure(['in', 'key', 'from'], (get) => find(get('in') ?? NIL, get('key') ?? NIL, toNumber(get('from') ?? -1) ?? -1)),

  tonum: pure(['value'], (get) => {
    const value = get('value') ?? NIL;
    if (typeof value === 'number') return value;
    if (value instanceof RosTime) return Math.trunc(value.us / 1e6);
    if (value instanceof RosIp) return value.value;
    if (value instanceof RosId) return parseInt(value.text.slice(1), 16);
    if (typeof value !== 'string' || value === '') return NIL;
    return toNumber(value) ?? NIL;
  }),

  // numbers only: `[:tobool "yes"]` is nil
  tobool: pure(['value'], (get) => {
    const value = get('value') ?? NIL;
    return typeof value === 'boolean' ? value : typeof value === 'number' ? value !== 0 : NIL;
  }),

  toip: pure(['value'], (get) => {
    const value = get('value') ?? NIL;
    if (value instanceof RosIp) return value;
    if (value instanceof RosPrefix) return new RosIp(value.network);
    if (typeof value === 'number') return new RosIp(value >>> 0);
    return RosIp.parse(toText(value)) ?? NIL;
  }),

  toip6: pure(['value'], (get) => {
    const value = get('value') ?? NIL;
    return value instanceof RosIp6 ? value : (RosIp6.parse(toText(value)) ?? NIL);
  }),

  totime: pure(['value'], (get) => {
    const us = toTime(get('value') ?? NIL);
    return us === undefined ? NIL : new RosTime(us);
  }),

  tonsec: pure(['value'], (get) => {
    const us = toTime(get('value') ?? NIL);
    return us === undefined ? NIL : us * 1000;
  }),

  toid: pure(['value'], (get) => toId(get('value') ?? NIL)),
  toarray: pure(['value'], (get) => toList(get('value') ?? NIL, get('delimiter') === undefined ? ',' : toText(get('delimiter')!))),
  tolf: pure(['input'], (get) => toText(get('input') ?? '').replaceAll('\r\n', '\n')),
  tocrlf: pure(['input'], (get) => toText(get('input') ?? '').replace(/\r?\n/g, '\r\n')),

  range: pure(['from', 'to'], (get) => {
    const [from, to] = [toNumber(get('from') ?? 0) ?? 0, toNumber(get('to') ?? 0) ?? 0];
    return new RosArray(Array.from({ length: Math.abs(to - from) + 1 }, (_, i) => (from <= to ? from + i : from - i)));
  }),
};

export { pure };
