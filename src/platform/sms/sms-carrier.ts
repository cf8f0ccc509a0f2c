import type { Sms } from './sms.js';

/** An SMS with what its file in the outbox is called after. */
export interface WrittenSms extends Sms {
  /** The same at every attempt. */
  readonly id: string;
  readonly writtenAt: Date;
}

/** The way that SMS leave by. */
export abstract class SmsCarrier {
  /** For health and the log. */
  abstract readonly name: 'twilio' | 'outbox';

  /**
   * Hands the SMS over. Doing it again sends a second one.
   * @throws SmsRefused when no retry would help; any other error when one may
   */
  abstract deliver(sms: WrittenSms, signal: AbortSignal): Promise<void>;
}

/** The provider refused this very SMS for good: there is no such number, or it wants none. */
export class SmsRefused extends Error {
  override readonly name = 'SmsRefused';
  constructor(
    /** The provider's words, in one line. */
    readonly answer: string,
  ) {
    super(`The SMS provider refused the SMS for good: ${answer}`);
  }
}
