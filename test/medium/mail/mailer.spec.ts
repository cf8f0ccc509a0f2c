import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type Socket } from 'node:net';
import { readSettings } from '../../../src/config/index.js';
import { FrozenClock } from '../../../src/platform/clock/clock.js';
import { RequestContext } from '../../../src/platform/context/index.js';
import { AppKeys } from '../../../src/platform/crypto/index.js';
import { letter, type Mail, Mailer, UnsendableMail } from '../../../src/platform/mail/index.js';
import { deliverMail } from '../../../src/platform/mail/mailer.js';
import { SmtpCarrier } from '../../../src/platform/mail/smtp-carrier.js';
import { InProcessTransport } from '../../../src/platform/tasks/in-process-transport.js';
import { TaskStore } from '../../../src/platform/tasks/index.js';
import '../../../src/platform/tasks/task.entity.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { LOOPBACK_CERTIFICATE } from '../../support/loopback-certificate.js';
import { MailServer } from '../../support/mail-server.js';
import { type OpenDatabase, openDatabase } from '../../support/postgres.js';
import { WorkerProcess } from '../tasks/worker-process.js';

const ctx = RequestContext.system('mail');
const LINK = 'https://fleet.example.net/verify?token=a-secret-1&for=jo%2Bnew@example.net';
const mail: Mail = {
  to: { address: 'jo@example.net', name: 'Jø "Boss" Müller' },
  subject: 'Überprüfe deine Adresse ✉',
  kind: 'verify-email',
  ...letter({
    title: 'Verify your address',
    greeting: 'Hello Jø & Co.,',
    paragraphs: ['Somebody, you we hope, gave <this> address.', `${'A line that is longer than a mail may have. '.repeat(30)}The end.`],
    button: { label: 'Verify', url: LINK },
    footer: 'Not you? Do nothing.',
  }),
};

/** Says nothing of what was done: the process died between the server's «yes» and its own note. */
class DyingStore extends TaskStore {
  override finish(): Promise<boolean> {
    return Promise.reject(new Error('killed'));
  }
}

describe('mail by SMTP', () => {
  let database: OpenDatabase;
  let clock: FrozenClock;
  const running: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    database = await openDatabase();
  });
  beforeEach(async () => {
    clock = new FrozenClock();
    await sql('TRUNCATE task');
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.close()));
  });
  afterAll(() => database.close());

  const sql = <R extends object>(text: string): Promise<R[]> => database.db.query<R>(ctx, text);
  const server = async (options?: Parameters<typeof MailServer.start>[0]): Promise<MailServer> => {
    const started = await MailServer.start(options);
    running.push({ close: () => started.stop() });
    return started;
  };
  const worker = async (
    url: string,
    options: Parameters<typeof WorkerProcess.make>[3] = {},
  ): Promise<WorkerProcess & { mailer: Mailer }> => {
    const process = await WorkerProcess.make(database.url, clock, new InProcessTransport(clock, 20), options);
    running.push(process);
    const settings = readSettings({ SMTP_URL: url, MAIL_FROM: 'rosfleet <noreply@fleet.example.net>' });
    const carrier = new SmtpCarrier(settings.SMTP_URL!, LOOPBACK_CERTIFICATE);
    const mailer = new Mailer(process.tasks, carrier, new AppKeys('11'.repeat(32)), settings, clock, process.logger);
    process.handle(deliverMail, (ctx, payload, run) => mailer.deliver(ctx, payload, run));
    await process.start();
    return Object.assign(process, { mailer });
  };
  const task = async (): Promise<{ id: string; state: string; attempts: number; last_error: string | null }> =>
    (await sql<Awaited<ReturnType<typeof task>>>('SELECT id, state, attempts, last_error FROM task'))[0]!;
  const waitsAfter = (attempts: number): Promise<boolean> =>
    eventually(async () => {
      const now = await task();
      return now.state === 'waiting' && now.attempts === attempts;
    });

  it('arrives encrypted, under the login, with the same words and link in text and HTML', async () => {
    const mails = await server({ login: ['fleet', 'p@ss word'] });
    const { mailer } = await worker(`smtp://fleet:p%40ss%20word@127.0.0.1:${mails.port}`);
    await mailer.send(ctx, mail);
    const got = await eventually(() => mails.received[0]);
    expect(got).toMatchObject({
      ...{ secure: true, user: 'fleet', recipients: ['jo@example.net'], subject: mail.subject },
      to: mail.to,
      from: { name: 'rosfleet', address: 'noreply@fleet.example.net' },
      date: '2026-01-01T12:00:00.000Z',
      messageId: `<${(await task()).id}@fleet.example.net>`,
      headers: { 'auto-submitted': 'auto-generated', 'mime-version': '1.0' },
    });
    expect(got.text.trim()).toBe(mail.text.trim());
    expect(got.html.trim()).toBe(mail.html.trim());
    expect(got.links).toEqual([LINK]);
    expect([...got.html.matchAll(/href="([^"]*)"/g)].map((m) => m[1])).toEqual([LINK, LINK].map((link) => link.replace('&', '&amp;')));
    await eventually(async () => (await task()).state === 'done');
  });

  it('arrives over TLS from the first byte', async () => {
    const mails = await server({ tls: true, login: ['fleet', 'secret'] });
    const { mailer } = await worker(`smtps://fleet:secret@127.0.0.1:${mails.port}`);
    await mailer.send(ctx, mail);
    expect((await eventually(() => mails.received[0])).secure).toBe(true);
  });

  it('is not sent for a transaction that was rolled back, and not before the commit', async () => {
    const mails = await server();
    const { mailer, db } = await worker(`smtp://127.0.0.1:${mails.port}`);
    const failing = db.transaction(ctx, async (ctx) => {
      await mailer.send(ctx, { ...mail, subject: 'rolled back' });
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    await db.transaction(ctx, async (ctx) => {
      await mailer.send(ctx, { ...mail, subject: 'committed' });
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect(mails.tries).toBe(0);
    });
    await eventually(async () => (await task()).state === 'done');
    expect(mails.received.map((m) => m.subject)).toEqual(['committed']);
  });

  it('waits sealed: nothing of it can be read in the database or the log', async () => {
    const { mailer, logger } = await worker(`smtp://127.0.0.1:${await freePort()}`);
    await mailer.send(ctx, mail);
    await waitsAfter(1);
    for (const text of [JSON.stringify(await sql('SELECT * FROM task')), JSON.stringify(logger.lines)]) {
      expect(text).not.toMatch(/a-secret|jo@example|berpr/);
    }
  });

  it('is tried again while the server says «later», as the same mail', async () => {
    const mails = await server();
    mails.refusals.push({ at: 'recipient', code: 451, text: 'greylisted' }, { at: 'content', code: 452, text: 'no room just now' });
    const { mailer } = await worker(`smtp://127.0.0.1:${mails.port}`);
    await mailer.send(ctx, mail);
    await waitsAfter(1);
    expect((await task()).last_error).toContain('greylisted');
    clock.advance(60_000);
    await waitsAfter(2);
    clock.advance(60_000);
    await eventually(async () => (await task()).state === 'done');
    expect(mails.received.map((m) => [m.messageId, m.date])).toEqual([
      [`<${(await task()).id}@fleet.example.net>`, '2026-01-01T12:00:00.000Z'],
    ]);
  });

  it.each(['recipient', 'content'] as const)('is given up and logged when the server refuses its %s for good', async (at) => {
    const mails = await server();
    mails.refusals.push({ at, code: 550, text: 'nobody of that name' });
    const { mailer, logger } = await worker(`smtp://127.0.0.1:${mails.port}`);
    await mailer.send(ctx, mail);
    await eventually(async () => (await task()).state === 'failed');
    expect((await task()).last_error).toBe('The mail server refused the mail for good: 550 nobody of that name');
    clock.advance(86_400_000);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect([mails.tries, mails.received.length]).toEqual([1, 0]);
    expect(logger.lines).toContainEqual(
      expect.objectContaining({
        msg: 'the mail server refused a mail for good; it is not sent',
        answer: '550 nobody of that name',
        kind: 'verify-email',
      }),
    );
  });

  it('waits for an operator when the server refuses our login or our sender', async () => {
    const mails = await server({ login: ['fleet', 'right'] });
    const wrong = await worker(`smtp://fleet:wrong@127.0.0.1:${mails.port}`);
    await wrong.mailer.send(ctx, mail);
    await waitsAfter(1);
    await wrong.close();
    running.splice(running.indexOf(wrong), 1);

    mails.refusals.push({ at: 'sender', code: 553, text: 'not your address' });
    const right = await worker(`smtp://fleet:right@127.0.0.1:${mails.port}`);
    clock.advance(60_000);
    await waitsAfter(2);
    expect((await task()).last_error).toContain('not your address');
    clock.advance(60_000);
    await eventually(async () => (await task()).state === 'done');
    expect(mails.received).toHaveLength(1);
    expect(JSON.stringify(right.logger.lines)).not.toContain('right');
  });

  it('outlives a server that is down', async () => {
    const port = await freePort();
    const { mailer } = await worker(`smtp://127.0.0.1:${port}`);
    await mailer.send(ctx, mail);
    await waitsAfter(1);
    const mails = await server({ port });
    clock.advance(60_000);
    await eventually(() => mails.received.length);
  });

  it('uses up no attempt when the process stops in the middle', async () => {
    const port = await freePort();
    const silent = createServer(); // takes connections and never greets
    await new Promise<void>((done) => silent.listen(port, '127.0.0.1', done));
    const connected = new Promise<Socket>((done) => silent.once('connection', done));
    const sending = await worker(`smtp://127.0.0.1:${port}`);
    await sending.mailer.send(ctx, mail);
    const socket = await connected;
    await sending.close();
    running.splice(running.indexOf(sending), 1);
    expect(await task()).toMatchObject({ state: 'waiting', attempts: 0 });
    socket.destroy();
    await new Promise((done) => silent.close(done));
  });

  it('carries the same Message-ID when the process died before it could note the delivery', async () => {
    const mails = await server();
    const dying = await worker(`smtp://127.0.0.1:${mails.port}`, { store: (db, clock) => new DyingStore(db, clock) });
    await dying.mailer.send(ctx, mail);
    await eventually(() => dying.logger.messages().some((line) => line.includes('could not be recorded')));
    await dying.close();
    running.splice(running.indexOf(dying), 1);

    await worker(`smtp://127.0.0.1:${mails.port}`);
    clock.advance(61_000); // the dead process's lease
    await eventually(async () => (await task()).state === 'done');
    expect(mails.received).toHaveLength(2);
    expect(new Set(mails.received.map((m) => m.messageId)).size).toBe(1);
  });

  it('sends no password in the clear', async () => {
    const carrier = new SmtpCarrier({ host: 'mail.example.net', port: 587, tls: false, login: { user: 'u', password: 'p' } });
    expect(carrier['transporter'].options).toMatchObject({ requireTLS: true, secure: false });
  });

  it.each<[string, Partial<Mail>]>([
    ['a second header in the subject', { subject: 'Hi\r\nBcc: all@example.net' }],
    ['a bare line feed in the subject', { subject: 'Hi\nthere' }],
    ['a control character in the subject', { subject: 'Hi\u0000' }],
    ['no subject', { subject: ' ' }],
    ['two recipients', { to: { address: 'a@example.net, b@example.net' } }],
    ['a second header in the address', { to: { address: 'a@example.net\r\nBcc:b@example.net' } }],
    ['a name in the address', { to: { address: 'Jo <jo@example.net>' } }],
    ['a kind that is a path', { kind: '../../etc/x' }],
  ])('refuses %s before anything is written', async (_what, part) => {
    const { mailer } = await worker(`smtp://127.0.0.1:${await freePort()}`);
    await expect(mailer.send(ctx, { ...mail, ...part })).rejects.toThrow(UnsendableMail);
    expect(await sql('SELECT FROM task')).toEqual([]);
  });

  it('cleans display names instead', async () => {
    const mails = await server();
    const { mailer } = await worker(`smtp://127.0.0.1:${mails.port}`);
    await mailer.send(ctx, { ...mail, to: { address: 'jo@example.net', name: 'Jo\r\nBcc: x@example.net \u202egro.knab' } });
    const got = await eventually(() => mails.received[0]);
    expect(got.to).toEqual({ address: 'jo@example.net', name: 'Jo Bcc: x@example.net gro.knab' });
    expect([got.recipients, got.headers['bcc']]).toEqual([['jo@example.net'], undefined]);
  });
});
