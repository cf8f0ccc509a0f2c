import type { Literal, LiteralValue } from './ast.js';

const UNIT_US: Record<string, number> = { w: 604_800e6, d: 86_400e6, h: 3_600e6, m: 60e6, s: 1e6, ms: 1e3, us: 1, ns: 0.001 };

/**
 * A RouterOS time (`1d2h`, `90s`, `00:00:10`, `1w2d03:04:05.5`) in microseconds, or undefined. A bare number is no
 * time here: whether it counts as seconds depends on where it stands.
 */
export function parseTime(text: string): number | undefined {
  const match = /^(-?)((?:\d+(?:\.\d+)?(?:w|d|h|ms|us|ns|m|s))*)(?:(\d+):(\d{1,2})(?::(\d{1,2}(?:\.\d+)?))?)?$/.exec(text);
  if (!match || (match[2] === '' && match[3] === undefined)) return undefined;
  let us = 0;
  for (const [, amount, unit] of match[2]!.matchAll(/(\d+(?:\.\d+)?)(w|d|h|ms|us|ns|m|s)/g)) us += Number(amount) * UNIT_US[unit!]!;
  if (match[3] !== undefined) us += Number(match[3]) * 3_600e6 + Number(match[4]) * 60e6 + Number(match[5] ?? 0) * 1e6;
  us = Math.round(us);
  return match[1] ? -us : us;
}

export const isIp4 = (text: string): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split('.').every((part) => Number(part) <= 255);

export function isIp6(text: string): boolean {
  if (!/^[0-9a-fA-F:]*:[0-9a-fA-F:.]*$/.test(text) || text === ':' || text === '::ffff') return text === '::ffff';
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = text.split(':').filter((group) => group !== '');
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group) || isIp4(group))) return false;
  return halves.length === 2 ? groups.length < 8 : groups.length === 8;
}

const prefixLength = (text: string, max: number): boolean => /^\d{1,3}$/.test(text) && Number(text) <= max;

/** The type a bare word has: RouterOS tries number, time, address, id and boolean before it takes it for a string. */
export function typeOfWord(text: string): LiteralValue {
  const first = text.charCodeAt(0);
  if (text === 'true' || text === 'yes') return { type: 'bool', value: true };
  if (text === 'false' || text === 'no') return { type: 'bool', value: false };
  const digit = first >= 48 && first <= 57;
  if (digit || first === 45 || first === 43) {
    if (/^[-+]?\d+$/.test(text)) return { type: 'num', value: Number(text) };
    if (/^-?0x[0-9a-fA-F]+$/.test(text)) return { type: 'num', value: Number(text.replace('-', '')) * (first === 45 ? -1 : 1) };
    const time = parseTime(text);
    if (time !== undefined) return { type: 'time', value: time };
    if (isIp4(text)) return { type: 'ip', value: text };
    const [address, bits, more] = text.split('/');
    if (bits !== undefined && more === undefined && isIp4(address!) && prefixLength(bits, 32)) return { type: 'ip-prefix', value: text };
  }
  if (first === 42 && /^\*[0-9a-fA-F]+$/.test(text)) return { type: 'id', value: text };
  if (text.includes(':')) {
    if (isIp6(text)) return { type: 'ip6', value: text };
    const [address, bits, more] = text.split('/');
    if (bits !== undefined && more === undefined && isIp6(address!) && prefixLength(bits, 128)) return { type: 'ip6-prefix', value: text };
  }
  return { type: 'str', value: text };
}

export const wordLiteral = (text: string, at: number): Literal => ({ kind: 'literal', at, text, quoted: false, value: typeOfWord(text) });

export const stringLiteral = (text: string, at: number): Literal => ({
  kind: 'literal',
  at,
  text,
  quoted: true,
  value: { type: 'str', value: text },
});
