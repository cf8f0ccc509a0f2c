import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { SiteNotFound, SiteService } from '../../../fleet/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import { newId, RequestContext, type SiteId, type TeamId } from '../../../platform/context/index.js';
import { AppKeys, Random, uuidToBase62 } from '../../../platform/crypto/index.js';
import { Database } from '../../../platform/database/index.js';
import { EventBus } from '../../../platform/events/index.js';
import { SiteNotConnected, TunnelUnavailable } from '../errors.js';
import { TunnelCredentialsIssued } from '../events.js';
import { AddressPool } from './address-pool.js';
import { MgmtTunnel } from './mgmt-tunnel.js';
import type { SiteTunnel } from './site-tunnel.entity.js';
import { SiteTunnelsAcrossTeams, SiteTunnelsRepository } from './site-tunnels.repository.js';
import { TunnelState } from './tunnel-state.js';

/** RouterOS takes up to 233 characters; 32 letters and digits hold 190 bits. */
const PASSWORD_LENGTH = 32;

/** What the router of a site needs for its tunnel, and how the tunnel is. */
export interface TunnelFacts {
  /** 22 letters and digits: a RouterOS user name holds 27 characters, a UUID has 36. */
  readonly username: string;
  readonly password: string;
  /** Of the router in the tunnel, IPv4; the site keeps it for good. */
  readonly address: string;
  /** Prefix length of the tunnel network. */
  readonly prefixLength: number;
  /** Ours in the tunnel: the one source address that our connections to the router have. */
  readonly managementAddress: string;
  readonly endpoint: { readonly host: string; readonly port: number };
  /** Counts the pairs of user name and password that the site had. */
  readonly generation: number;
  /** The management server that holds the tunnel now; null while none does. */
  readonly server: string | null;
  readonly connected: boolean;
  /** Whether the tunnel ends at this very server, so that the router can be reached from here. */
  readonly connectedHere: boolean;
}

/** Tunnels of sites as other rooms and modules use them. */
@Injectable()
export class TunnelService {
  constructor(
    private readonly tunnels: SiteTunnelsRepository,
    private readonly across: SiteTunnelsAcrossTeams,
    private readonly addresses: AddressPool,
    private readonly tunnel: MgmtTunnel,
    private readonly state: TunnelState,
    private readonly sites: SiteService,
    private readonly db: Database,
    private readonly events: EventBus,
    private readonly keys: AppKeys,
    private readonly random: Random,
    private readonly clock: Clock,
  ) {}

  /**
   * The tunnel of a site of the context's team, made now when it has none yet.
   * @throws SiteNotFound, SiteBeingDeleted, TunnelAddressesExhausted
   */
  async of(ctx: RequestContext, siteId: SiteId): Promise<TunnelFacts> {
    return this.facts((await this.tunnels.ofSite(ctx, siteId)) ?? (await this.make(ctx, siteId)));
  }

  /** The tunnel of a site of the context's team, if it has one. */
  async find(ctx: RequestContext, siteId: SiteId): Promise<TunnelFacts | undefined> {
    const row = await this.tunnels.ofSite(ctx, siteId);
    return row ? this.facts(row) : undefined;
  }

  private facts(row: SiteTunnel): TunnelFacts {
    const { endpoint, managementAddress, pool } = this.tunnel;
    return {
      username: uuidToBase62(row.tunnelId),
      password: this.keys.open(row.passwordSealed, purpose(row.tunnelId)),
      ...{ address: row.address, prefixLength: pool.prefixLength, managementAddress, endpoint, generation: row.generation },
      server: row.serverId,
      ...{ connected: row.serverId !== null, connectedHere: row.serverId === this.tunnel.serverId },
    };
  }

  /** Whether a tunnel of this site of the context's team is up, at whichever server. False for sites that are no more. */
  async connected(ctx: RequestContext, siteId: SiteId): Promise<boolean> {
    return (await this.serverOf(ctx, siteId)) !== null;
  }

  /** The management server that holds the tunnel of a site of the context's team; null while none does. */
  async serverOf(ctx: RequestContext, siteId: SiteId): Promise<string | null> {
    return (await this.tunnels.ofSite(ctx, siteId))?.serverId ?? null;
  }

  /**
   * The address under which the router of this site is reached from this process now.
   * @throws SiteNotFound, TunnelUnavailable, SiteNotConnected
   */
  async reach(ctx: RequestContext, siteId: SiteId): Promise<string> {
    await this.sites.require(ctx, siteId);
    if (this.state.off !== undefined) throw new TunnelUnavailable(this.state.off);
    const row = await this.tunnels.ofSite(ctx, siteId);
    if (!row || row.serverId !== this.tunnel.serverId) throw new SiteNotConnected(row?.serverId ?? null);
    return row.address;
  }

  /**
   * Another user name and password in place of those before, at the same address. The router's own pair is accepted until
   * the new one was used. @throws SiteNotFound, SiteBeingDeleted, TunnelAddressesExhausted
   */
  async recreate(ctx: RequestContext, siteId: SiteId): Promise<void> {
    await this.sites.getLiving(ctx, siteId);
    if (!(await this.tunnels.ofSite(ctx, siteId))) return void (await this.make(ctx, siteId));
    await this.db.transaction(ctx, async (ctx) => {
      const row = await this.tunnels.ofSite(ctx, siteId, true);
      if (!row) throw new SiteNotFound();
      // A pair that no router ever used is nothing to go back to: the one before it stays accepted.
      const previous = row.usedAt
        ? { previousTunnelId: row.tunnelId, previousPasswordSealed: row.passwordSealed }
        : { previousTunnelId: row.previousTunnelId, previousPasswordSealed: row.previousPasswordSealed };
      await this.issue(ctx, row, previous);
    });
  }

  /**
   * The tunnel of a site, made when there is none. For work across teams; `of` is for everybody else.
   * @param servedSince when another router took over the site: what the one before it knows is void from then on
   * @throws SiteNotFound, SiteBeingDeleted, TunnelAddressesExhausted
   */
  async ensure(teamId: TeamId, siteId: SiteId, servedSince?: Date): Promise<SiteTunnel> {
    return this.db.transaction(RequestContext.system('assign-tunnel'), async (ctx) => {
      await this.addresses.lock(ctx); // and with it deletions, which would miss a tunnel that is being made
      const team = ctx.forTeam(teamId);
      await this.sites.getLiving(team, siteId);
      const row = await this.across.ofSite(ctx, siteId);
      if (!row) return this.insert(team, siteId, await this.addresses.take(ctx));
      if (servedSince && row.issuedAt < servedSince) await this.issue(team, row, { previousTunnelId: null, previousPasswordSealed: null });
      if (!this.tunnel.isForSites(row.address)) await this.move(team, row, await this.addresses.take(ctx));
      return (await this.tunnels.ofSite(team, siteId))!;
    });
  }

  /** Nobody signs in for this site any more, and its address is free. Part of the context's transaction. */
  async drop(ctx: RequestContext, teamId: TeamId, siteId: SiteId): Promise<void> {
    await this.addresses.lock(ctx);
    const row = await this.tunnels.ofSite(ctx.forTeam(teamId), siteId);
    if (row) await this.tunnels.remove(ctx.forTeam(teamId), row.id);
  }

  private async make(ctx: RequestContext, siteId: SiteId): Promise<SiteTunnel> {
    const { teamId } = await this.sites.getLiving(ctx, siteId);
    return this.ensure(teamId, siteId);
  }

  private async insert(ctx: RequestContext, siteId: SiteId, address: string): Promise<SiteTunnel> {
    const [now, pair] = [this.clock.now(), this.pair()];
    const row = await this.tunnels.insert(ctx, {
      ...{ id: newId<string>(), siteId, ...pair, generation: 1, issuedAt: now, usedAt: null, address, createdAt: now, updatedAt: now },
      ...{ previousTunnelId: null, previousPasswordSealed: null, serverId: null, connection: null, seenAt: null },
      ...{ connectedAt: null, disconnectedAt: null, remoteAddress: null, bytesIn: '0', bytesOut: '0' },
    });
    await this.events.publish(ctx, new TunnelCredentialsIssued(row.teamId, siteId, 1));
    return row;
  }

  private async issue(
    ctx: RequestContext,
    row: SiteTunnel,
    previous: Pick<SiteTunnel, 'previousTunnelId' | 'previousPasswordSealed'>,
  ): Promise<void> {
    const now = this.clock.now();
    const generation = row.generation + 1;
    await this.tunnels.change(ctx, row.id, { ...this.pair(), ...previous, generation, issuedAt: now, usedAt: null, updatedAt: now });
    await this.events.publish(ctx, new TunnelCredentialsIssued(row.teamId, row.siteId, generation));
  }

  /** Another address: the tunnel network was changed. The connection that has the old one is ended by the next refresh. */
  private async move(ctx: RequestContext, row: SiteTunnel, address: string): Promise<void> {
    await this.tunnels.change(ctx, row.id, { address, connection: null, serverId: null, updatedAt: this.clock.now() });
  }

  private pair(): Pick<SiteTunnel, 'tunnelId' | 'passwordSealed'> {
    const tunnelId = randomUUID();
    return { tunnelId, passwordSealed: this.keys.seal(this.random.alphanumeric(PASSWORD_LENGTH), purpose(tunnelId)) };
  }
}

/** Binds a sealed password to the tunnel that it is of. */
export const purpose = (tunnelId: string): string => `site-tunnel:${tunnelId}`;
