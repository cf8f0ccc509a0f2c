import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import '../../../src/app.module.js';
import { readSettings } from '../../../src/config/index.js';
import { TunnelAddressesExhausted } from '../../../src/modules/control-plane/index.js';
import { AddressPool } from '../../../src/modules/control-plane/tunnel/address-pool.js';
import { MgmtTunnel } from '../../../src/modules/control-plane/tunnel/mgmt-tunnel.js';
import { newId, RequestContext } from '../../../src/platform/context/index.js';
import { openDatabase, type OpenDatabase } from '../../support/postgres.js';

const ctx = RequestContext.system('test');
const TEAM = newId<string>();

describe('addresses of the tunnel network', () => {
  let database: OpenDatabase;
  beforeAll(async () => {
    database = await openDatabase({ poolSize: 20 });
  }, 60_000);
  afterAll(() => database.close());
  beforeEach(async () => {
    await sql(`DELETE FROM site`);
    for (const table of ['tunnel_freed_address', 'tunnel_pool']) await sql(`DELETE FROM ${table}`);
  });

  const sql = <Row>(text: string, values: unknown[] = []): Promise<Row[]> => database.db.query<Row>(ctx, text, values);
  const poolOf = (network: string, address?: string): AddressPool =>
    new AddressPool(database.db, new MgmtTunnel(readSettings({ MGMT_TUNNEL_POOL: network, MGMT_TUNNEL_ADDRESS: address })));

  /** Gives a new site an address, as the service does. */
  const give = (pool: AddressPool, before: () => Promise<unknown> = () => Promise.resolve()): Promise<{ site: string; address: string }> =>
    database.db.transaction(ctx, async (ctx) => {
      const [site, address] = [newId<string>(), await pool.take(ctx)];
      await before();
      await database.db.query(
        ctx,
        `INSERT INTO site (id, team_id, pid, name, created_at, updated_at) VALUES ($1, $2, $3, 's', now(), now())`,
        [site, TEAM, `site_${site}`],
      );
      await database.db.query(
        ctx,
        `INSERT INTO site_tunnel (id, team_id, site_id, tunnel_id, password_sealed, generation, issued_at, address, created_at, updated_at)
         VALUES ($1, $2, $1, $1, 'x', 1, now(), $3, now(), now())`,
        [site, TEAM, address],
      );
      return { site, address };
    });
  const rested = (): Promise<unknown> => sql(`UPDATE tunnel_freed_address SET freed_at = freed_at - interval '25 hours'`);

  it('are given out in order, ours and the ends of the network left out', async () => {
    const pool = poolOf('10.9.0.0/29', '10.9.0.3');
    const given = [];
    for (let i = 0; i < 5; i++) given.push((await give(pool)).address);
    expect(given).toEqual(['10.9.0.1', '10.9.0.2', '10.9.0.4', '10.9.0.5', '10.9.0.6']);
    await expect(give(pool)).rejects.toThrow(TunnelAddressesExhausted);
    expect(await pool.use(ctx)).toEqual({ size: 5, used: 5, freed: 0 });
  });

  it('never go to two sites, however many ask at once and whatever fails', async () => {
    const pool = poolOf('10.9.0.0/24');
    const asked = Array.from({ length: 200 }, (_, i) =>
      give(pool, () => (i % 5 === 0 ? Promise.reject(new Error('something else failed')) : Promise.resolve())).catch(() => undefined),
    );
    const given = (await Promise.all(asked)).flatMap((g) => (g ? [g.address] : []));
    expect([given.length, new Set(given).size]).toEqual([160, 160]); // nor is one left out
    expect(new Set(given).size).toBe((await pool.use(ctx)).used);
  }, 60_000);

  it('are free again when their site is gone, and are given to others when no fresh one is left and a day has passed', async () => {
    const pool = poolOf('10.9.0.0/29');
    const given = [];
    for (let i = 0; i < 5; i++) given.push(await give(pool));
    for (const i of [3, 1]) {
      await sql(`DELETE FROM site WHERE id = $1`, [given[i]!.site]);
      await sql(`UPDATE tunnel_freed_address SET freed_at = freed_at - interval '1 minute'`); // the first one longer ago
    }
    expect(await pool.use(ctx)).toEqual({ size: 5, used: 3, freed: 2 });
    await expect(give(pool)).rejects.toThrow(/10\.9\.0\.0\/29 is in use/);
    await rested();
    expect([(await give(pool)).address, (await give(pool)).address]).toEqual([given[3]!.address, given[1]!.address]);
    await expect(give(pool)).rejects.toThrow(TunnelAddressesExhausted);
  });

  it('are freed as well when a site is moved to another network', async () => {
    const { site, address } = await give(poolOf('10.9.0.0/29'));
    await sql(`UPDATE site_tunnel SET address = '10.9.1.1' WHERE site_id = $1`, [site]);
    expect(await sql(`SELECT host(address) AS address FROM tunnel_freed_address`)).toEqual([{ address }]);
  });

  it('are never given out twice by networks that overlap', async () => {
    const [wide, narrow] = [poolOf('10.9.0.0/24', '10.9.0.200'), poolOf('10.9.0.0/29', '10.9.0.6')];
    const given = [];
    for (const pool of [wide, narrow, wide, narrow, narrow, wide]) given.push((await give(pool)).address);
    expect(new Set(given).size).toBe(6);
    await expect(give(narrow)).rejects.toThrow(TunnelAddressesExhausted);
    await sql(`DELETE FROM site WHERE id = (SELECT site_id FROM site_tunnel WHERE address = '10.9.0.2')`);
    await rested();
    expect((await give(narrow)).address).toBe('10.9.0.2');
    const more = [];
    for (let i = 0; i < 10; i++) more.push((await give(wide)).address);
    expect(more).not.toContain('10.9.0.2');
  });

  it('cost the same with hundreds of thousands in use', async () => {
    const pool = poolOf('100.64.0.0/10');
    const count = 300_000;
    await sql(
      `WITH s AS (SELECT gen_random_uuid() AS id, n FROM generate_series(1, ${count}) n),
         made AS (INSERT INTO site (id, team_id, pid, name, created_at, updated_at) SELECT id, $1, id::text, 's', now(), now() FROM s RETURNING id)
       SELECT count(*) FROM made`,
      [TEAM],
    );
    await sql(
      `INSERT INTO site_tunnel (id, team_id, site_id, tunnel_id, password_sealed, generation, issued_at, address, created_at, updated_at)
       SELECT id, team_id, id, id, 'x', 1, now(), inet '100.64.0.1' + row_number() OVER (), now(), now() FROM site`,
    );
    await sql(`INSERT INTO tunnel_pool (network, next) VALUES ('100.64.0.0/10', $1) RETURNING next`, [
      (100 * 256 + 64) * 65_536 + count + 2,
    ]);
    await sql(`ANALYZE site_tunnel`);
    const began = performance.now();
    for (let i = 0; i < 20; i++) await give(pool);
    expect((performance.now() - began) / 20).toBeLessThan(50); // milliseconds each; a scan of the table takes more
  }, 120_000);
});
