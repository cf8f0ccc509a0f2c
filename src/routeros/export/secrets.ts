import { createHmac } from 'node:crypto';
import type { MaskOptions } from './export.js';

/** What stands for a secret. It says nothing about it, its length neither. */
export const SECRET_MARK = '********';

/**
 * Names of secrets in every menu, by the last part of a dotted name: all arguments of `add` and `set` in our command trees that
 * hold a password or a key (a test looks at each argument that sounds like one), and those that only RouterOS 6 had.
 */
const SECRET = new RegExp(
  `^(?:${[
    '(?:[\\w-]+-)?(?:password|passphrase|secret|secrets|psk|pin)',
    '(?:[\\w-]+-)?(?:pre-?shared-key|private-key|md5-key|auth-key|encryption-key|protection-key)',
    'static-key-[0-3]|pin-number|key-val|mtik-key|authentication-key|trap-community',
  ].join('|')})$`,
);

/** Names that are secrets in some menus only. */
const IN_MENU: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    '/container/envs': ['value'],
    '/ip/ipsec/key/psk': ['key'],
    '/iot/lora/servers': ['key'],
    '/lora/servers': ['key'],
    '/routing/rip/keys': ['key'],
    '/snmp/community': ['name'], // versions 1 and 2c have nothing else that keeps people out
    '/system/ntp/key': ['key'],
    '/tool/romon/port': ['secrets'],
    '/system/script/environment': ['value'],
    '/zerotier': ['identity'],
  }).map(([menu, names]) => [menu, new Set(names)]),
);

const MARKED = /^\*{8}(?:-[a-z2-7]{4})?$/;

/**
 * Whether a property's value is a secret. `.psk` and `security.psk` count as `psk`. No password at all and the community
 * `public` are none: everybody may see that they are there.
 */
export function isSecret(menu: string, property: string, value: string): boolean {
  if (value === '') return false;
  const name = property.slice(property.lastIndexOf('.') + 1);
  const communities = menu === '/snmp' || menu === '/snmp/community';
  return (SECRET.test(name) || (IN_MENU.get(menu)?.has(name) ?? false)) && !(communities && value === 'public');
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';

/** Makes marks for secrets; the same secret and salt give the same mark. */
export function marker({ salt }: MaskOptions): (secret: string) => string {
  if (salt === undefined) return () => SECRET_MARK;
  return (secret) => {
    if (MARKED.test(secret)) return secret;
    const digest = createHmac('sha256', salt).update(secret).digest();
    return `${SECRET_MARK}-${[0, 1, 2, 3].map((i) => LETTERS[digest[i]! & 31]).join('')}`;
  };
}

const HINT = /pass|secret|psk|key|token|pwd|bearer|basic|:\/\//i;
const KEY_WORD = '[\\w.-]*(?:password|passwd|passphrase|pwd|secret|psk|preshared-key|pre-shared-key|private-key|auth-key|api-?key|token)';
/** Where a secret begins inside a script: `password=`, `:local token `, `"secret":`, `Bearer `; then what may lie between. */
const PLACES = new RegExp(
  [
    `(?<![\\w-])${KEY_WORD}\\\\*"?\\s*[=:]\\s*`,
    `:(?:local|global|set)\\s+\\\\*"?(?:[\\w-]*(?:password|passwd|pass|pwd|secret|psk|token|apikey|api-key))\\\\*"?\\s+(?!do=)`,
    `\\b(?:Bearer|Basic)\\s+`,
    `://[^\\s"'/@:\\\\]+:(?=[^\\s"'/@\\\\]+@)`,
  ].join('|'),
  'gi',
);

/** A part of a text. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * What reads like a secret inside a text: a script, or a line that is no command. The text may be escaped any number of times,
 * as scripts in exports are. A variable (`password=$x`) is no secret.
 */
export function secretsIn(text: string): Span[] {
  const spans: Span[] = [];
  if (!HINT.test(text)) return spans;
  PLACES.lastIndex = 0;
  for (let place = PLACES.exec(text); place !== null; place = PLACES.exec(text)) {
    const start = place.index + place[0].length;
    const span = place[0].startsWith('://') ? { from: start, to: text.indexOf('@', start) } : secretSpan(text, start);
    if (span.to > span.from) spans.push(span);
    PLACES.lastIndex = Math.max(start, span.to);
  }
  return spans;
}

/** A text with a mark for each of `secretsIn`. */
export function maskText(text: string, mark: (secret: string) => string): string {
  let out = '';
  let at = 0;
  for (const { from, to } of secretsIn(text)) {
    out += text.slice(at, from) + mark(text.slice(from, to));
    at = to;
  }
  return out + text.slice(at);
}

const VARIABLE = /\\*\$/y;
const OPENING = /(\\*)"/y;
const BARE = /(?:[^\s;\])}"\\,&]|\\+(?![rnt_"$]))*/y;

/** Where the secret that may begin at a place begins and ends; empty when there is none. */
function secretSpan(text: string, start: number): Span {
  VARIABLE.lastIndex = OPENING.lastIndex = BARE.lastIndex = start;
  if (VARIABLE.test(text)) return { from: start, to: start };
  const opening = OPENING.exec(text);
  if (opening !== null) {
    const from = start + opening[0].length;
    return { from, to: closing(text, from, opening[1]!.length) };
  }
  const group = text[start];
  if (group === '(' || group === '[' || group === '{') {
    const length = text.slice(start).search(/[)\]}]/);
    const to = length < 0 ? text.length : start + length + 1;
    return { from: start, to: text.slice(start, to).includes('"') ? to : start };
  }
  return { from: start, to: start + (BARE.exec(text)?.[0].length ?? 0) };
}

/** Where a string ends whose quotes are escaped with so many backslashes: at the first quote with no more than these. */
function closing(text: string, from: number, slashes: number): number {
  for (let quote = text.indexOf('"', from); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let first = quote;
    while (first > from && text[first - 1] === '\\') first--;
    if (quote - first <= slashes) return first;
  }
  return text.length;
}
