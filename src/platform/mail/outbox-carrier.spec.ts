import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mailsIn } from '../../../test/support/outbox.js';
import { newId } from '../context/index.js';
import { OUTBOX_KEEPS, outboxFolder } from '../outbox/index.js';
import type { WrittenMail } from './mail-carrier.js';
import { OutboxCarrier } from './outbox-carrier.js';

describe('the outbox', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'rosfleet-outbox-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  const carrier = (): OutboxCarrier => new OutboxCarrier(outboxFolder(dataDir));
  const mail = (change: Partial<WrittenMail> = {}): WrittenMail => ({
    from: { name: 'rosfleet', address: 'noreply@localhost' },
    to: { name: 'Jö', address: 'jo@bücher.example' },
    subject: 'Grüße 🛰',
    text: 'See https://fleet.example.net/x?a=1&b=2\n',
    html: '<p>See <a href="https://fleet.example.net/x?a=1&amp;b=2">it</a></p>',
    kind: 'verify-email',
    messageId: `${newId()}@localhost`,
    writtenAt: new Date('2026-11-22T10:15:00.123Z'),
    ...change,
  });

  it('holds a mail as a file for its owner alone, named by time and kind', async () => {
    const written = mail();
    await carrier().deliver(written);
    const [id] = written.messageId.split('@');
    expect(readdirSync(outboxFolder(dataDir))).toEqual([`20261122T101500Z-verify-email-${id}.eml`]);
    expect(statSync(outboxFolder(dataDir)).mode & 0o777).toBe(0o700);
    expect(statSync(join(outboxFolder(dataDir), readdirSync(outboxFolder(dataDir))[0]!)).mode & 0o777).toBe(0o600);
    expect(await mailsIn(dataDir)).toMatchObject([
      {
        to: { name: 'Jö', address: 'jo@xn--bcher-kva.example' },
        subject: 'Grüße 🛰',
        kind: 'verify-email',
        messageId: `<${written.messageId}>`,
        date: '2026-11-22T10:15:00.000Z',
        links: ['https://fleet.example.net/x?a=1&b=2'],
      },
    ]);
  });

  it('holds a mail that was delivered twice once, and what a crash left half written never', async () => {
    const written = mail();
    mkdirSync(outboxFolder(dataDir), { mode: 0o755 });
    writeFileSync(join(outboxFolder(dataDir), `.20261122T101500Z-verify-email-${written.messageId.split('@')[0]}.eml.draft`), 'To: half');
    await carrier().deliver(written);
    await carrier().deliver(written);
    expect((await mailsIn(dataDir)).map((m) => m.messageId)).toEqual([`<${written.messageId}>`]);
    expect(readdirSync(outboxFolder(dataDir))).toHaveLength(1);
    expect(statSync(outboxFolder(dataDir)).mode & 0o777).toBe(0o700);
  });

  it(`keeps the newest ${OUTBOX_KEEPS}`, async () => {
    mkdirSync(outboxFolder(dataDir));
    const old = (n: number): string => `20260101T${String(100000 + n)}Z-invite-${newId()}.eml`;
    for (let n = 0; n < OUTBOX_KEEPS + 20; n++) writeFileSync(join(outboxFolder(dataDir), old(n)), 'To: x@y.z\r\n\r\n');
    writeFileSync(join(outboxFolder(dataDir), 'notes.txt'), 'of the operator');
    await carrier().deliver(mail());
    const files = readdirSync(outboxFolder(dataDir)).sort();
    expect(files.filter((f) => f.endsWith('.eml'))).toHaveLength(OUTBOX_KEEPS);
    expect(files[0]).toContain('T100021Z');
    expect(files.slice(-2)).toEqual([expect.stringContaining('verify-email'), 'notes.txt']);
  });

  it('says so when it cannot write, so that the mail is tried again', async () => {
    writeFileSync(outboxFolder(dataDir), 'a file in the way');
    await expect(carrier().deliver(mail())).rejects.toThrow('EEXIST');
  });
});
