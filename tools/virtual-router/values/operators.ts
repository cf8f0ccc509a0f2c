import type { BinaryOperator, UnaryOperator } from '../../../src/routeros/parser/index.js';
import { RouterOsError, UnsupportedByVirtualRouter } from '../errors.js';
import { RosIp, RosIp6, RosPrefix } from './address.js';
import { isEmpty, looselyEqual, toCondition, toNumber, toTime, infer } from './convert.js';
import { NIL, RosArray, RosTime, toText, typeOf, type RosValue } from './value.js';

/** 64-bit signed wrap-around, exact as long as the result fits a double. */
const wrap = (value: bigint): number => Number(BigInt.asIntN(64, value));
const big = (value: number): bigint => BigInt(value);

function mismatch(verb: string, a: RosValue, b: RosValue): never {
  throw new RouterOsError(`cannot ${verb} ${typeOf(a)} ${verb === 'compare' ? 'and' : verb === 'subtract' ? 'from' : 'to'} ${typeOf(b)}`);
}

function arithmetic(operator: '+' | '-' | '*' | '/' | '%', a: RosValue, b: RosValue): RosValue {
  if (a instanceof RosTime || b instanceof RosTime) return timeArithmetic(operator, a, b);
  if (a instanceof RosIp && operator === '-' && b instanceof RosIp) return a.value - b.value;
  if (a instanceof RosIp && (operator === '+' || operator === '-')) {
    const n = toNumber(b);
    if (n !== undefined) return new RosIp((a.value + (operator === '+' ? n : -n)) >>> 0);
  }
  const [x, y] = [toNumber(a), toNumber(b)];
  if (x === undefined || y === undefined) {
    // text that holds a time counts as one
    if (typeof a === 'string' && infer(a) instanceof RosTime) return arithmetic(operator, infer(a), b);
    if (typeof b === 'string' && infer(b) instanceof RosTime) return arithmetic(operator, a, infer(b));
    mismatch({ '+': 'add', '-': 'subtract', '*': 'multiply', '/': 'divide', '%': 'divide' }[operator], a, b);
  }
  if ((operator === '/' || operator === '%') && y === 0) throw new RouterOsError('division by zero');
  const result =
    operator === '+' ? x + y : operator === '-' ? x - y : operator === '*' ? x * y : operator === '/' ? Math.trunc(x / y) : x % y;
  if (Number.isSafeInteger(result)) return result === 0 ? 0 : result;
  const [p, q] = [big(x), big(y)];
  return wrap(operator === '+' ? p + q : operator === '-' ? p - q : operator === '*' ? p * q : operator === '/' ? p / q : p % q);
}

function timeArithmetic(operator: string, a: RosValue, b: RosValue): RosValue {
  if (operator === '+' || operator === '-') {
    const [x, y] = [toTime(a), toTime(b)];
    if (x !== undefined && y !== undefined) return new RosTime(operator === '+' ? x + y : x - y);
  }
  if (operator === '*' || operator === '/') {
    if (a instanceof RosTime && b instanceof RosTime && operator === '/' && b.us !== 0) return Math.trunc(a.us / b.us);
    const [time, factor] = a instanceof RosTime ? [a.us, toNumber(b)] : [(b as RosTime).us, toNumber(a)];
    if (factor === 0 && operator === '/') throw new RouterOsError('division by zero');
    if (factor !== undefined) return new RosTime(Math.trunc(operator === '*' ? time * factor : time / factor));
  }
  return mismatch({ '+': 'add', '-': 'subtract', '*': 'multiply' }[operator] ?? 'divide', a, b);
}

function bitwise(operator: '&' | '|' | '^' | '<<' | '>>', a: RosValue, b: RosValue): RosValue {
  const ip = a instanceof RosIp;
  const x = ip ? a.value : toNumber(a);
  const y = b instanceof RosIp ? b.value : toNumber(b);
  if (x === undefined || y === undefined) mismatch('apply', a, b);
  const [p, q] = [big(x), big(y)];
  const result = operator === '&' ? p & q : operator === '|' ? p | q : operator === '^' ? p ^ q : operator === '<<' ? p << q : p >> q;
  return ip ? new RosIp(Number(BigInt.asUintN(32, result))) : wrap(result);
}

/** Order of two values of one kind. @throws RouterOsError for texts and unlike types. */
export function order(a: RosValue, b: RosValue): number {
  if (a instanceof RosTime || b instanceof RosTime) {
    const [x, y] = [toTime(a), toTime(b)];
    if (x !== undefined && y !== undefined) return x - y;
  }
  if (a instanceof RosIp && b instanceof RosIp) return a.value - b.value;
  const [x, y] = [toNumber(a), toNumber(b)];
  if (x !== undefined && y !== undefined) return x - y;
  throw new RouterOsError(`cannot compare if ${typeOf(a)} is more than ${typeOf(b)}`);
}

const patterns = new Map<string, RegExp>();

/** `~`: POSIX extended expressions, as far as they and JavaScript's agree (character classes are translated). */
export function matches(text: string, pattern: string): boolean {
  let regexp = patterns.get(pattern);
  if (!regexp) {
    const classes: Record<string, string> = {
      alpha: 'A-Za-z',
      digit: '0-9',
      alnum: 'A-Za-z0-9',
      space: '\\s',
      upper: 'A-Z',
      lower: 'a-z',
      xdigit: '0-9A-Fa-f',
      punct: '!-\\/:-@\\[-`{-~',
    };
    const source = pattern.replace(/\[:(\w+):\]/g, (all, name: string) => classes[name] ?? all);
    try {
      regexp = new RegExp(source, 's');
    } catch {
      throw new RouterOsError('bad regular expression');
    }
    if (patterns.size > 500) patterns.clear();
    patterns.set(pattern, regexp);
  }
  return regexp.test(text);
}

export function within(a: RosValue, b: RosValue): boolean {
  const left: RosValue = typeof a === 'string' ? infer(a) : a;
  const right: RosValue = typeof b === 'string' ? infer(b) : b;
  if (right instanceof RosPrefix && (left instanceof RosIp || left instanceof RosPrefix)) return right.contains(left);
  if (right instanceof RosIp6 && left instanceof RosIp6) return right.contains(left);
  if (right instanceof RosIp && left instanceof RosIp) return right.value === left.value;
  if (right instanceof RosArray) {
    for (const [, element] of right.entries()) if (looselyEqual(element, left)) return true;
    return false;
  }
  if (left instanceof RosIp || left instanceof RosPrefix || left instanceof RosIp6) return false;
  throw new RouterOsError(`cannot check if ${typeOf(a)} is in ${typeOf(b)}`);
}

/** `.`: texts join; on an array it applies to every element. */
export function concatenate(a: RosValue, b: RosValue): RosValue {
  if (a instanceof RosArray) return mapArray(a, (element) => concatenate(element, b));
  if (b instanceof RosArray) return mapArray(b, (element) => concatenate(a, element));
  return toText(a) + toText(b);
}

function mapArray(array: RosArray, change: (value: RosValue) => RosValue): RosArray {
  return new RosArray(array.list.map(change), new Map([...array.keyed].map(([key, value]) => [key, change(value)])));
}

/** `,`: joins arrays, adds elements. */
export function join(a: RosValue, b: RosValue): RosArray {
  const out = new RosArray();
  for (const side of [a, b] as RosValue[]) {
    if (side instanceof RosArray) {
      out.list.push(...side.list);
      for (const [key, value] of side.keyed) out.keyed.set(key, value);
    } else if (!isEmpty(side)) out.list.push(side);
  }
  return out;
}

/** Every binary operator but `->`, which the interpreter needs for assignment too. Both sides are always evaluated. */
export function binary(operator: BinaryOperator, a: RosValue, b: RosValue): RosValue {
  switch (operator) {
    case '+':
    case '-':
    case '*':
    case '/':
    case '%': // prettier-ignore
      return arithmetic(operator, a, b);
    case '&':
    case '|':
    case '^':
    case '<<':
    case '>>': // prettier-ignore
      return bitwise(operator, a, b);
    case '.':
      return concatenate(a, b);
    case ',':
      return join(a, b);
    case '=':
      return looselyEqual(a, b);
    case '!=':
      return !looselyEqual(a, b);
    case '<':
      return order(a, b) < 0;
    case '>':
      return order(a, b) > 0;
    case '<=':
      return order(a, b) <= 0;
    case '>=':
      return order(a, b) >= 0;
    case '~':
      return matches(toText(a), toText(b));
    case 'in':
      return within(a, b);
    case '&&':
      return logical(a) && logical(b);
    case '||':
      return logical(a) || logical(b);
    default:
      return a instanceof RosArray ? a.get(b) : NIL;
  }
}

const logical = (value: RosValue): boolean => {
  if (typeof value === 'number') return value !== 0;
  return toCondition(value);
};

export function unary(operator: UnaryOperator, value: RosValue): RosValue {
  switch (operator) {
    case '!':
      return !logical(value);
    case '-':
      if (value instanceof RosTime) return new RosTime(-value.us);
      return arithmetic('-', 0, value);
    case '~':
      if (value instanceof RosIp) return new RosIp(~value.value >>> 0);
      return wrap(~big(toNumber(value) ?? mismatch('invert', value, value)));
    default:
      throw new UnsupportedByVirtualRouter('the operator >');
  }
}
