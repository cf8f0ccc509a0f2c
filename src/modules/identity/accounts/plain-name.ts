import { ValidationFailed } from '../../../platform/errors/index.js';

const LONGEST = 255;
/** Controls, direction overrides and isolates, zero-width signs: nothing that makes a name look like another text. */
const UNSEEN = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;

/**
 * A name as it is stored: composed (NFC), one line, without signs that hide or turn text around.
 * @throws ValidationFailed on field name when nothing is left, or it is too long
 */
export function plainName(text: string, longest = LONGEST): string {
  const name = text.normalize('NFC').replaceAll(/\s+/gu, ' ').replaceAll(UNSEEN, '').trim();
  if (!name) throw new ValidationFailed({ name: ['name must have at least one visible character'] });
  if (name.length > longest) throw new ValidationFailed({ name: [`name must have at most ${longest} characters`] });
  return name;
}
