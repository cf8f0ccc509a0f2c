import { RosIp, RosIp6, RosPrefix } from './address.js';
import type { Block } from '../../../src/routeros/parser/index.js';

/** The result of a failed search or conversion (`[:find "a" "b"]`): an empty value of type nil. */
export const NIL: unique symbol = Symbol('nil');
/** What an unset variable or a missing array key gives: type nothing. */
export const NOTHING: unique symbol = Symbol('nothing');

/** A duration in whole microseconds. */
export class RosTime {
  constructor(readonly us: number) {}
}

/** An item's identity, `*1A`. */
export class RosId {
  constructor(readonly text: string) {}
}

/** `do={…}` (type array, as RouterOS reports it) or what `:parse` gives (type code). */
export class RosCode {
  constructor(
    readonly body: Pick<Block, 'source' | 'statements'>,
    readonly parsed: boolean,
  ) {}
}

/** Positional elements in order, keyed ones sorted by key. */
export class RosArray {
  constructor(
    readonly list: RosValue[] = [],
    readonly keyed: Map<string, RosValue> = new Map(),
  ) {}

  static of(record: Record<string, RosValue>): RosArray {
    return new RosArray([], new Map(Object.entries(record)));
  }

  get length(): number {
    return this.list.length + this.keyed.size;
  }

  sortedKeys(): string[] {
    return [...this.keyed.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }

  /** All elements in RouterOS' order with their keys (numbers for positional ones). */
  *entries(): Generator<[number | string, RosValue]> {
    for (let i = 0; i < this.list.length; i++) yield [i, this.list[i]!];
    for (const key of this.sortedKeys()) yield [key, this.keyed.get(key)!];
  }

  get(key: RosValue): RosValue {
    if (typeof key === 'number') return this.list[key < 0 ? this.list.length + key : key] ?? this.keyed.get(String(key)) ?? NOTHING;
    return this.keyed.get(toText(key)) ?? NOTHING;
  }

  copy(): RosArray {
    return new RosArray(
      this.list.map((value) => (value instanceof RosArray ? value.copy() : value)),
      new Map([...this.keyed].map(([key, value]) => [key, value instanceof RosArray ? value.copy() : value])),
    );
  }
}

/**
 * A value of the RouterOS language. Strings hold one byte a character, as RouterOS counts them; text is converted at
 * the router's borders (`toBytes`, `fromBytes`).
 */
export type RosValue =
  string | number | boolean | RosTime | RosIp | RosPrefix | RosIp6 | RosId | RosArray | RosCode | typeof NIL | typeof NOTHING;

/** What `:typeof` answers. */
export function typeOf(value: RosValue): string {
  switch (typeof value) {
    case 'string':
      return 'str';
    case 'number':
      return 'num';
    case 'boolean':
      return 'bool';
    case 'symbol':
      return value === NIL ? 'nil' : 'nothing';
    default:
      if (value instanceof RosArray) return 'array';
      if (value instanceof RosTime) return 'time';
      if (value instanceof RosIp) return 'ip';
      if (value instanceof RosPrefix) return 'ip-prefix';
      if (value instanceof RosIp6) return value.bits === undefined ? 'ip6' : 'ip6-prefix';
      if (value instanceof RosId) return 'id';
      return value.parsed ? 'code' : 'array';
  }
}

const two = (n: number): string => String(n).padStart(2, '0');

/** `1w2d03:04:05`, with a fraction when there is one: how `:put` shows a time. */
export function timeText(us: number): string {
  const sign = us < 0 ? '-' : '';
  const total = Math.abs(us);
  const seconds = Math.floor(total / 1e6);
  const fraction = total % 1e6;
  const weeks = Math.floor(seconds / 604_800);
  const days = Math.floor((seconds % 604_800) / 86_400);
  const clock = `${two(Math.floor((seconds % 86_400) / 3600))}:${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
  const tail = fraction === 0 ? '' : `.${String(fraction).padStart(6, '0').replace(/000$/, '')}`;
  return `${sign}${weeks ? `${weeks}w` : ''}${days ? `${days}d` : ''}${clock}${tail}`;
}

/** `1w2d3h4m5s`: how menus and /export show a time. */
export function intervalText(us: number): string {
  if (us === 0) return '0s';
  let rest = Math.abs(us);
  let out = us < 0 ? '-' : '';
  for (const [unit, size] of [
    ['w', 604_800e6],
    ['d', 86_400e6],
    ['h', 3_600e6],
    ['m', 60e6],
    ['s', 1e6],
    ['ms', 1e3],
    ['us', 1],
  ] as const) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count) out += `${count}${unit}`;
  }
  return out;
}

/** The text of a value: what `.` and `:tostr` see. */
export function toText(value: RosValue): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
      return String(value);
    case 'symbol':
      return '';
    default:
      if (value instanceof RosArray) {
        const parts: string[] = [];
        for (const [key, element] of value.entries()) parts.push(typeof key === 'number' ? toText(element) : `${key}=${toText(element)}`);
        return parts.join(';');
      }
      if (value instanceof RosTime) return timeText(value.us);
      if (value instanceof RosId) return value.text;
      if (value instanceof RosCode) return value.parsed ? `(evl ${value.body.source})` : `;(evl ${value.body.source})`;
      return value.toString();
  }
}

const ASCII = /^[\x00-\x7f]*$/;

/** Text to the byte strings scripts work with (UTF-8). */
export const toBytes = (text: string): string => (ASCII.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1'));

/** Byte strings back to text. */
export const fromBytes = (bytes: string): string => (ASCII.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8'));
