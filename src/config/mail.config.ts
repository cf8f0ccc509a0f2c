import { type Mailbox, parseMailbox } from '../platform/mail/mailbox.js';
import { parseSmtpUrl, type SmtpServer } from '../platform/mail/smtp-server-url.js';
import { concern, text, type Variable } from './variable.js';

const smtpUrl: Variable<SmtpServer | undefined> = {
  describe:
    'Mail server: smtp:// (STARTTLS, port 587) or smtps:// (TLS, port 465). A password is only sent encrypted. Without it mails are files in DATA_DIR/outbox.',
  example: 'smtp://user:password@mail.example.net:587',
  fallback: undefined,
  parse: parseSmtpUrl,
};

const mailFrom: Variable<Mailbox | undefined> = {
  describe: 'Sender of mails; needed with SMTP_URL.',
  example: 'rosfleet <noreply@example.net>',
  fallback: undefined,
  parse: (raw) => {
    const mailbox = parseMailbox(raw);
    if (!mailbox) throw new Error('is not one address, bare or as name <address>');
    return mailbox;
  },
};

export const mailConfig = concern('Mail: how people are written to', {
  SMTP_URL: smtpUrl,
  MAIL_FROM: mailFrom,
  SUPPORT_EMAIL: text(
    undefined,
    'Where feedback of people is mailed to. Without it feedback is only kept in the database.',
    'help@example.net',
    {
      pattern: /^[^\s@<>,;]+@[^\s@<>,;]+$/,
      why: 'is not one e-mail address',
    },
  ),
});

/** Stands in files of the outbox when nobody chose a sender; no mail leaves with it. */
export const OUTBOX_SENDER: Mailbox = { name: 'rosfleet', address: 'noreply@localhost' };
