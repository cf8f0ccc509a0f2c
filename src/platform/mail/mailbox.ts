/** Whom a mail is for or from. */
export interface Mailbox {
  readonly address: string;
  /** Shown beside the address; control and bidirectional characters in it are dropped. */
  readonly name?: string;
}

/** A mail that must not be written: its caller let something through that does not belong into a mail. */
export class UnsendableMail extends Error {
  override readonly name = 'UnsendableMail';
}

/** Local part and domain without blanks, control characters and whatever separates or comments addresses (RFC 5322, 3.4). */
const ADDRESS = /^[^\s\p{Cc}\p{Cf}\p{Cs}()<>[\]:;@\\,"]{1,64}@[^\s\p{Cc}\p{Cf}\p{Cs}()<>[\]:;@\\,"]{1,253}$/u;
/** The longest path of RFC 5321 (4.5.3.1.3), without its angle brackets. */
const LONGEST_ADDRESS = 254;
const LONGEST_NAME = 100;

/** Control characters, line and paragraph separators, byte order marks, halves of surrogate pairs. */
const CONTROL = /[\p{Cc}\p{Cs}\u2028\u2029\ufeff]/gu;
/** Characters that turn the direction of what follows: a name with them can look like another address. */
const BIDIRECTIONAL = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Exactly one address; international domains and local parts are addresses too. */
export const isMailAddress = (text: string): boolean => text.length <= LONGEST_ADDRESS && ADDRESS.test(text);

/**
 * Text that people typed, fit for one line of a mail: a display name, a team's name in a subject. Line breaks and
 * control characters become blanks, characters that turn the writing direction go, and it ends after 100 characters.
 */
export function oneLine(text: string): string {
  const clean = text.replace(BIDIRECTIONAL, '').replace(CONTROL, ' ').replace(/\s+/gu, ' ').trim();
  const characters = [...clean];
  return characters.length > LONGEST_NAME ? `${characters.slice(0, LONGEST_NAME - 1).join('')}…` : clean;
}

/**
 * Reads `name <address>` or a bare address.
 * @returns undefined when the text is neither, or more than one
 */
export function parseMailbox(text: string): Mailbox | undefined {
  const [, name, inBrackets] = /^([^<>]*)<([^<>]*)>$/u.exec(text.trim()) ?? [];
  const address = inBrackets ?? text.trim();
  if (!isMailAddress(address) || new RegExp(CONTROL.source, 'u').test(text)) return undefined;
  const shown = oneLine((name ?? '').trim().replace(/^"(.*)"$/u, '$1'));
  return shown ? { address, name: shown } : { address };
}
