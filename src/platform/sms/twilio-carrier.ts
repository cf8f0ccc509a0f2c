import { SmsCarrier, SmsRefused, type WrittenSms } from './sms-carrier.js';

export interface TwilioAccount {
  /** `AC` and 32 hexadecimal digits. */
  readonly accountSid: string;
  readonly authToken: string;
  /** A number in E.164 form, a name of letters and digits, or the SID of a messaging service (`MG…`). */
  readonly from: string;
}

/** A provider that says nothing for so long is not there; the task is tried again. */
const PATIENCE_MS = 20_000;
const LONGEST_ANSWER = 300;

/**
 * Twilio's Messages API, as documented: POST /2010-04-01/Accounts/{AccountSid}/Messages.json with the fields To, Body and
 * From or MessagingServiceSid as a form, basic authentication with SID and token, 201 when it was queued
 * (https://www.twilio.com/docs/messaging/api/message-resource).
 */
export class TwilioCarrier extends SmsCarrier {
  readonly name = 'twilio';
  private readonly url: string;

  /** @param origin where the API is; another one in tests */
  constructor(
    private readonly account: TwilioAccount,
    origin = 'https://api.twilio.com',
  ) {
    super();
    this.url = `${origin}/2010-04-01/Accounts/${encodeURIComponent(account.accountSid)}/Messages.json`;
  }

  async deliver({ to, text }: WrittenSms, signal: AbortSignal): Promise<void> {
    const { accountSid, authToken, from } = this.account;
    const response = await fetch(this.url, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
        accept: 'application/json',
      },
      body: new URLSearchParams({ To: to, Body: text, ...(from.startsWith('MG') ? { MessagingServiceSid: from } : { From: from }) }),
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    const answer = oneLine(await response.text());
    if (response.status === 201) return;
    // 400 speaks of this SMS; 401, 403 and 404 of our settings, which an operator mends; 429 and 5xx of the moment.
    if (response.status === 400) throw new SmsRefused(answer);
    throw new Error(`Twilio answered ${response.status}: ${answer}`);
  }
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').slice(0, LONGEST_ANSWER);
