import { Outbox } from '../outbox/index.js';
import { MailCarrier, messageOf, type WrittenMail } from './mail-carrier.js';

/** Writes each mail as a file that any mail program opens: `20261122T101500Z-verify-email-<id>.eml`. */
export class OutboxCarrier extends MailCarrier {
  readonly name = 'outbox';
  private readonly outbox: Outbox;

  constructor(folder: string) {
    super();
    this.outbox = new Outbox(folder, '.eml');
  }

  async deliver(mail: WrittenMail): Promise<void> {
    const { createTransport } = await import('nodemailer'); // by the first mail, not by every start
    const { message } = await createTransport({ streamTransport: true, buffer: true }).sendMail(messageOf(mail));
    const { writtenAt, kind, messageId } = mail;
    await this.outbox.put({ writtenAt, kind, id: messageId.slice(0, messageId.indexOf('@')) }, message as Buffer);
  }
}
