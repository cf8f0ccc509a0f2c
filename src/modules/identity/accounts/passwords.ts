import { hash, verify } from '@node-rs/argon2';
import type { Random } from '../../../platform/crypto/index.js';

/** argon2id with the parameters RFC 9106 recommends where memory is scarce: 64 MiB, 3 passes. */
const PARAMETERS = { memoryCost: 65_536, timeCost: 3, parallelism: 1 };

export const hashPassword = (password: string): Promise<string> => hash(password, PARAMETERS);

/** A hash of nothing anybody knows: an unknown account costs the same time as a known one. */
const DECOY = hashPassword(`${Math.random()}`);

/** Whether `password` made `stored`. Takes its full time also without a stored hash. */
export async function passwordMatches(stored: string | null | undefined, password: string): Promise<boolean> {
  const right = await verify(stored ?? (await DECOY), password);
  return right && typeof stored === 'string';
}

/** A password that somebody is told once and has to change; its ending brings what PASSWORD_RULE asks for. */
export const temporaryPassword = (random: Random): string => `${random.alphanumeric(16)}-a1A`;
