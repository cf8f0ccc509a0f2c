import { Injectable } from '@nestjs/common';
import type { SiteId } from '../../../platform/context/index.js';

export interface LiveTunnel {
  readonly siteId: SiteId;
  /** Names the connection among all that this process ever held. */
  readonly connection: string;
  /** Ends it. */
  end(): void;
}

/** The tunnels that end at this process now, at most one a site. */
@Injectable()
export class LiveTunnels {
  private readonly bySite = new Map<SiteId, LiveTunnel>();

  get size(): number {
    return this.bySite.size;
  }

  /** Ends the one that the site had before. */
  add(tunnel: LiveTunnel): void {
    const before = this.bySite.get(tunnel.siteId);
    this.bySite.set(tunnel.siteId, tunnel);
    if (before && before.connection !== tunnel.connection) before.end();
  }

  remove({ siteId, connection }: Pick<LiveTunnel, 'siteId' | 'connection'>): void {
    if (this.bySite.get(siteId)?.connection === connection) this.bySite.delete(siteId);
  }

  /** Ends the tunnel of a site, if it is here. */
  end(siteId: SiteId): void {
    this.bySite.get(siteId)?.end();
  }
}
