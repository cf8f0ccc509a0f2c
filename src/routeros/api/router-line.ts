import type { Socket } from 'node:net';
import { RouterConnection, type Credentials } from './connection.js';
import { RouterBusyError } from './errors.js';
import type { Deadline } from './deadline.js';

export interface LineOptions {
  /** Connections to one router at once. RouterOS takes 20 in all (`max-sessions` of `/ip service`), people's among them. */
  readonly connectionsPerRouter: number;
  /** Commands that may wait for one of them. */
  readonly waitingPerRouter: number;
  /** How long an unused connection is kept, in milliseconds. */
  readonly idleMs: number;
  readonly connectMs: number;
  readonly loginMs: number;
  readonly drainMs: number;
}

/** The connections to one router and the line before them, first come, first served. */
export class RouterLine {
  private readonly unused = new Map<RouterConnection, NodeJS.Timeout>();
  /** Connections lent out or being opened, and those whose router is still at a command that was called off. */
  private inUse = 0;
  private readonly all = new Set<RouterConnection>();
  private readonly waiting: (() => void)[] = [];
  /** Everybody between `take` and the end of `giveBack`. */
  private users = 0;

  constructor(
    private readonly open: () => Socket,
    private readonly options: LineOptions,
    /** Told when nothing is left of this line. */
    private readonly onEmpty: () => void,
  ) {}

  /** A connection of these credentials: a kept one, a new one, or the next that gets free. Give it back. */
  async take(credentials: Credentials, deadline: Deadline): Promise<RouterConnection> {
    this.users++;
    try {
      return (await this.claim(credentials, deadline)) ?? (await this.connect(credentials, deadline));
    } catch (error) {
      this.users--;
      this.leave();
      throw error;
    }
  }

  /** Takes a connection back; whoever waits gets it once the router has finished with it. */
  giveBack(connection: RouterConnection): void {
    void connection.settled().then(() => {
      if (!connection.closed) this.keep(connection);
      this.freed();
      this.users--;
      this.leave();
    });
  }

  close(): void {
    for (const connection of [...this.all]) connection.close();
  }

  /** Waits in line, then takes a place and, where there is one, the kept connection that goes with it: in one step. */
  private async claim(credentials: Credentials, deadline: Deadline): Promise<RouterConnection | undefined> {
    let called = false;
    while ((this.waiting.length > 0 && !called) || !this.hasRoom(credentials)) {
      if (!called && this.waiting.length >= this.options.waitingPerRouter)
        throw new RouterBusyError(`${this.waiting.length} commands already wait for this router; try again in a moment.`);
      deadline.phase = 'line';
      await this.turn(deadline.signal, called);
      called = true;
    }
    const kept = this.keptOf(credentials);
    this.inUse++;
    // a new one takes the place of somebody else's unused one
    if (!kept && this.unused.size + this.inUse > this.options.connectionsPerRouter) this.discard([...this.unused.keys()][0]!);
    return kept;
  }

  private hasRoom(credentials: Credentials): boolean {
    if (this.inUse < this.options.connectionsPerRouter) return true;
    return [...this.unused.keys()].some((connection) => same(connection.credentials, credentials));
  }

  /** Waits to be called; who was called before and found no room stays the first. */
  private turn(signal: AbortSignal, first: boolean): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      const call = (): void => {
        signal.removeEventListener('abort', abort);
        resolve();
      };
      const abort = (): void => {
        this.waiting.splice(this.waiting.indexOf(call), 1);
        reject(signal.reason as Error);
      };
      if (first) this.waiting.unshift(call);
      else this.waiting.push(call);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  private async connect(credentials: Credentials, deadline: Deadline): Promise<RouterConnection> {
    const { connectMs, loginMs, drainMs } = this.options;
    deadline.enter('connect', connectMs);
    try {
      const connection = await RouterConnection.open(this.open, credentials, {
        signal: deadline.signal,
        drainMs,
        connected: () => deadline.enter('login', loginMs),
        onClosed: (closed) => {
          this.all.delete(closed);
          this.forget(closed);
          this.leave();
        },
      });
      if (!connection.closed) this.all.add(connection);
      return connection;
    } catch (error) {
      this.freed();
      throw error;
    }
  }

  private keptOf(credentials: Credentials): RouterConnection | undefined {
    // the one used last is the least likely to have been closed by the router
    const kept = [...this.unused.keys()].reverse().find((connection) => same(connection.credentials, credentials));
    if (kept) this.forget(kept);
    return kept;
  }

  private keep(connection: RouterConnection): void {
    const timer = setTimeout(() => this.discard(connection), this.options.idleMs);
    timer.unref();
    this.unused.set(connection, timer);
  }

  private discard(connection: RouterConnection): void {
    this.forget(connection);
    connection.close();
  }

  private forget(connection: RouterConnection): void {
    clearTimeout(this.unused.get(connection));
    this.unused.delete(connection);
  }

  private freed(): void {
    this.inUse--;
    this.waiting.shift()?.();
  }

  private leave(): void {
    if (this.users === 0 && this.unused.size === 0) this.onEmpty();
  }
}

const same = (a: Credentials, b: Credentials): boolean => a.user === b.user && a.password === b.password;
