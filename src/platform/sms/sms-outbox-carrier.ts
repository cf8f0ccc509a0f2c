import { Outbox } from '../outbox/index.js';
import { SmsCarrier, type WrittenSms } from './sms-carrier.js';

/**
 * Writes each SMS as a file beside the mails of the outbox: `20261122T101500Z-verify-mobile-<id>.sms.txt`, the number in
 * the first line.
 */
export class SmsOutboxCarrier extends SmsCarrier {
  readonly name = 'outbox';
  private readonly outbox: Outbox;

  constructor(folder: string) {
    super();
    this.outbox = new Outbox(folder, '.sms.txt');
  }

  deliver(sms: WrittenSms): Promise<void> {
    return this.outbox.put(sms, `To: ${sms.to}\n\n${sms.text}\n`);
  }
}
