import { Injectable } from '@nestjs/common';
import { connect, type Socket } from 'node:net';
import { MgmtTunnel } from '../tunnel/mgmt-tunnel.js';

/** How this process connects to a port of a router. */
export abstract class RouterDial {
  /** A socket that connects, with `allowHalfOpen`. @param address of the router in the tunnel */
  abstract open(address: string, port: number): Socket;
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

  open(address: string, port: number): Socket {
    return connect({ host: address, port, localAddress: this.tunnel.managementAddress, allowHalfOpen: true });
  }
}
