import { Injectable } from '@nestjs/common';
import { Settings } from '../../../config/index.js';
import { Ipv4Range } from '../../../platform/net/index.js';

/** Settings of the management tunnel as the rooms of this domain use them. */
@Injectable()
export class MgmtTunnel {
  /** Addresses of routers come from it. */
  readonly pool: Ipv4Range;
  /** Ours in the tunnel, the same on every management server: what routers let in. */
  readonly managementAddress: string;
  /** Where routers connect to. */
  readonly endpoint: { readonly host: string; readonly port: number };
  /** Names this management server. */
  readonly serverId: string;

  constructor(settings: Settings) {
    this.pool = Ipv4Range.parse(settings.MGMT_TUNNEL_POOL);
    this.managementAddress = settings.MGMT_TUNNEL_ADDRESS;
    this.endpoint = { host: settings.MGMT_TUNNEL_PUBLIC_HOST, port: settings.MGMT_TUNNEL_PUBLIC_PORT };
    this.serverId = settings.MGMT_TUNNEL_SERVER_ID;
  }

  /** Whether a site may have this address: it may not after the network or our own address in it was changed. */
  isForSites(address: string): boolean {
    return this.pool.includes(address) && address !== this.managementAddress;
  }
}
