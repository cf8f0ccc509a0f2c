import { Injectable } from '@nestjs/common';
import { SiteService } from '../../../fleet/index.js';
import type { OrganizationId, RequestContext } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';
import { type Meter, METERS, type TreeNode, type Usage } from './organization-tree.js';

type Counted = Pick<TreeNode, 'id' | 'teamIds'>;

/** Counts what each of these organizations uses itself, without those below it; those that use nothing may be left out. */
export type MeterCount = (ctx: RequestContext, organizations: readonly Counted[]) => Promise<ReadonlyMap<OrganizationId, number>>;

/** What organizations use. Each meter is counted by whoever knows its things. */
@Injectable()
export class Meters {
  private readonly counts = new Map<Meter, MeterCount>([
    ['locations', (ctx, organizations) => this.locations(ctx, organizations)],
    ['users', (ctx, organizations) => this.users(ctx, organizations)],
  ]);

  constructor(
    private readonly sites: SiteService,
    private readonly db: Database,
  ) {}

  /** Says how a meter is counted that nobody counts yet; until then it stands at 0. */
  register(meter: Meter, count: MeterCount): void {
    if (this.counts.has(meter)) throw new Error(`The meter ${meter} is counted twice.`);
    this.counts.set(meter, count);
  }

  /** Usage of each organization's own teams, all meters. @throws AcrossTeamsRefused when ctx is bound to one team */
  async usage(ctx: RequestContext, organizations: readonly Counted[]): Promise<Map<OrganizationId, Usage>> {
    const counted = new Map<Meter, ReadonlyMap<OrganizationId, number>>();
    for (const meter of METERS) counted.set(meter, (await this.counts.get(meter)?.(ctx, organizations)) ?? new Map());
    return new Map(organizations.map(({ id }) => [id, Object.fromEntries(METERS.map((m) => [m, counted.get(m)!.get(id) ?? 0])) as Usage]));
  }

  /** People in teams of each organization; who is in several teams of one organization counts once there. Works in any context. */
  async users(ctx: RequestContext, organizations: readonly Pick<Counted, 'id'>[]): Promise<Map<OrganizationId, number>> {
    const rows = await this.db.query<{ id: OrganizationId; users: number }>(
      ctx,
      `SELECT organization_id AS id, count(*)::int AS users FROM organization_users($1) GROUP BY organization_id`,
      [organizations.map((o) => o.id)],
    );
    return new Map(rows.map((r) => [r.id, r.users]));
  }

  private async locations(ctx: RequestContext, organizations: readonly Counted[]): Promise<Map<OrganizationId, number>> {
    const seats = await this.sites.seatsTaken(
      ctx,
      organizations.flatMap((o) => o.teamIds),
    );
    return new Map(organizations.map(({ id, teamIds }) => [id, teamIds.reduce((sum, team) => sum + (seats.get(team) ?? 0), 0)]));
  }
}
