import { RouterOsError } from '../errors.js';
import { infer } from '../values/convert.js';
import { fromBytes, NIL, NOTHING, RosArray, RosCode, toBytes, toText, type RosValue } from '../values/value.js';

/**
 * JSON as `:serialize` writes it. Without `keepStrings` a text that looks like a number becomes one, with six decimals
 * (`"123"` gives `123.000000`): a trap RouterOS really sets.
 */
export function toJson(value: RosValue, keepStrings: boolean, indent?: string): string {
  const write = (v: RosValue, pad: string): string => {
    if (v instanceof RosArray) {
      const inner = indent === undefined ? '' : pad + indent;
      const [open, close, comma] = indent === undefined ? ['', '', ','] : [`\n${inner}`, `\n${pad}`, `,\n${inner}`];
      if (v.keyed.size === 0)
        return v.list.length === 0 ? '[]' : `[${open}${v.list.map((element) => write(element, inner)).join(comma)}${close}]`;
      const colon = indent === undefined ? ':' : ': ';
      return `{${open}${[...v.entries()].map(([key, element]) => `${JSON.stringify(fromBytes(String(key)))}${colon}${write(element, inner)}`).join(comma)}${close}}`;
    }
    if (v === NIL || v === NOTHING) return 'null';
    if (typeof v === 'number' || typeof v === 'boolean') return String(v);
    if (v instanceof RosCode) throw new RouterOsError('cannot serialize code');
    const text = toText(v);
    if (typeof v === 'string' && !keepStrings && /^-?\d+(\.\d+)?$/.test(text)) return Number(text).toFixed(6);
    return JSON.stringify(fromBytes(text));
  };
  return toBytes(write(value, ''));
}

/** Values from JSON. Without `keepStrings` a text takes the type it looks like, as the manual warns. */
export function fromJson(text: string, keepStrings: boolean): RosValue {
  let parsed: unknown;
  try {
    // RouterOS forgives a comma before a closing bracket
    parsed = JSON.parse(fromBytes(text).replace(/,(\s*[\]}])/g, '$1'));
  } catch {
    throw new RouterOsError('failure: deserialize failed: syntax error');
  }
  const read = (v: unknown): RosValue => {
    if (v === null) return NIL;
    if (Array.isArray(v)) return new RosArray(v.map(read));
    if (typeof v === 'object') return new RosArray([], new Map(Object.entries(v).map(([key, element]) => [toBytes(key), read(element)])));
    if (typeof v === 'number') return Number.isInteger(v) ? v : String(v);
    if (typeof v === 'boolean') return v;
    const bytes = toBytes(v as string);
    if (keepStrings) return bytes;
    const inferred = infer(bytes);
    return typeof inferred === 'boolean' ? bytes : inferred;
  };
  return read(parsed);
}
