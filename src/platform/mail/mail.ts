import { isMessageKind } from '../outbox/index.js';
import { isMailAddress, type Mailbox, oneLine, UnsendableMail } from './mailbox.js';

/** What a use case wants to be sent, to one person. `letter()` makes `text` and `html`. */
export interface Mail {
  readonly to: Mailbox;
  /** One line; put text that people typed through `oneLine` first. */
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** What the mail is for, in the log and in the outbox's file names: lower-case words joined by hyphens, `verify-email`. */
  readonly kind: string;
}

/** RFC 5322, 2.1.1: a line has at most 998 octets; subjects beyond some 70 characters are cut by programs anyway. */
const LONGEST_SUBJECT = 250;

/**
 * The mail as it may be sent: one recipient, nothing that could end a header, a clean display name.
 * @throws UnsendableMail naming the field and what would be right; never the mail's text
 */
export function checkedMail(mail: Mail): Mail {
  const { address, name } = mail.to;
  if (!isMailAddress(address))
    throw new UnsendableMail('`to.address` is not exactly one e-mail address; check it where the user gave it, with @IsEmail().');
  if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(mail.subject))
    throw new UnsendableMail('`subject` has a line break or a control character; put text that people typed through oneLine().');
  if (!mail.subject.trim() || mail.subject.length > LONGEST_SUBJECT)
    throw new UnsendableMail(`\`subject\` is empty or longer than ${LONGEST_SUBJECT} characters.`);
  if (!isMessageKind(mail.kind))
    throw new UnsendableMail('`kind` is not lower-case words joined by hyphens, such as verify-email, of at most 50 characters.');
  const shown = oneLine(name ?? '');
  return { ...mail, to: shown ? { address, name: shown } : { address } };
}
