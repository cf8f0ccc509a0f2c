import { parseTime, typeOfWord, type LiteralValue } from '../../../src/routeros/parser/index.js';
import { RouterOsError } from '../errors.js';
import { RosIp, RosIp6, RosPrefix } from './address.js';
import { NIL, NOTHING, RosArray, RosId, RosTime, toText, type RosValue } from './value.js';

/** A literal of the syntax tree as a value. */
export function fromLiteral(literal: LiteralValue): RosValue {
  switch (literal.type) {
    case 'num':
    case 'bool':
    case 'str':
      return literal.value;
    case 'time':
      return new RosTime(literal.value);
    case 'ip':
      return RosIp.parse(literal.value)!;
    case 'ip-prefix':
      return RosPrefix.parse(literal.value)!;
    case 'id':
      return new RosId(literal.value);
    default:
      return RosIp6.parse(literal.value)!;
  }
}

/** The value a text would be if it stood in a script unquoted. */
export const infer = (text: string): RosValue => fromLiteral(typeOfWord(text));

export const isEmpty = (value: RosValue): boolean => value === NIL || value === NOTHING;

/** A number for arithmetic; text that looks like one counts (`"5" + 10`). */
export function toNumber(value: RosValue): number | undefined {
  if (typeof value === 'number') return value;
  if (isEmpty(value)) return 0;
  if (typeof value === 'string' && /^-?\d+$/.test(value)) return Number(value);
  if (typeof value === 'string' && /^0x[0-9a-fA-F]+$/.test(value)) return Number(value);
  return undefined;
}

/** Microseconds; a bare number means seconds. */
export function toTime(value: RosValue): number | undefined {
  if (value instanceof RosTime) return value.us;
  if (typeof value === 'number') return value * 1e6;
  if (typeof value !== 'string') return undefined;
  return /^\d+(\.\d+)?$/.test(value) ? Math.round(Number(value) * 1e6) : parseTime(value);
}

/** What a condition must be. @throws RouterOsError when it is no boolean. */
export function toCondition(value: RosValue): boolean {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'yes') return true;
  if (value === 'false' || value === 'no') return false;
  if (typeof value === 'number') return value !== 0;
  if (isEmpty(value)) return false;
  throw new RouterOsError('conditional not boolean');
}

/** `:toarray` and everything that wants a list: text is parted at commas. */
export function toList(value: RosValue, delimiter = ','): RosArray {
  if (value instanceof RosArray) return value;
  if (isEmpty(value)) return new RosArray();
  if (typeof value !== 'string') return new RosArray([value]);
  return new RosArray(value === '' ? [] : value.split(delimiter).map((part) => (delimiter === ',' ? inferElement(part.trim()) : part)));
}

const inferElement = (text: string): RosValue => {
  const value = infer(text);
  return typeof value === 'boolean' ? text : value;
};

export const booleanOf = (text: string): boolean | undefined =>
  text === 'yes' || text === 'true' ? true : text === 'no' || text === 'false' ? false : undefined;

/** Equality as `=` sees it: a text is read as the other side's type when it can be. */
export function looselyEqual(a: RosValue, b: RosValue): boolean {
  if (typeof a === typeof b && typeof a !== 'object') return a === b;
  if (isEmpty(a) || isEmpty(b))
    return isEmpty(a) ? isEmpty(b) || (typeof b === 'string' && b === '') || (b instanceof RosArray && b.length === 0) : looselyEqual(b, a);
  if (typeof a === 'boolean' || typeof b === 'boolean') {
    const [flag, other] = typeof a === 'boolean' ? [a, b] : [b as boolean, a];
    return typeof other === 'string' && booleanOf(other) === flag;
  }
  if (a instanceof RosTime || b instanceof RosTime) {
    const [x, y] = [toTime(a), toTime(b)];
    return x !== undefined && x === y;
  }
  if (typeof a === 'number' || typeof b === 'number') {
    const [x, y] = [toNumber(a), toNumber(b)];
    if (x !== undefined && y !== undefined) return x === y;
  }
  return toText(a) === toText(b);
}
