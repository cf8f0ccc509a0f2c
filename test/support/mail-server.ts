import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { freePort } from './free-port.js';
import { LOOPBACK_CERTIFICATE, LOOPBACK_KEY } from './loopback-certificate.js';
import { parseMail, type ParsedMail } from './outbox.js';

/** A reply other than «yes», at the recipient or after the content. */
export interface Refusal {
  readonly at: 'sender' | 'recipient' | 'content';
  readonly code: number;
  readonly text: string;
}

export interface Received extends ParsedMail {
  readonly secure: boolean;
  readonly user: string | undefined;
  readonly recipients: readonly string[];
}

/** A real SMTP server on loopback that keeps what it accepts. */
export class MailServer {
  readonly received: Received[] = [];
  /** Replies to the next mails, one each; after them it accepts. */
  readonly refusals: Refusal[] = [];
  /** Every mail that was tried, accepted or not. */
  tries = 0;

  private constructor(
    readonly port: number,
    private readonly server: SMTPServer,
  ) {}

  /** @param login user and password that it asks for after STARTTLS; without it everybody may send */
  static async start(options: { port?: number; login?: [user: string, password: string]; tls?: boolean } = {}): Promise<MailServer> {
    const { login, tls = false, port = await freePort() } = options;
    const self: { it?: MailServer } = {};
    const answers = (at: Refusal['at'], callback: (error?: Error | null) => void): void => {
      if (at === 'sender') self.it!.tries++;
      if (self.it!.refusals[0]?.at !== at) return callback();
      const { code, text } = self.it!.refusals.shift()!;
      callback(Object.assign(new Error(text), { responseCode: code }));
    };
    const settings: SMTPServerOptions = {
      ...{ key: LOOPBACK_KEY, cert: LOOPBACK_CERTIFICATE, secure: tls, authOptional: !login, disableReverseLookup: true, logger: false },
      onAuth: ({ username, password }, _session, callback) =>
        login && username === login[0] && password === login[1]
          ? callback(null, { user: username })
          : callback(Object.assign(new Error('Bad login'), { responseCode: 535 })),
      onMailFrom: (_address, _session, callback) => answers('sender', callback),
      onRcptTo: (_address, _session, callback) => answers('recipient', callback),
      onData: (stream, session, callback) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          void parseMail(Buffer.concat(chunks)).then((mail) => {
            if (self.it!.refusals[0]?.at !== 'content') {
              self.it!.received.push({
                ...mail,
                secure: session.secure,
                user: session.user as string | undefined,
                recipients: session.envelope.rcptTo.map(({ address }) => address),
              });
            }
            answers('content', callback);
          });
        });
      },
    };
    const server = new SMTPServer(settings);
    server.on('error', () => undefined); // clients that go away
    self.it = new MailServer(port, server);
    await new Promise<void>((done, fail) => {
      server.once('error', fail);
      server.listen(port, '127.0.0.1', () => done());
    });
    return self.it;
  }

  stop(): Promise<void> {
    return new Promise((done) => this.server.close(() => done()));
  }
}
