import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import {
  RouterApiError,
  RouterConnectionLostError,
  RouterFatalError,
  RouterLoginError,
  RouterProtocolError,
  RouterReplyTooLargeError,
  RouterTrapError,
  RouterUnreachableError,
} from './errors.js';
import { messageOf, parseReply, ReplyCollector, type ApiReply, type ReplyLimits, type ReplySentence } from './reply.js';
import { encodeSentence, SentenceReader, SentenceTooLongError } from './sentence.js';

/** A value is 60 kB at most and a row some hundred properties: what is beyond is no router. */
const SENTENCE_LIMITS = { wordBytes: 4 << 20, sentenceBytes: 8 << 20, words: 10_000 };
/** Answers to a login are one line. */
const LOGIN_LIMITS: ReplyLimits = { maxBytes: 64 << 10, maxRows: 10 };

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** The command under way. `tag` is undefined for a login, which old routers answer only without one. */
interface Exchange {
  readonly tag: string | undefined;
  readonly collector: ReplyCollector;
  readonly resolve: (reply: ApiReply) => void;
  readonly reject: (error: unknown) => void;
  /** The caller has its answer; the router may still be at it. */
  settled: boolean;
}

/**
 * One connection to a router's API, one command at a time. Whatever arrives ends in a settled promise or in a closed
 * connection, never in an exception out of a socket's event.
 */
export class RouterConnection {
  /** Whether a command was run before: the router may have closed it unnoticed. */
  reused = false;
  private readonly reader = new SentenceReader(SENTENCE_LIMITS);
  private exchange: Exchange | undefined;
  /** Tags whose `!done` has not come: the command's, and after a cancellation the cancellation's too. */
  private readonly pending = new Set<string | undefined>();
  private lastTag = 0;
  private answered = false;
  private failure: RouterApiError | undefined;
  private drainTimer: NodeJS.Timeout | undefined;
  private whenIdle: (() => void)[] = [];

  private constructor(
    private readonly socket: Socket,
    readonly credentials: Credentials,
    private readonly drainMs: number,
    private readonly onClosed: (connection: RouterConnection) => void,
  ) {
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('error', (error) => this.fail(lost(error)));
    socket.on('end', () => this.fail(lost()));
    socket.on('close', () => this.fail(lost()));
  }

  /**
   * Connects and logs in.
   * @param open gives a socket that is connecting; `signal` ends the attempt, and its reason is what this rejects with
   * @param connected told when the router accepted, before the login
   * @throws RouterUnreachableError, RouterLoginError, and whatever `run` throws
   */
  static async open(
    open: () => Socket,
    credentials: Credentials,
    { signal, drainMs, connected, onClosed }: ConnectionOptions,
  ): Promise<RouterConnection> {
    const socket = await connect(open, signal);
    connected();
    const connection = new RouterConnection(socket, credentials, drainMs, onClosed);
    try {
      await connection.login(signal);
    } catch (error) {
      connection.close();
      throw error;
    }
    return connection;
  }

  get closed(): boolean {
    return this.failure !== undefined;
  }

  /** Open, and nothing is under way. */
  get idle(): boolean {
    return !this.closed && this.pending.size === 0;
  }

  /**
   * Runs a command. When `signal` aborts this rejects with its reason at once, and the router is told to stop; the
   * connection is idle again when the router has.
   * @throws RouterApiError
   */
  async run(words: readonly string[], limits: ReplyLimits, signal: AbortSignal): Promise<ApiReply> {
    // closed while nothing was under way: this command never went out
    if (this.failure) throw lost(this.failure);
    if (signal.aborted) throw signal.reason;
    const tag = String(++this.lastTag);
    try {
      return await this.exchangeOf([...words, `.tag=${tag}`], tag, limits, signal);
    } catch (error) {
      if (error instanceof RouterApiError) error.sent = true;
      throw error;
    } finally {
      this.reused = true;
    }
  }

  /** Resolves when nothing is under way any more, or the connection is closed. Never rejects. */
  settled(): Promise<void> {
    if (this.closed || this.idle) return Promise.resolve();
    return new Promise((resolve) => this.whenIdle.push(resolve));
  }

  /** Ends the connection; a command under way is lost. */
  close(): void {
    this.fail(lost());
  }

  /** Source of both forms: MikroTik's manual, «API», initial login and its form before 6.43. */
  private async login(signal: AbortSignal): Promise<void> {
    const { user, password } = this.credentials;
    try {
      const reply = await this.exchangeOf(['/login', `=name=${user}`, `=password=${password}`], undefined, LOGIN_LIMITS, signal);
      if (reply.ret === undefined) return;
      // before 6.43 the answer is a challenge
      if (!/^([0-9a-f]{2}){1,64}$/i.test(reply.ret))
        throw new RouterProtocolError('The router answers the login with a challenge that is none.');
      const challenge = Buffer.from(reply.ret, 'hex');
      const response = createHash('md5').update(Buffer.of(0)).update(password, 'utf8').update(challenge).digest('hex');
      await this.exchangeOf(['/login', `=name=${user}`, `=response=00${response}`], undefined, LOGIN_LIMITS, signal);
    } catch (error) {
      if (error instanceof RouterTrapError) throw new RouterLoginError(error.message, { cause: error });
      // a router whose service does not serve our address accepts and hangs up
      if (error instanceof RouterConnectionLostError && !error.answered)
        throw new RouterUnreachableError('The router closed the connection before the login: is its API open to this address?', {
          cause: error,
        });
      throw error;
    }
  }

  private exchangeOf(words: readonly string[], tag: string | undefined, limits: ReplyLimits, signal: AbortSignal): Promise<ApiReply> {
    if (this.failure) return Promise.reject(this.failure);
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    if (this.pending.size > 0) throw new Error('one command at a time');
    return new Promise<ApiReply>((resolve, reject) => {
      const abort = (): void => this.callOff(signal.reason);
      const settle =
        <T>(how: (value: T) => void) =>
        (value: T): void => {
          signal.removeEventListener('abort', abort);
          how(value);
        };
      this.exchange = { tag, collector: new ReplyCollector(limits), resolve: settle(resolve), reject: settle(reject), settled: false };
      this.pending.add(tag);
      this.answered = false;
      signal.addEventListener('abort', abort, { once: true });
      this.socket.write(encodeSentence(words));
    });
  }

  private receive(chunk: Buffer): void {
    if (this.closed) return;
    this.answered = true;
    try {
      for (const words of this.reader.push(chunk)) {
        this.accept(parseReply(words));
        if (this.closed) return;
      }
    } catch (error) {
      this.fail(
        error instanceof RouterApiError
          ? error
          : error instanceof SentenceTooLongError
            ? new RouterReplyTooLargeError(`The router announces ${error.message}.`, { cause: error })
            : new RouterProtocolError('The answer is not of the RouterOS API.', { cause: error }),
      );
    }
  }

  private accept(sentence: ReplySentence): void {
    if (sentence.word === '!fatal') return this.fail(new RouterFatalError(messageOf(sentence) || 'the router gives no reason'));
    if (!this.pending.has(sentence.tag))
      return this.fail(
        new RouterProtocolError(
          sentence.tag === undefined ? 'The router answered without a tag.' : 'The router answered what was not asked, or answered twice.',
        ),
      );
    const { exchange } = this;
    const mine = exchange?.tag === sentence.tag;
    if (sentence.word !== '!done') {
      if (exchange && mine && !exchange.settled) exchange.collector.take(sentence);
      return;
    }
    this.pending.delete(sentence.tag);
    if (exchange && mine && !exchange.settled) {
      exchange.settled = true;
      const reply = exchange.collector.finish(sentence);
      if (reply instanceof RouterApiError) exchange.reject(reply);
      else exchange.resolve(reply);
    }
    if (this.pending.size === 0) this.becomeIdle();
  }

  /** The caller goes its way; the router gets a while to stop, so that the connection can be used again. */
  private callOff(reason: unknown): void {
    const { exchange } = this;
    if (!exchange || exchange.settled || this.closed) return;
    exchange.settled = true;
    exchange.reject(reason);
    if (exchange.tag === undefined) return this.close();
    const cancelTag = String(++this.lastTag);
    this.pending.add(cancelTag);
    this.socket.write(encodeSentence(['/cancel', `=tag=${exchange.tag}`, `.tag=${cancelTag}`]));
    this.drainTimer = setTimeout(() => this.close(), this.drainMs);
  }

  private becomeIdle(): void {
    this.exchange = undefined;
    clearTimeout(this.drainTimer);
    for (const resolve of this.whenIdle.splice(0)) resolve();
  }

  private fail(error: RouterApiError): void {
    if (this.failure) return;
    this.failure = error;
    if (error instanceof RouterConnectionLostError) error.answered = this.answered;
    this.socket.destroy();
    const { exchange } = this;
    if (exchange && !exchange.settled) {
      exchange.settled = true;
      exchange.reject(error);
    }
    this.pending.clear();
    this.becomeIdle();
    this.onClosed(this);
  }
}

export interface ConnectionOptions {
  readonly signal: AbortSignal;
  /** How long a router may take to stop a command that was called off, in milliseconds. */
  readonly drainMs: number;
  readonly connected: () => void;
  /** Told once, when the connection is closed, by whomever. */
  readonly onClosed: (connection: RouterConnection) => void;
}

const lost = (cause?: Error): RouterConnectionLostError =>
  new RouterConnectionLostError('The connection to the router ended before its answer did.', cause && { cause });

/** The system's reasons that a person can do something about. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens on that port',
  EHOSTUNREACH: 'there is no way to that address',
  ENETUNREACH: 'there is no way to that network',
  ENOTFOUND: 'that name is unknown',
  ETIMEDOUT: 'it does not answer',
};

function whyNot(failure: NodeJS.ErrnoException | undefined): string {
  const code = failure?.code;
  return code === undefined ? '' : `: ${REASONS[code] ?? code}`;
}

/** A socket that is connected. Its error events are somebody's from the first to the last. */
function connect(open: () => Socket, signal: AbortSignal): Promise<Socket> {
  if (signal.aborted) return Promise.reject(signal.reason as Error);
  return new Promise((resolve, reject) => {
    const socket = open();
    socket.setNoDelay(true);
    // tells a router that vanished from one that is silent
    socket.setKeepAlive(true, 10_000);
    const end = (): void => {
      signal.removeEventListener('abort', abort);
      socket.off('connect', connected);
      socket.off('close', refused);
    };
    const connected = (): void => {
      end();
      resolve(socket);
    };
    let failure: Error | undefined;
    const refused = (): void => {
      end();
      reject(new RouterUnreachableError(`The router cannot be reached${whyNot(failure)}.`, { cause: failure }));
    };
    const abort = (): void => {
      end();
      socket.destroy();
      reject(signal.reason as Error);
    };
    socket.on('error', (error) => (failure = error));
    socket.on('close', refused);
    socket.on('connect', connected);
    signal.addEventListener('abort', abort, { once: true });
  });
}
