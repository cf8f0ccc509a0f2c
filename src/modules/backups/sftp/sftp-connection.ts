import type { Socket } from 'node:net';
import ssh2, { type Connection } from 'ssh2';
import type { Logger } from '../../../platform/telemetry/logger.js';
import { fileNameOf } from '../file-name.js';
import type { Ticket } from '../tickets.js';
import { serveUpload } from './sftp-session.js';
import { Upload, type UploadBudget } from './upload.js';

const WRONG_PASSWORDS = 2;
/** A client that is told to go and does not is cut off. */
const GRACE_MS = 2000;

/** How long a client may take, in milliseconds. */
export interface Patience {
  /** To sign in, from the first byte on. */
  readonly signIn: number;
  /** Without a word, once it has signed in. A slow board writes its export before it connects. */
  readonly idle: number;
  /** Altogether. */
  readonly whole: number;
}

/** What a connection has from its server. */
export interface Door {
  /** Private keys in OpenSSH's PEM. */
  readonly hostKeys: readonly string[];
  readonly budget: UploadBudget;
  /** Most bytes of one upload. */
  readonly limit: number;
  readonly patience: Patience;
  readonly logger: Logger;
  /** Uses the password up. Undefined for a wrong one. */
  logIn(user: string, password: string): Promise<Ticket | undefined>;
  /** Takes the complete file. @throws Error with words for the client */
  complete(ticket: Ticket, content: Buffer): Promise<void>;
}

/**
 * Serves one connection until it ends, and sees to it that it ends: a client that never says a word, that never signs in, or that stands
 * still in the middle gets its socket taken away and gives its memory back.
 */
export function serveConnection(socket: Socket, door: Door): void {
  const { hostKeys, budget, limit, patience, logger } = door;
  const upload = new Upload(budget, limit);
  const end = (): void => {
    client?.end();
    cut ??= setTimeout(() => socket.destroy(), GRACE_MS);
  };
  let client: Connection | undefined;
  let cut: NodeJS.Timeout | undefined;
  let waiting = setTimeout(end, patience.signIn);
  const whole = setTimeout(end, patience.whole);
  socket.on('error', (err) => logger.debug({ err }, 'an SFTP connection broke'));
  socket.once('close', () => {
    for (const timer of [waiting, whole, cut]) clearTimeout(timer);
    upload.end();
  });

  const welcome = (connection: Connection): void => {
    client = connection;
    let ticket: Ticket | undefined;
    let wrong = 0;
    let sessions = 0;
    connection.on('error', (err: unknown) => logger.debug({ err, siteId: ticket?.siteId }, 'an SFTP connection broke'));
    connection.on('authentication', (attempt) => {
      if (attempt.method !== 'password') return attempt.reject(['password']);
      door.logIn(attempt.username, attempt.password).then(
        (found) => {
          if (found && !ticket) {
            ticket = found;
            return attempt.accept();
          }
          attempt.reject(['password']);
          if (++wrong >= WRONG_PASSWORDS) end();
        },
        (err: unknown) => {
          logger.error({ err }, 'an SFTP login could not be checked');
          end();
        },
      );
    });
    connection.on('ready', () => {
      const mine = ticket!;
      clearTimeout(waiting);
      waiting = setTimeout(end, patience.idle);
      connection.on('session', (accept, reject) => {
        if (++sessions > 1) return reject(); // one login, one file
        accept().on('sftp', (accept) =>
          serveUpload(accept(), {
            ...{ fileName: fileNameOf(mine.takenAt), folder: mine.siteId, upload },
            alive: () => void waiting.refresh(),
            complete: (content) => door.complete(mine, content),
            refused: (why) => logger.info({ siteId: mine.siteId, why }, 'SFTP refused something'),
          }),
        );
      });
    });
  };
  // A server of its own for each connection: the library's tells nobody which socket a client has.
  new ssh2.Server({ hostKeys: [...hostKeys], ident: 'rosfleet' }, welcome).injectSocket(socket);
}
