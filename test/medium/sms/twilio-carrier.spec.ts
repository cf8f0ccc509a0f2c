import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { OUTBOX_KEEPS } from '../../../src/platform/outbox/index.js';
import { SmsRefused, type WrittenSms } from '../../../src/platform/sms/sms-carrier.js';
import { SmsOutboxCarrier } from '../../../src/platform/sms/sms-outbox-carrier.js';
import { checkedSms, UnsendableSms } from '../../../src/platform/sms/sms.js';
import { TwilioCarrier } from '../../../src/platform/sms/twilio-carrier.js';
import { runFolder } from '../../support/test-run.js';

const SID = `AC${'0123456789abcdef'.repeat(2)}`;
const TOKEN = 'token-of-the-account';
const SMS: WrittenSms = {
  ...{ to: '+27821234567', text: 'Confirm: https://fleet.example.net/x?a=1&b=ü', kind: 'verify-mobile' },
  ...{ id: '0198c2d4-0000-7000-8000-000000000001', writtenAt: new Date('2026-11-22T10:15:00Z') },
};
const never = new AbortController().signal;

/** What Twilio's documentation says of a request; whatever deviates is answered as Twilio answers it. */
class TwilioStandIn {
  readonly taken: Record<string, string>[] = [];
  /** Statuses to answer instead of judging, in order. */
  readonly next: number[] = [];
  private server!: Server;

  async start(): Promise<string> {
    this.server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const status = this.next.shift() ?? this.judge(request, body);
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(
          JSON.stringify(
            status === 201 ? { sid: `SM${'0'.repeat(32)}`, status: 'queued' } : { code: 21211, message: 'Invalid\n To', status },
          ),
        );
      });
    });
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private judge(request: IncomingMessage, body: string): number {
    if (request.url !== `/2010-04-01/Accounts/${SID}/Messages.json`) return 404;
    if (request.method !== 'POST') return 405;
    if (request.headers.authorization !== `Basic ${Buffer.from(`${SID}:${TOKEN}`).toString('base64')}`) return 401;
    if (!request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return 415;
    const fields = Object.fromEntries(new URLSearchParams(body));
    if (!/^\+\d{8,15}$/.test(fields['To'] ?? '') || !fields['Body'] || Boolean(fields['From']) === Boolean(fields['MessagingServiceSid']))
      return 400;
    this.taken.push(fields);
    return 201;
  }
}

describe('the way by Twilio', () => {
  const twilio = new TwilioStandIn();
  let origin: string;
  const carrier = (fields: object = {}): TwilioCarrier =>
    new TwilioCarrier({ accountSid: SID, authToken: TOKEN, from: '+15005550006', ...fields }, origin);

  beforeEach(async () => {
    twilio.taken.length = 0;
    origin = await twilio.start();
  });
  afterEach(() => twilio.stop());

  it('sends what the API is documented to take', async () => {
    await carrier().deliver(SMS, never);
    await carrier({ from: `MG${'a'.repeat(32)}` }).deliver(SMS, never);
    expect(twilio.taken).toEqual([
      { To: SMS.to, Body: SMS.text, From: '+15005550006' },
      { To: SMS.to, Body: SMS.text, MessagingServiceSid: `MG${'a'.repeat(32)}` },
    ]);
  });

  it('gives up what is refused for good, with the words of the answer in one line', async () => {
    twilio.next.push(400);
    const refused = await carrier()
      .deliver(SMS, never)
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(SmsRefused);
    expect((refused as SmsRefused).answer).toContain('21211');
    expect((refused as SmsRefused).answer).not.toContain('\n');
  });

  it.each([401, 403, 404, 429, 500, 503])('tries again after %i', async (status) => {
    twilio.next.push(status);
    const failed = await carrier()
      .deliver(SMS, never)
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(Error);
    expect(failed).not.toBeInstanceOf(SmsRefused);
    expect((failed as Error).message).toContain(String(status));
    expect((failed as Error).message).not.toContain(TOKEN);
    await carrier().deliver(SMS, never);
    expect(twilio.taken).toHaveLength(1);
  });

  it('tries again when nobody answers, and stops with the process', async () => {
    twilio.stop();
    await expect(carrier().deliver(SMS, never)).rejects.not.toBeInstanceOf(SmsRefused);
    await expect(carrier().deliver(SMS, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
    origin = await twilio.start();
  });
});

describe('the outbox of SMS', () => {
  it('is a readable file an SMS, for its owner alone, replaced when it is sent again', async () => {
    const folder = join(mkdtempSync(join(runFolder(), 'sms-')), 'outbox');
    const carrier = new SmsOutboxCarrier(folder);
    await carrier.deliver(SMS);
    await carrier.deliver(SMS);
    const [file, ...more] = readdirSync(folder);
    expect([file, more]).toEqual([`20261122T101500Z-verify-mobile-${SMS.id}.sms.txt`, []]);
    expect(readFileSync(join(folder, file!), 'utf8')).toBe(`To: ${SMS.to}\n\n${SMS.text}\n`);
    expect(statSync(join(folder, file!)).mode & 0o777).toBe(0o600);
  });

  it('keeps the newest and leaves mails alone', async () => {
    const folder = mkdtempSync(join(runFolder(), 'sms-'));
    for (let i = 0; i <= OUTBOX_KEEPS; i++) writeFileSync(join(folder, `2025${String(i).padStart(4, '0')}T000000Z-x-1.sms.txt`), '');
    writeFileSync(join(folder, '20200101T000000Z-x-1.eml'), '');
    await new SmsOutboxCarrier(folder).deliver(SMS);
    const files = readdirSync(folder);
    expect(files.filter((f) => f.endsWith('.sms.txt'))).toHaveLength(OUTBOX_KEEPS);
    expect(files).toContain('20200101T000000Z-x-1.eml');
  });
});

describe('an SMS', () => {
  it.each([
    ['a number that is not E.164', { to: '082 123 4567' }],
    ['two numbers', { to: '+27821234567,+27821234568' }],
    ['no text', { text: ' ' }],
    ['a text without end', { text: 'x'.repeat(1601) }],
    ['a kind that is no word', { kind: '../x' }],
  ])('is not written with %s', (_what, fields) => expect(() => checkedSms({ ...SMS, ...fields })).toThrow(UnsendableSms));
});
