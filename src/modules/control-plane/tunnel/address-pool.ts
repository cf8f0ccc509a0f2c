import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';
import { ipv4Number, ipv4Text } from '../../../platform/net/index.js';
import { TunnelAddressesExhausted } from '../errors.js';
import { MgmtTunnel } from './mgmt-tunnel.js';

/** A freed address rests so long: a router that was away may still believe that it is its own. */
export const REST_HOURS = 24;
const ZERO = `inet '0.0.0.0'`;
/** Numbers that one statement looks at: few at first, as the first one fits nearly always. */
const [FIRST_LOOK, LONGEST_LOOK] = [4, 16_384];

export interface PoolUse {
  /** Addresses that routers may have. */
  readonly size: number;
  readonly used: number;
  /** Freed ones that rest or wait for reuse. */
  readonly freed: number;
}

/**
 * Gives out addresses of the tunnel network: fresh ones in order, and when none is left those that were freed longest ago.
 * What gives out holds the row of the network until its transaction ends, and addresses of sites are unique in their
 * table, so that no two sites ever have the same one. The cost does not depend on how many are in use.
 */
@Injectable()
export class AddressPool {
  constructor(
    private readonly db: Database,
    private readonly tunnel: MgmtTunnel,
  ) {}

  /**
   * An address that no site has. The caller writes it into `site_tunnel` in the same transaction.
   * @param ctx across teams, in a transaction
   * @throws TunnelAddressesExhausted
   */
  async take(ctx: RequestContext): Promise<string> {
    const { pool } = this.tunnel;
    const [last, ours] = [pool.last - 1, ipv4Number(this.tunnel.managementAddress)!]; // the last one is the broadcast address
    const next = await this.lock(ctx);
    if (next > last) return this.freed(ctx);
    const fresh = await this.fresh(ctx, next, last, ours);
    await this.db.query(ctx, `UPDATE tunnel_pool SET next = $2 WHERE network = $1`, [pool.toString(), (fresh ?? last) + 1]);
    return fresh === undefined ? this.freed(ctx) : ipv4Text(fresh);
  }

  /**
   * Nobody else is given an address until the context's transaction ends. `take` does it too; earlier for who looks first
   * whether one is needed. Answers the number of the next fresh address.
   */
  async lock(ctx: RequestContext): Promise<number> {
    const { pool } = this.tunnel;
    await this.db.query(ctx, `INSERT INTO tunnel_pool (network, next) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING network`, [
      pool.toString(),
      pool.first + 1,
    ]);
    const [row] = await this.db.query<{ next: string }>(ctx, `SELECT next FROM tunnel_pool WHERE network = $1 FOR UPDATE`, [
      pool.toString(),
    ]);
    return Number(row!.next);
  }

  /** How full the network is. Counts: for health, not for every request. */
  async use(ctx: RequestContext): Promise<PoolUse> {
    const [row] = await this.db.query<{ used: number; freed: number }>(
      ctx,
      `SELECT (SELECT count(*)::int FROM site_tunnel WHERE address <<= $1::cidr) AS used,
              (SELECT count(*)::int FROM tunnel_freed_address WHERE address <<= $1::cidr) AS freed`,
      [this.tunnel.pool.toString()],
    );
    return { size: this.tunnel.pool.size - 3, ...row! }; // without network, broadcast and our own
  }

  /** The next one that nobody has: mostly the very next, but after a change of the network sites may have some of it already. */
  private async fresh(ctx: RequestContext, next: number, last: number, ours: number): Promise<number | undefined> {
    for (let [from, size] = [next, FIRST_LOOK]; from <= last; from += size, size = Math.min(size * 2, LONGEST_LOOK)) {
      // Scalar sub-selects are looked up by index; for NOT EXISTS PostgreSQL would make a hash of all addresses.
      const [row] = await this.db.query<{ n: string }>(
        ctx,
        `SELECT n FROM generate_series($1::bigint, $2::bigint) AS n
         WHERE n <> $3 AND (SELECT true FROM site_tunnel WHERE address = ${ZERO} + n LIMIT 1) IS NULL
           AND (SELECT true FROM tunnel_freed_address WHERE address = ${ZERO} + n LIMIT 1) IS NULL
         ORDER BY n LIMIT 1`,
        [from, Math.min(from + size - 1, last), ours],
      );
      if (row) return Number(row.n);
    }
    return undefined;
  }

  private async freed(ctx: RequestContext): Promise<string> {
    const [row] = await this.db.query<{ address: string }>(
      ctx,
      `DELETE FROM tunnel_freed_address WHERE address =
         (SELECT f.address FROM tunnel_freed_address f
          WHERE f.address <<= $1::cidr AND f.address <> $2::inet AND f.freed_at <= now() - make_interval(hours => $3)
            AND NOT EXISTS (SELECT FROM site_tunnel t WHERE t.address = f.address)
          ORDER BY f.freed_at LIMIT 1)
       RETURNING host(address) AS address`,
      [this.tunnel.pool.toString(), this.tunnel.managementAddress, REST_HOURS],
    );
    if (!row) throw new TunnelAddressesExhausted(this.tunnel.pool.toString());
    return row.address;
  }
}
