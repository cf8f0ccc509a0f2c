import type { Mailbox } from './mailbox.js';
import type { Mail } from './mail.js';

/** A mail with everything that its headers say: whoever delivers it again delivers the same mail. */
export interface WrittenMail extends Mail {
  readonly from: Mailbox;
  /** Without angle brackets. */
  readonly messageId: string;
  readonly writtenAt: Date;
}

/** The way that mails leave by. */
export abstract class MailCarrier {
  /** For health and start-up lines. */
  abstract readonly name: 'smtp' | 'outbox';

  /**
   * Hands the mail over. Doing it again does no harm beyond a second copy with the same Message-ID.
   * @throws MailRefused when no retry would help; any other error when one may
   */
  abstract deliver(mail: WrittenMail, signal: AbortSignal): Promise<void>;
}

/** The mail server refused this very mail for good: its recipient does not exist, its content is not wanted. */
export class MailRefused extends Error {
  override readonly name = 'MailRefused';
  constructor(
    /** The server's words, in one line. */
    readonly answer: string,
    options: { cause: unknown },
  ) {
    super(`The mail server refused the mail for good: ${answer}`, options);
  }
}

/** How nodemailer hears of a mail. Nothing in it may read files or fetch URLs. */
export const messageOf = (mail: WrittenMail) => ({
  from: { name: mail.from.name ?? '', address: mail.from.address },
  to: { name: mail.to.name ?? '', address: mail.to.address },
  subject: mail.subject,
  text: mail.text,
  html: mail.html,
  messageId: `<${mail.messageId}>`,
  date: mail.writtenAt,
  headers: { 'auto-submitted': 'auto-generated' }, // RFC 3834: no out-of-office answers
  disableFileAccess: true,
  disableUrlAccess: true,
});
