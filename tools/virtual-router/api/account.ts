import { createHash } from 'node:crypto';
import { infer } from '../values/convert.js';
import { within } from '../values/operators.js';
import { toText } from '../values/value.js';
import type { VirtualRouter } from '../virtual-router.js';

/** Who is logged in, and what the group of that user may do (`read`, `write`, `api`, …). */
export interface Account {
  readonly name: string;
  readonly group: string;
  readonly policies: ReadonlySet<string>;
}

/** Whether an address is in a list of addresses and prefixes; an empty list takes everyone. */
export function listed(address: string, list: string): boolean {
  const parts = list.split(',').filter((part) => part !== '');
  return parts.length === 0 || parts.some((part) => within(infer(address), infer(part)));
}

/** What a client proves that it knows: the password, or an answer to our challenge (before 6.43). */
export type Proof = { readonly password: string } | { readonly challenge: Buffer; readonly response: string };

/**
 * The account of a user who may use the API from an address.
 * @returns undefined for a wrong name or password, a disabled user or a foreign address; `'forbidden'` without the policy
 */
export function signIn(router: VirtualRouter, name: string, proof: Proof, address: string): Account | 'forbidden' | undefined {
  const user = router.menus.at('user').byName(name);
  if (!user || user.get('disabled') === true || !listed(address, toText(user.get('address')))) return undefined;
  const password = toText(user.properties.get('password') ?? '');
  if (!proves(proof, password)) return undefined;
  const group = toText(user.get('group'));
  const policies = new Set(
    toText(router.menus.at('user/group').byName(group)?.properties.get('policy') ?? '')
      .split(',')
      .filter((policy) => policy !== '' && !policy.startsWith('!')),
  );
  return policies.has('api') ? { name, group, policies } : 'forbidden';
}

function proves(proof: Proof, password: string): boolean {
  if ('password' in proof) return proof.password === password;
  const digest = createHash('md5').update(Buffer.of(0)).update(password, 'latin1').update(proof.challenge).digest('hex');
  return proof.response.toLowerCase() === `00${digest}`;
}

const LOOKING = new Set(['print', 'getall', 'get', 'find', 'listen', 'export']);
/** What reading takes nothing but `test` for, and what ends the router. */
const POLICY_OF: Readonly<Record<string, string>> = {
  '/system/reboot': 'reboot',
  '/system/shutdown': 'reboot',
  '/ping': 'test',
  '/tool/ping': 'test',
  '/tool/fetch': 'ftp',
};

/** The policies a command needs. */
export function policiesFor(path: string): readonly string[] {
  const special = POLICY_OF[path];
  if (special !== undefined) return [special];
  if (LOOKING.has(path.slice(path.lastIndexOf('/') + 1))) return ['read'];
  return path.startsWith('/user/') ? ['write', 'policy'] : ['write'];
}
