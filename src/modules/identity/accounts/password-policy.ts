import { dictionary } from '@zxcvbn-ts/language-common';

/** At least 8 characters with upper case, lower case, digit and special character (contract/notes/authentication.md). */
export const PASSWORD_RULE = /^(?=.*\p{Ll})(?=.*\p{Lu})(?=.*\p{Nd})(?=.*[^\p{L}\p{N}]).{8,256}$/u;

/** How many passwords of the past may not be chosen again. */
export const REMEMBERED_PASSWORDS = 3;

/** The passwords that leak most often, lower case, from the dictionaries of zxcvbn. */
const COMMON: ReadonlySet<string> = new Set(dictionary['passwords-common'] as readonly string[]);

/** What people write in place of letters; guessing programs know it too. */
const LEET: Readonly<Record<string, string>> = { '0': 'o', '1': 'l', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's', '!': 'i' };

/**
 * What is wrong with a password, each complaint a sentence about it; empty when it may be used.
 * @param about words that guess themselves: the person's address and name
 */
export function complaints(password: string, about: readonly string[] = []): string[] {
  const out: string[] = [];
  if (!PASSWORD_RULE.test(password))
    out.push('must have 8 to 256 characters, among them an upper-case and a lower-case letter, a digit and a special character');
  if (isCommon(password)) out.push('is one of the passwords that are tried first, or one of them with a few signs changed; choose another');
  if (about.some((word) => word.length >= 4 && password.toLowerCase().includes(word.toLowerCase())))
    out.push('contains your name or e-mail address');
  return out;
}

/** Also finds a common word behind what is put on to satisfy rules: «P@ssw0rd!», «Summer2024!». */
function isCommon(password: string): boolean {
  const lower = password.toLowerCase();
  const plain = [...lower].map((c) => LEET[c] ?? c).join('');
  const core = lower.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  const plainCore = plain.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  const undressed = [...core].map((c) => LEET[c] ?? c).join('');
  return [lower, plain].some((word) => COMMON.has(word)) || [core, plainCore, undressed].some((word) => addsLittle(word, password));
}

/** A common word that makes up most of the password. */
const addsLittle = (word: string, password: string): boolean => COMMON.has(word) && password.length - word.length <= 5;

/** The words of an address and a name that a password must not contain. */
export const wordsAbout = (email: string, name: string): string[] => [email, email.split('@')[0]!, ...name.split(/\s+/)];
