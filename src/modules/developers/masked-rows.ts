import type { ApiRow } from '../../routeros/api/index.js';

export const MASK = '*****';

/** Properties that are secrets, or code and files that may hold some (our own poll entry holds the token of the router). */
const SECRET =
  /password|passphrase|secret|psk|token|cookie|challenge|community-string|^contents$|^source$|script$|^on-|(?:^|[-.])(?:pin|cak|otp)$|^static-key-|(?<!public-)(?<!host-)key$/;

/** Where a property with a harmless name is one. */
const SECRET_IN: readonly (readonly [RegExp, RegExp])[] = [
  [/^\/snmp\/community\//, /^name$/],
  [/^\/zerotier\//, /^identity$/],
  [/^\/container\/envs?\//, /^value$/],
  [/^\/system\/script\/environment\//, /^value$/],
  [/^\/system\/script\/job\//, /^script$/],
];

/** The rows of a reply without what is secret in them. Empty values stay empty: that nothing is set is no secret. */
export function maskedRows(path: string, rows: readonly ApiRow[]): ApiRow[] {
  const here = SECRET_IN.filter(([menu]) => menu.test(path)).map(([, name]) => name);
  const isSecret = (name: string): boolean => SECRET.test(name.toLowerCase()) || here.some((pattern) => pattern.test(name.toLowerCase()));
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value !== '' && isSecret(name) ? MASK : value])),
  );
}
