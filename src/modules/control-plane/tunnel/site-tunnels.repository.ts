import { Injectable } from '@nestjs/common';
import type { RequestContext, SiteId, TeamId } from '../../../platform/context/index.js';
import { AcrossTeams, Database, TeamRepository } from '../../../platform/database/index.js';
import { SiteTunnel } from './site-tunnel.entity.js';

/** What a management server reports of a connection that it holds. */
export interface HeldTunnel {
  readonly siteId: SiteId;
  readonly connection: string;
  /** Bytes since the report before. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface ReleasedTunnel {
  readonly siteId: SiteId;
  readonly teamId: TeamId;
  readonly serverId: string;
}

@Injectable()
export class SiteTunnelsRepository extends TeamRepository<SiteTunnel> {
  constructor(db: Database) {
    super(db, SiteTunnel);
  }

  ofSite(ctx: RequestContext, siteId: SiteId, lock = false): Promise<SiteTunnel | null> {
    const query = this.rows(ctx).andWhere('e.siteId = :siteId', { siteId });
    return (lock ? query.setLock('pessimistic_write') : query).getOne();
  }
}

/** Tunnels as servers and sweeps see them, before anybody said a team. */
@Injectable()
export class SiteTunnelsAcrossTeams extends AcrossTeams<SiteTunnel> {
  constructor(db: Database) {
    super(db, SiteTunnel);
  }

  ofSite(ctx: RequestContext, siteId: SiteId): Promise<SiteTunnel | null> {
    return this.all(ctx).andWhere('e.siteId = :siteId', { siteId }).getOne();
  }

  /** The tunnel whose current or previous pair this is. @param lock holds the row until the transaction ends */
  ofPair(ctx: RequestContext, tunnelId: string, lock = false): Promise<SiteTunnel | null> {
    const query = this.all(ctx).andWhere('(e.tunnelId = :tunnelId OR e.previousTunnelId = :tunnelId)', { tunnelId });
    return (lock ? query.setLock('pessimistic_write') : query).getOne();
  }

  /** Those of these sites that have no tunnel with an address of this network, other than our own. */
  async without(ctx: RequestContext, siteIds: readonly SiteId[], network: string, ours: string): Promise<SiteId[]> {
    const rows = await this.db.query<{ id: SiteId }>(
      this.checked(ctx),
      `SELECT id FROM unnest($1::uuid[]) AS id
       WHERE NOT EXISTS (SELECT FROM site_tunnel t WHERE t.site_id = id AND t.address <<= $2::cidr AND t.address <> $3::inet)`,
      [siteIds, network, ours],
    );
    return rows.map((r) => r.id);
  }

  /** Addresses of sites of any team; sites without one are left out. */
  async addresses(ctx: RequestContext, siteIds: readonly SiteId[]): Promise<ReadonlyMap<SiteId, string>> {
    const rows = await this.db.query<{ id: SiteId; address: string }>(
      this.checked(ctx),
      `SELECT site_id AS id, host(address) AS address FROM site_tunnel WHERE site_id = ANY($1::uuid[])`,
      [siteIds],
    );
    return new Map(rows.map((r) => [r.id, r.address]));
  }

  /** Connections that this server holds still hold. Answers the sites for which that is true; others are not its any more. */
  async refresh(ctx: RequestContext, serverId: string, held: readonly HeldTunnel[], at: Date): Promise<ReadonlySet<SiteId>> {
    const rows = await this.db.query<{ id: SiteId }>(
      this.checked(ctx),
      `UPDATE site_tunnel t SET seen_at = $2, bytes_in = t.bytes_in + h.bytes_in, bytes_out = t.bytes_out + h.bytes_out
       FROM unnest($3::uuid[], $4::text[], $5::bigint[], $6::bigint[]) AS h (site_id, connection, bytes_in, bytes_out)
       WHERE t.site_id = h.site_id AND t.server_id = $1 AND t.connection = h.connection RETURNING t.site_id AS id`,
      [serverId, at, held.map((h) => h.siteId), held.map((h) => h.connection), held.map((h) => h.bytesIn), held.map((h) => h.bytesOut)],
    );
    return new Set(rows.map((r) => r.id));
  }

  async addBytes(ctx: RequestContext, { siteId, bytesIn, bytesOut }: Omit<HeldTunnel, 'connection'>): Promise<void> {
    await this.db.query(
      this.checked(ctx),
      `UPDATE site_tunnel SET bytes_in = bytes_in + $2, bytes_out = bytes_out + $3 WHERE site_id = $1`,
      [siteId, bytesIn, bytesOut],
    );
  }

  /** This connection of this server ended. Empty when another one took its place before. */
  release(ctx: RequestContext, of: { siteId: SiteId; serverId: string; connection: string }, at: Date): Promise<ReleasedTunnel[]> {
    return this.releaseWhere(ctx, `site_id = $2 AND server_id = $3 AND connection = $4`, [at, of.siteId, of.serverId, of.connection]);
  }

  /** Nothing that this server held is connected any more, but for `except`: it started anew. */
  releaseServer(ctx: RequestContext, serverId: string, except: readonly string[], at: Date): Promise<ReleasedTunnel[]> {
    return this.releaseWhere(ctx, `server_id = $2 AND connection <> ALL($3::text[])`, [at, serverId, except]);
  }

  /** Tunnels of servers that have said nothing since then. */
  releaseSilent(ctx: RequestContext, since: Date, at: Date): Promise<ReleasedTunnel[]> {
    return this.releaseWhere(ctx, `server_id IS NOT NULL AND seen_at < $2`, [at, since]);
  }

  private releaseWhere(ctx: RequestContext, condition: string, values: unknown[]): Promise<ReleasedTunnel[]> {
    return this.db.query<ReleasedTunnel>(
      this.checked(ctx),
      `WITH held AS (SELECT site_id, server_id FROM site_tunnel WHERE ${condition} FOR UPDATE)
       UPDATE site_tunnel t SET server_id = NULL, connection = NULL, seen_at = NULL, disconnected_at = $1, updated_at = $1
       FROM held WHERE t.site_id = held.site_id
       RETURNING t.site_id AS "siteId", t.team_id AS "teamId", held.server_id AS "serverId"`,
      values,
    );
  }
}
