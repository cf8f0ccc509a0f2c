import { Injectable } from '@nestjs/common';
import { OrchestrationLog } from '../../../fleet/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import { RequestContext, type SiteId, type TeamId } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';
import { EventBus } from '../../../platform/events/index.js';
import { defineTask, Every, Handles } from '../../../platform/tasks/index.js';
import { TunnelUserUnknown } from '../errors.js';
import { TunnelConnected, TunnelDisconnected } from '../events.js';
import { type HeldTunnel, type ReleasedTunnel, SiteTunnelsAcrossTeams, SiteTunnelsRepository } from './site-tunnels.repository.js';

/** A tunnel whose server has been silent for so long is down. Our own servers refresh every 15 s. */
const SILENCE_MS = 5 * 60_000;
/** The connection of a server that reports by check-in and names none. */
const CHECKED_IN = 'check-in';

const expireTunnels = defineTask<null>({ name: 'control-plane.expire-tunnels', lane: 'checks' });

export interface TunnelOpening {
  /** Of the pair that was used. */
  readonly tunnelId: string;
  readonly serverId: string;
  readonly connection: string;
  readonly remoteAddress: string | null;
}

export interface OpenTunnel {
  readonly siteId: SiteId;
  readonly teamId: TeamId;
  readonly address: string;
}

/** Which management server holds which tunnel: told by our own servers and by others, the last word counts. */
@Injectable()
export class TunnelPresence {
  constructor(
    private readonly across: SiteTunnelsAcrossTeams,
    private readonly tunnels: SiteTunnelsRepository,
    private readonly log: OrchestrationLog,
    private readonly db: Database,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** A router is connected. The pair that it used is the one that holds from now on. Undefined when the pair is void meanwhile. */
  opened(opening: TunnelOpening): Promise<OpenTunnel | undefined> {
    const { tunnelId, serverId, connection, remoteAddress } = opening;
    return this.db.transaction(RequestContext.system('tunnel-opened'), async (ctx) => {
      const row = await this.across.ofPair(ctx, tunnelId, true);
      if (!row) return undefined;
      const now = this.clock.now();
      const isCurrent = row.tunnelId === tunnelId;
      const team = ctx.forTeam(row.teamId);
      await this.tunnels.change(team, row.id, {
        ...{ serverId, connection, seenAt: now, connectedAt: now, updatedAt: now },
        ...(remoteAddress === null ? {} : { remoteAddress }),
        ...(isCurrent ? { usedAt: row.usedAt ?? now, previousTunnelId: null, previousPasswordSealed: null } : {}),
      });
      const { teamId, siteId, address } = row;
      const context = { address, remote_address: remoteAddress, server: serverId };
      const message = `Management tunnel connected at ${address}.`;
      await this.log.write(team, [{ teamId, siteId, type: 'tunnel.connected', status: 'Completed', message, context }]);
      await this.events.publish(team, new TunnelConnected(row.teamId, row.siteId, row.address, remoteAddress, serverId, now));
      return { siteId: row.siteId, teamId: row.teamId, address: row.address };
    });
  }

  /** A management server says by itself that a tunnel landed on it, or is still there. @throws TunnelUserUnknown */
  async checkIn(ctx: RequestContext, tunnelId: string, serverId: string): Promise<void> {
    const refreshed = await this.db.transaction(ctx, async (ctx) => {
      const row = await this.across.ofPair(ctx, tunnelId, true);
      if (!row) throw new TunnelUserUnknown();
      if (row.serverId !== serverId) return false;
      await this.tunnels.change(ctx.forTeam(row.teamId), row.id, { seenAt: this.clock.now() });
      return true;
    });
    if (!refreshed && !(await this.opened({ tunnelId, serverId, connection: CHECKED_IN, remoteAddress: null })))
      throw new TunnelUserUnknown();
  }

  /** A connection ended; it carried so many bytes since the last report. Changes nothing else when a newer one took its place. */
  closed(siteId: SiteId, serverId: string, connection: string, bytesIn: number, bytesOut: number): Promise<void> {
    return this.db.transaction(RequestContext.system('tunnel-closed'), async (ctx) => {
      await this.across.addBytes(ctx, { siteId, bytesIn, bytesOut });
      await this.announce(ctx, await this.across.release(ctx, { siteId, serverId, connection }, this.clock.now()));
    });
  }

  /** Answers the sites whose tunnels this server holds as it says; it has to end the others. */
  refresh(serverId: string, held: readonly HeldTunnel[]): Promise<ReadonlySet<SiteId>> {
    return this.across.refresh(RequestContext.system('tunnel-refresh'), serverId, held, this.clock.now());
  }

  /** A server begins with these connections and no others. */
  began(serverId: string, connections: readonly string[]): Promise<void> {
    return this.db.transaction(RequestContext.system('tunnel-server-began'), async (ctx) =>
      this.announce(ctx, await this.across.releaseServer(ctx, serverId, connections, this.clock.now())),
    );
  }

  @Every(60)
  @Handles(expireTunnels)
  async sweep(ctx: RequestContext): Promise<void> {
    const now = this.clock.now();
    await this.db.transaction(ctx, async (ctx) =>
      this.announce(ctx, await this.across.releaseSilent(ctx, new Date(now.getTime() - SILENCE_MS), now)),
    );
  }

  private async announce(ctx: RequestContext, released: readonly ReleasedTunnel[]): Promise<void> {
    const now = this.clock.now();
    await this.log.write(
      ctx,
      released.map(({ teamId, siteId, serverId: server }) => ({
        ...{ teamId, siteId, type: 'tunnel.disconnected', status: 'Completed', message: 'Management tunnel ended.', context: { server } },
      })),
    );
    for (const { teamId, siteId, serverId } of released)
      await this.events.publish(ctx.forTeam(teamId), new TunnelDisconnected(teamId, siteId, serverId, now));
  }
}
