import { Injectable, type OnModuleInit } from '@nestjs/common';
import { isIPv4 } from 'node:net';
import { Settings } from '../../../config/index.js';
import { type KnownRouter, RouterSnapshots, type RouterSnapshotSource } from '../../../fleet/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import type { RequestContext, SiteId } from '../../../platform/context/index.js';
import { DomainError } from '../../../platform/errors/index.js';
import { SNAPSHOT_MENUS, type Snapshot, type Ways } from '../../../routeros/lockout/index.js';
import { RouterCredentials } from '../credentials/router-credentials.js';
import { HeldPorts } from '../live/held-ports.js';
import { LiveRouters } from '../live/live-routers.js';
import { TunnelService } from '../tunnel/tunnel.service.js';

const READ_MS = 10_000;
/** How long a snapshot is taken for the present. */
const FRESH_MS = 180_000;
/** Snapshots in memory; a router with long lists has a megabyte. */
const KEPT = 50;

interface Kept {
  readonly at: number;
  readonly snapshot: Snapshot;
}

/** Reads what routers hold through the tunnel, for judging changes before they are sent. Kept for some minutes in this process. */
@Injectable()
export class RouterSnapshot implements RouterSnapshotSource, OnModuleInit {
  private readonly kept = new Map<SiteId, Kept>();

  constructor(
    private readonly snapshots: RouterSnapshots,
    private readonly live: LiveRouters,
    private readonly ports: HeldPorts,
    private readonly tunnels: TunnelService,
    private readonly credentials: RouterCredentials,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.snapshots.provide(this);
  }

  /** Null without a tunnel to the router, or when it did not answer. */
  async of(ctx: RequestContext, siteId: SiteId): Promise<KnownRouter | null> {
    try {
      const ways = await this.ways(ctx, siteId);
      return ways && { snapshot: await this.snapshot(ctx, siteId), ways };
    } catch (error) {
      if (error instanceof DomainError) return null; // no tunnel, no login, no answer
      throw error;
    }
  }

  private async snapshot(ctx: RequestContext, siteId: SiteId): Promise<Snapshot> {
    const now = this.clock.millis();
    const known = this.kept.get(siteId);
    if (known && now - known.at < FRESH_MS) return known.snapshot;
    const snapshot: Record<string, Snapshot[string]> = {};
    for (const menu of SNAPSHOT_MENUS)
      snapshot[menu] = (await this.live.run(ctx, siteId, { path: `${menu}/print` }, { timeoutMs: READ_MS })).rows;
    this.kept.delete(siteId);
    this.kept.set(siteId, { at: now, snapshot });
    const [oldest] = this.kept.keys();
    if (this.kept.size > KEPT && oldest) this.kept.delete(oldest);
    return snapshot;
  }

  private async ways(ctx: RequestContext, siteId: SiteId): Promise<Ways | null> {
    const [tunnel, user] = [await this.tunnels.find(ctx, siteId), await this.credentials.working(ctx, siteId)];
    if (!tunnel || !user) return null;
    const url = new URL(this.settings.PUBLIC_URL);
    const { host, port } = tunnel.endpoint;
    return {
      server: { ...place(url.hostname), port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)) },
      management: {
        endpoint: { host, ...place(host), port },
        ...{ tunnelUser: tunnel.username, tunnelPassword: tunnel.password, address: tunnel.managementAddress, own: tunnel.address },
        ...{ user: user.username, password: user.password, apiPort: (await this.ports.of(ctx, siteId)).api },
      },
    };
  }
}

const place = (host: string): { address: string | null; named: boolean } => ({ address: isIPv4(host) ? host : null, named: !isIPv4(host) });
