import type { Random } from '../../../platform/crypto/index.js';

const TAIL = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** A name in kebab case and ten random characters: `head-office-k3v9x0q2ma`. What has no Latin letter is called `policy`. */
export function slugOf(name: string, random: Random): string {
  const latin = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const words = latin.match(/[a-z0-9]+/g) ?? ['policy'];
  return `${words.join('-')}-${random.text(10, TAIL)}`;
}
