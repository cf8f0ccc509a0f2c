import { createHash } from 'node:crypto';
import { RouterOsError, UnsupportedByVirtualRouter } from '../errors.js';
import { NIL, NOTHING, toText, type RosValue } from '../values/value.js';
import type { Builtin } from './builtins.js';
import { fromJson, toJson } from './json.js';
import { pure } from './text-builtins.js';

const list = (value: RosValue | undefined): string[] => (value === undefined ? [] : toText(value).split(/[;,]/));

const DECODE: Record<string, (text: string) => string> = {
  none: (text) => text,
  raw: (text) => text,
  base64: (text) => Buffer.from(text, 'base64').toString('latin1'),
  hex: (text) => Buffer.from(text, 'hex').toString('latin1'),
  url: (text) =>
    Buffer.from(
      text.replace(/\+/g, ' ').replace(/%([0-9A-Fa-f]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16))),
      'latin1',
    ).toString('latin1'),
};

const ENCODE: Record<string, (text: string) => string> = {
  none: (text) => text,
  raw: (text) => text,
  base64: (text) => Buffer.from(text, 'latin1').toString('base64'),
  hex: (text) => Buffer.from(text, 'latin1').toString('hex'),
  url: (text) => text.replace(/[^A-Za-z0-9._~-]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`),
};

const hash = (name: string) => (text: string) => createHash(name).update(text, 'latin1').digest().toString('latin1');

const TRANSFORM: Record<string, (text: string) => string> = {
  none: (text) => text,
  reverse: (text) => [...text].reverse().join(''),
  rot13: (text) => text.replace(/[a-z]/gi, (c) => String.fromCharCode(c.charCodeAt(0) + (c.toLowerCase() < 'n' ? 13 : -13))),
  lc: (text) => text.toLowerCase(),
  uc: (text) => text.toUpperCase(),
  md5: hash('md5'),
  sha1: hash('sha1'),
  sha256: hash('sha256'),
  sha512: hash('sha512'),
};

function convert(table: Record<string, (text: string) => string>, kind: string, scheme: RosValue | undefined, text: string): string {
  const name = scheme === undefined ? 'none' : toText(scheme);
  const change = table[name];
  if (!change) throw new UnsupportedByVirtualRouter(`:convert ${kind}=${name}`);
  return change(text);
}

export const CONVERSION: Readonly<Record<string, Builtin>> = {
  convert: pure(['value'], (get) => {
    const plain = convert(DECODE, 'from', get('from'), toText(get('value') ?? ''));
    return convert(ENCODE, 'to', get('to'), convert(TRANSFORM, 'transform', get('transform'), plain));
  }),

  *serialize(interpreter, args, scope) {
    const { named, unnamed } = yield* interpreter.values(args, scope);
    if (named.get('to') !== 'json') throw new UnsupportedByVirtualRouter(`:serialize to=${toText(named.get('to') ?? NIL)}`);
    const value = named.get('value') ?? unnamed[0];
    if (value === undefined) throw new RouterOsError('missing value(s) of argument(s) value');
    const options = list(named.get('options'));
    const text = toJson(value, options.includes('json.no-string-conversion'), options.includes('json.pretty') ? '    ' : undefined);
    const file = named.get('file-name');
    if (file === undefined) return text;
    interpreter.run.router.files.write(toText(file), text);
    return NOTHING;
  },

  deserialize: pure(['value'], (get) => {
    if (toText(get('from') ?? '') !== 'json') throw new UnsupportedByVirtualRouter(`:deserialize from=${toText(get('from') ?? NIL)}`);
    return fromJson(toText(get('value') ?? ''), list(get('options')).includes('json.no-string-conversion'));
  }),
};
