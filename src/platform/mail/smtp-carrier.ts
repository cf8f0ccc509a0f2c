import { createTransport, type Transporter } from 'nodemailer';
import type { SmtpServer } from './smtp-server-url.js';
import { MailCarrier, MailRefused, messageOf, type WrittenMail } from './mail-carrier.js';

/** A server that says nothing for so long is not there; the task is tried again. */
const PATIENCE_MS = { connectionTimeout: 15_000, greetingTimeout: 15_000, dnsTimeout: 15_000, socketTimeout: 60_000 };
/** «Log in first» and its kin (RFC 4954), which some servers only say at the recipient. */
const LOGIN_TROUBLE = [530, 534, 535, 538];
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/** Delivers to one mail server, a connection a mail. */
export class SmtpCarrier extends MailCarrier {
  readonly name = 'smtp';
  private readonly transporter: Transporter;

  /** @param certificateAuthority PEM of a CA to trust instead of the public ones */
  constructor(server: SmtpServer, certificateAuthority?: string) {
    super();
    const { host, port, tls, login } = server;
    this.transporter = createTransport({
      ...{ host, port, secure: tls },
      // A password never travels in the clear, except to this very machine.
      requireTLS: Boolean(login) && !LOOPBACK.test(host),
      ...(login ? { auth: { user: login.user, pass: login.password } } : {}),
      ...(certificateAuthority ? { tls: { ca: certificateAuthority } } : {}),
      ...PATIENCE_MS,
    });
  }

  async deliver(mail: WrittenMail, signal: AbortSignal): Promise<void> {
    try {
      await this.transporter.sendMail({ ...messageOf(mail), signal });
    } catch (error) {
      signal.throwIfAborted(); // the process stops: another one sends it
      if (isRefusal(error)) throw new MailRefused(oneLineOf(error), { cause: error });
      throw error;
    }
  }
}

interface SmtpError extends Error {
  /** The command that the server answered. */
  readonly command?: string;
  readonly response?: string;
  /** nodemailer: the reply is 5yz, but not 503. Absent when the server never answered. */
  readonly permanent?: boolean;
  readonly responseCode?: number;
}

/**
 * Only what the server says of recipient and content speaks of this mail. Its words at the greeting, the login and the
 * sender speak of our settings: an operator mends those, and the mails wait.
 */
const isRefusal = (error: unknown): error is SmtpError => {
  const { command, permanent, responseCode } = error as SmtpError;
  return (command === 'RCPT TO' || command === 'DATA') && permanent === true && !LOGIN_TROUBLE.includes(responseCode ?? 0);
};

const oneLineOf = ({ response, message }: SmtpError): string => (response ?? message).replace(/\s+/g, ' ').slice(0, 500);
