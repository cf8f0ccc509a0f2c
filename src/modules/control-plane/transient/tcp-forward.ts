import { createServer, type Server, type Socket } from 'node:net';

/** What became of the connections to a port. Numbers since it was opened. */
export interface ForwardCounts {
  /** Connections that were let in. */
  connections: number;
  /** Connections that were closed at once: a source that may not come, or too many at a time. */
  refused: number;
  /** Bytes from whoever connected. */
  bytesIn: number;
  /** Bytes to whoever connected. */
  bytesOut: number;
}

export interface ForwardOptions {
  /** IPv4 or IPv6 address to listen on. */
  readonly host: string;
  /** TCP port; 0 takes a free one. */
  readonly port: number;
  /** Whether this source may come. Asked at every connection, with the address as the socket tells it. */
  allows(address: string): boolean;
  /** A way to the target for one connection: a socket that connects, with `allowHalfOpen`. Rejecting closes the connection. */
  dial(): Promise<Socket>;
  /** Connections at a time. */
  readonly mostConnections: number;
  /** From the accepted connection to the connected target. */
  readonly connectMs: number;
  /** A connection on which nothing moves for so long, in either direction, is cut. */
  readonly idleMs: number;
  /** The same once one side has said all it has to say. */
  readonly halfOpenIdleMs: number;
  /** A source that may not come, and how many there were. */
  refused?(address: string, count: number): void;
  /** A connection that was let in did not reach the target. */
  unreachable?(error: Error): void;
}

/** Asks whether the other side lives after so long a silence. */
const KEEP_ALIVE_MS = 30_000;

/**
 * A TCP port whose connections are carried on to a target. Bytes are read from one side as fast as the other takes them, an
 * end of one side is told to the other one while that goes on talking, and a broken connection breaks its other half too.
 */
export class TcpForward {
  private readonly pairs = new Set<Pair>();
  private readonly counts: ForwardCounts = { connections: 0, refused: 0, bytesIn: 0, bytesOut: 0 };
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly server: Server,
    private readonly options: ForwardOptions,
  ) {
    server.on('connection', (client) => this.take(client));
    server.on('error', () => undefined); // of one accept, such as too many open files: the next ones may work
  }

  /** Listens. Rejects with the error of `listen`, EADDRINUSE among them. */
  static open(options: ForwardOptions): Promise<TcpForward> {
    // Nothing is read before the target is there: what the client sends waits in its own machine.
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
    return new Promise((done, fail) => {
      server.once('error', fail);
      server.listen({ host: options.host, port: options.port, exclusive: true }, () => {
        server.off('error', fail);
        done(new TcpForward(server, options));
      });
    });
  }

  get port(): number {
    return (this.server.address() as { port: number } | null)?.port ?? this.options.port;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.pairs.size;
  }

  /** Numbers up to now, those of open connections included. */
  total(): ForwardCounts {
    const total = { ...this.counts };
    for (const { client } of this.pairs) {
      total.bytesIn += client.bytesRead;
      total.bytesOut += sent(client);
    }
    return total;
  }

  /** Takes no more connections and cuts those that are open, at once. Settles when the port is free. */
  close(): Promise<void> {
    this.closing ??= new Promise((done) => this.server.close(() => done()));
    for (const pair of this.pairs) pair.cut();
    return this.closing;
  }

  private take(client: Socket): void {
    const address = client.remoteAddress;
    if (address === undefined || this.closing) return void client.destroy(); // gone already
    if (!this.options.allows(address) || this.pairs.size >= this.options.mostConnections) {
      this.counts.refused++;
      client.on('error', () => undefined).destroy();
      this.options.refused?.(address, this.counts.refused);
      return;
    }
    this.counts.connections++;
    const pair = new Pair(client, this.options, () => {
      this.pairs.delete(pair);
      this.counts.bytesIn += client.bytesRead;
      this.counts.bytesOut += sent(client);
    });
    this.pairs.add(pair);
    pair.start();
  }
}

/** Bytes that left for the other side; Node counts those that wait, too. */
const sent = (socket: Socket): number => Math.max(0, socket.bytesWritten - socket.writableLength);

/** One connection and its other half. */
class Pair {
  private target: Socket | undefined;
  private connectTimer: NodeJS.Timeout | undefined;
  private readonly open = new Set<Socket>();
  private isConnected = false;
  private isOver = false;

  constructor(
    readonly client: Socket,
    private readonly options: ForwardOptions,
    private readonly over: () => void,
  ) {
    this.watch(client);
  }

  start(): void {
    this.connectTimer = setTimeout(() => this.fail(new Error('The target did not answer in time.')), this.options.connectMs);
    this.options.dial().then(
      (target) => this.join(target),
      (error: Error) => this.fail(error),
    );
  }

  /** By a reset, which also drops what still waits to be sent, and which nobody takes for an orderly end. */
  cut(): void {
    this.end((socket) => socket.resetAndDestroy());
  }

  private end(how: (socket: Socket) => unknown): void {
    this.isOver = true;
    clearTimeout(this.connectTimer);
    for (const socket of this.open) if (!socket.destroyed) how(socket);
  }

  private join(target: Socket): void {
    if (this.isOver) return void target.on('error', () => undefined).destroy();
    this.target = target;
    this.watch(target);
    target.once('connect', () => {
      this.isConnected = true;
      clearTimeout(this.connectTimer);
      for (const side of [this.client, target]) {
        side.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
        side.setTimeout(this.options.idleMs, () => this.cut());
        side.once('end', () => this.halfOpen());
      }
      this.client.pipe(target);
      target.pipe(this.client);
    });
  }

  private halfOpen(): void {
    for (const side of [this.client, this.target!]) side.setTimeout(this.options.halfOpenIdleMs);
  }

  private fail(error: Error): void {
    if (this.isOver) return;
    this.options.unreachable?.(error);
    this.end((socket) => socket.destroy());
  }

  private watch(socket: Socket): void {
    this.open.add(socket);
    let reason: NodeJS.ErrnoException | undefined;
    socket.on('error', (error: NodeJS.ErrnoException) => {
      reason = error;
      if (socket === this.target && !this.isConnected) this.fail(error);
    });
    socket.once('close', () => {
      this.open.delete(socket);
      // A side that said its end properly has told the other one by the pipe; all else breaks the other half as well.
      const isOrderly = reason === undefined && socket.readableEnded && socket.writableFinished;
      if (!isOrderly) this.end((other) => (reason?.code === 'ECONNRESET' ? other.resetAndDestroy() : other.destroy()));
      if (!this.open.size) this.over();
    });
  }
}
