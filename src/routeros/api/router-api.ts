import { connect, type Socket } from 'node:net';
import { commandSentence, onlyLooks, type ApiCommand } from './command.js';
import { Deadline } from './deadline.js';
import { CommandCancelledError, InvalidCommandError, RouterApiClosedError, RouterConnectionLostError } from './errors.js';
import type { ApiReply } from './reply.js';
import { RouterLine, type LineOptions } from './router-line.js';

/** Where a router's API is, and who asks. */
export interface RouterTarget {
  /** Address or name. */
  readonly host: string;
  /** Default 8728. */
  readonly port?: number;
  readonly user: string;
  readonly password: string;
}

export interface RunOptions {
  /** For everything: waiting in line, connecting, login and reply. Milliseconds, 1 to 2^31 - 1. Default 10,000. */
  readonly timeoutMs?: number;
  /** Calls the command off; the router is told to stop it. */
  readonly signal?: AbortSignal;
  /** See `ReplyLimits`. Default 16 MiB. */
  readonly maxBytes?: number;
  /** Default 50,000. */
  readonly maxRows?: number;
}

export interface RouterApiOptions extends Partial<LineOptions> {
  /** How to reach a router; answers a socket that is connecting. Default: TCP from this process. */
  readonly open?: (target: { readonly host: string; readonly port: number }) => Socket;
}

const DEFAULTS: LineOptions = {
  connectionsPerRouter: 4,
  waitingPerRouter: 64,
  idleMs: 30_000,
  connectMs: 5_000,
  loginMs: 5_000,
  drainMs: 3_000,
};
const API_PORT = 8728;
const LONGEST_TIMER = 0x7fff_ffff;

/**
 * Runs commands on routers over the RouterOS API. Connections are kept for a while and shared by commands of the same
 * user and password, at most `connectionsPerRouter` to a router; more commands wait their turn.
 *
 * A command that was sent is sent again only where that is harmless: it only reads, and a kept connection turned out to
 * be dead before a byte of the answer came.
 */
export class RouterApi {
  private readonly lines = new Map<string, RouterLine>();
  private readonly running = new Set<Deadline>();
  private readonly options: LineOptions;
  private readonly open: NonNullable<RouterApiOptions['open']>;
  private closed = false;

  constructor({ open = (target) => connect(target), ...options }: RouterApiOptions = {}) {
    this.open = open;
    this.options = { ...DEFAULTS, ...options };
  }

  /**
   * Runs one command and answers the whole reply.
   * @throws RouterApiError: its `code` tells what happened, `sent` whether the router may have carried it out
   */
  async run(target: RouterTarget, command: ApiCommand, options: RunOptions = {}): Promise<ApiReply> {
    const { timeoutMs = 10_000, signal, maxBytes = 16 << 20, maxRows = 50_000 } = options;
    const words = commandSentence(command);
    if (!(timeoutMs >= 1 && timeoutMs <= LONGEST_TIMER)) throw new InvalidCommandError('timeoutMs is between 1 and 2147483647.');
    checkTarget(target);
    if (this.closed) throw new RouterApiClosedError('The client is closed.');
    if (signal?.aborted) throw calledOff(signal);
    const deadline = new Deadline(timeoutMs);
    const cancel = (): void => deadline.end(calledOff(signal!));
    signal?.addEventListener('abort', cancel, { once: true });
    this.running.add(deadline);
    try {
      for (;;) {
        const line = this.lineOf(target);
        const connection = await line.take(target, deadline);
        const kept = connection.reused;
        deadline.enter('reply');
        try {
          return await connection.run(words, { maxBytes, maxRows }, deadline.signal);
        } catch (error) {
          // every kept connection that turns out to be dead is gone afterwards, so this ends
          if (!kept || !diedUnnoticed(error) || (error.sent && !onlyLooks(command.path))) throw error;
        } finally {
          line.giveBack(connection);
        }
      }
    } finally {
      deadline.clear();
      this.running.delete(deadline);
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Routers to which something is open or under way. */
  get routers(): number {
    return this.lines.size;
  }

  /** Ends every connection; commands under way or in line reject with `RouterApiClosedError`. */
  async close(): Promise<void> {
    this.closed = true;
    for (const deadline of this.running) deadline.end(new RouterApiClosedError('The client was closed.'));
    for (const line of [...this.lines.values()]) line.close();
  }

  private lineOf({ host, port = API_PORT }: RouterTarget): RouterLine {
    const key = `${port} ${host}`;
    let line = this.lines.get(key);
    if (!line) {
      const made: RouterLine = new RouterLine(
        () => this.open({ host, port }),
        this.options,
        () => {
          if (this.lines.get(key) === made) this.lines.delete(key);
        },
      );
      this.lines.set(key, (line = made));
    }
    return line;
  }
}

function checkTarget({ host, port = API_PORT, user, password }: RouterTarget): void {
  if (typeof host !== 'string' || host === '') throw new InvalidCommandError('The router has no address.');
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InvalidCommandError(`${port} is no TCP port: a port is a whole number between 1 and 65535.`);
  if (typeof user !== 'string' || typeof password !== 'string') throw new InvalidCommandError('User and password are text.');
}

const calledOff = (signal: AbortSignal): CommandCancelledError =>
  new CommandCancelledError('The command was called off.', { cause: signal.reason });

const diedUnnoticed = (error: unknown): error is RouterConnectionLostError => error instanceof RouterConnectionLostError && !error.answered;
