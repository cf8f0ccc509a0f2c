import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { connect, type Socket } from 'node:net';
import { RouterApi } from '../../../routeros/api/index.js';
import { MgmtTunnel } from '../tunnel/mgmt-tunnel.js';

/** How this process connects to a port of a router. */
export abstract class RouterDial {
  /**
   * A socket that connects.
   * @param address of the router in the tunnel
   * @param allowHalfOpen for whoever passes bytes on: one direction may end before the other
   */
  abstract open(address: string, port: number, allowHalfOpen?: boolean): Socket;
}

/**
 * Through the tunnel and no other way: the source is our own address there, which exists only where the tunnel ends, and is
 * the one that routers let in.
 */
@Injectable()
export class TunnelDial extends RouterDial {
  constructor(private readonly tunnel: MgmtTunnel) {
    super();
  }

  open(address: string, port: number, allowHalfOpen = false): Socket {
    return connect({ host: address, port, localAddress: this.tunnel.managementAddress, allowHalfOpen });
  }
}

/** The RouterOS API of this process: its connections are kept and shared. */
@Injectable()
export class RouterApis implements OnApplicationShutdown {
  readonly api: RouterApi;

  constructor(dial: RouterDial) {
    this.api = new RouterApi({ open: ({ host, port }) => dial.open(host, port) });
  }

  onApplicationShutdown(): Promise<void> {
    return this.api.close();
  }
}
