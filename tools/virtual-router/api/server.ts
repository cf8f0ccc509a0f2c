import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { VirtualRouter } from '../virtual-router.js';
import { toText } from '../values/value.js';
import { listed } from './account.js';
import { ApiSession } from './session.js';

export interface ApiServerOptions {
  /** Where to listen. Default 127.0.0.1. */
  readonly host?: string;
  /**
   * The router's ports, each with the real port that stands for it (0 for a free one). Only the port that
   * `/ip service api` has at the moment is answered; the others are there for when it is moved. Default `{ 8728: 0 }`.
   */
  readonly ports?: Readonly<Record<number, number>>;
  /** The address the router sees for a client's real one. Default: the real one. */
  readonly peer?: (address: string) => string;
  /** Whether a connection reaches the router at all, asked for each; for a router whose network is modelled. Default: yes. */
  readonly reached?: () => boolean;
}

/** The API service of a virtual router, on real TCP ports. */
export class ApiServer {
  private readonly listeners = new Map<number, Server>();

  private constructor(
    private readonly router: VirtualRouter,
    private readonly peer: (address: string) => string,
    private readonly reached: () => boolean,
  ) {}

  /** Begins to listen. @throws the system's error when a port is taken */
  static async start(router: VirtualRouter, options: ApiServerOptions = {}): Promise<ApiServer> {
    const { host = '127.0.0.1', ports = { 8728: 0 }, peer = (address: string) => address, reached = () => true } = options;
    const server = new ApiServer(router, peer, reached);
    try {
      for (const [logical, real] of Object.entries(ports)) await server.listen(Number(logical), host, real);
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  /** The real port that stands for one of the router's. */
  portOf(logical = 8728): number {
    const listener = this.listeners.get(logical);
    if (!listener) throw new Error(`port ${logical} of the router is not served`);
    return (listener.address() as AddressInfo).port;
  }

  /** Stops listening and ends every connection. */
  async close(): Promise<void> {
    for (const session of [...this.router.sessions]) if (session instanceof ApiSession) session.drop();
    await Promise.all([...this.listeners.values()].map((listener) => new Promise((resolve) => listener.close(resolve))));
    this.listeners.clear();
  }

  private listen(logical: number, host: string, port: number): Promise<void> {
    const listener = createServer((socket) => this.accept(socket, logical));
    this.listeners.set(logical, listener);
    return new Promise((resolve, reject) => {
      listener.once('error', (error) => {
        this.listeners.delete(logical);
        reject(error);
      });
      listener.listen(port, host, resolve);
    });
  }

  /** Takes a connection or closes it, as the router's service is set: the real one refuses after accepting too. */
  private accept(socket: Socket, logical: number): void {
    socket.on('error', () => undefined);
    const address = this.peer((socket.remoteAddress ?? '').replace(/^::ffff:/, ''));
    const service = this.router.menus.at('ip/service').byName('api');
    const open =
      this.router.isOn &&
      !this.router.network.down &&
      this.reached() &&
      service !== undefined &&
      service.get('disabled') !== true &&
      Number(toText(service.get('port'))) === logical &&
      listed(address, toText(service.get('address'))) &&
      this.router.sessions.size < (Number(toText(service.get('max-sessions'))) || Infinity);
    if (open) new ApiSession(this.router, socket, address);
    else socket.destroy();
  }
}
