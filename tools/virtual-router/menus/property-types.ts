import { matchEnum, type SchemaArgument } from '../../../src/routeros/schema/index.js';
import { parseTime } from '../../../src/routeros/parser/index.js';
import { RouterOsError } from '../errors.js';
import { infer } from '../values/convert.js';
import { intervalText, NOTHING, RosArray, RosId, RosTime, toText, type RosValue } from '../values/value.js';

/** Properties that hold several values: `get` answers an array for them. */
const LISTS = new Set([
  'topics', 'policy', 'servers', 'addresses', 'connection-state', 'connection-nat-state', 'tagged', 'untagged', 'vlan-ids',
  'allowed-address', 'client-allowed-address', 'login-by', 'dns-server', 'ntp-server', 'include', 'exclude', 'days', 'tcp-flags', 'dynamic-servers', 'trap-target',
  'authentication', 'key-usage', 'doh-servers',
]); // prettier-ignore

export const isList = (name: string): boolean => LISTS.has(name);

const isYesNo = (argument: SchemaArgument): boolean =>
  argument.closed === 'closed' && argument.values?.length === 2 && argument.values.includes('yes') && argument.values.includes('no');

const isTimeArgument = (argument: SchemaArgument): boolean => argument.desc.includes('time interval') || argument.desc === 'alt time';

/** The text a menu takes for a value: `yes`/`no`, lists with commas, intervals in units. */
export function propertyText(value: RosValue): string {
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (value instanceof RosTime) return intervalText(value.us);
  if (value instanceof RosArray) return [...value.entries()].map(([, element]) => propertyText(element)).join(',');
  return toText(value);
}

/**
 * What a menu stores for an argument.
 * @throws RouterOsError in RouterOS' words when the value does not fit.
 */
export function storeValue(argument: SchemaArgument | undefined, name: string, value: RosValue): RosValue {
  const text = propertyText(value);
  if (!argument) return text;
  if (isYesNo(argument)) {
    if (text === 'yes' || text === 'true') return true;
    if (text === 'no' || text === 'false') return false;
  }
  if (text === '') return '';
  const match = matchEnum(argument, name, text);
  if (!match.ok) {
    throw new RouterOsError(
      match.ambiguous
        ? `ambiguous value of ${name}, more than one possible value matches input`
        : `input does not match any value of ${name}`,
    );
  }
  if (isYesNo(argument)) return match.value === 'yes';
  if (argument.values?.includes(match.value) && argument.values.length < 40) return match.value;
  if (isTimeArgument(argument)) {
    const us = value instanceof RosTime ? value.us : /^\d+(\.\d+)?$/.test(text) ? Math.round(Number(text) * 1e6) : parseTime(text);
    if (us === undefined) throw new RouterOsError(`invalid time value for argument ${name}`);
    return new RosTime(us);
  }
  if (argument.desc === 'num' || argument.desc.startsWith('num ')) {
    if (/^-?\d+$/.test(text)) return Number(text);
    if (/^0x[0-9a-fA-F]+$/.test(text)) return Number(text);
    if (!/^[-!\d]/.test(text) && argument.closed !== 'open') throw new RouterOsError(`value of ${name} must be a number`);
    return match.value;
  }
  if (argument.desc.startsWith('A.B.C.D    ') || argument.desc.startsWith('A.B.C.D/M')) checkAddress(name, text);
  return match.value;
}

function checkAddress(name: string, text: string): void {
  for (const part of text.split(',')) {
    const bare = part.replace(/^!/, '');
    if (bare === '' || /^[A-Za-z<*]/.test(bare)) continue;
    const plain = bare.split('%')[0]!.split('@')[0]!.split('-')[0]!;
    if (plain.includes(':')) continue;
    const address = plain.split('/')[0]!;
    const octets = address.split('.');
    if (octets.length !== 4 || octets.some((octet) => !/^\d{1,3}$/.test(octet) || Number(octet) > 255)) {
      throw new RouterOsError(`invalid value for argument ${name}`);
    }
  }
}

/** What `get` and `print as-value` answer for a stored value. */
export function readValue(name: string, value: RosValue): RosValue {
  if (!isList(name) || typeof value !== 'string') return value;
  return new RosArray(value === '' ? [] : value.split(',').map((part) => (/^\d/.test(part) ? infer(part) : part)));
}

/** A value as plain JavaScript for tests: booleans and numbers as they are, everything else as text. */
export function plainValue(value: RosValue): string | number | boolean | undefined {
  if (value === NOTHING) return undefined;
  if (typeof value === 'boolean' || typeof value === 'number') return value;
  if (value instanceof RosId) return value.text;
  return propertyText(value);
}
