import { Injectable } from '@nestjs/common';
import type { PolicyId, RequestContext, SiteId } from '../../../platform/context/index.js';
import { columnsOf, Database, TeamRepository } from '../../../platform/database/index.js';
import type { Slice } from '../../../platform/http/index.js';
import { Policy } from './policy.entity.js';

/** Policies of teams, and which site has which. */
@Injectable()
export class PoliciesRepository extends TeamRepository<Policy> {
  constructor(db: Database) {
    super(db, Policy);
  }

  /** The default policy first, then by age. */
  list(ctx: RequestContext, { limit, offset }: Slice): Promise<Policy[]> {
    return this.rows(ctx).orderBy('e.isDefault', 'DESC').addOrderBy('e.createdAt').addOrderBy('e.id').limit(limit).offset(offset).getMany();
  }

  /** A policy that neither changes nor takes or loses sites until the transaction ends. */
  lock(ctx: RequestContext, id: PolicyId): Promise<Policy | null> {
    return this.rows(ctx).andWhere('e.id = :id', { id }).setLock('pessimistic_write').getOne();
  }

  /** @param lock see `lock` */
  default(ctx: RequestContext, lock = false): Promise<Policy | null> {
    const query = this.rows(ctx).andWhere('e.isDefault');
    return (lock ? query.setLock('pessimistic_write') : query).getOne();
  }

  /** Adds a team's default policy unless somebody else just did. */
  async insertDefault(ctx: RequestContext, policy: Omit<Policy, 'teamId'>): Promise<void> {
    const row = { ...policy, teamId: ctx.requireTeam() };
    await this.db.manager(ctx).createQueryBuilder().insert().into(Policy).values(row).orIgnore().execute();
  }

  /** The policy that a site has, the team's default one if no other; null while the team has none. Asked for at every push. */
  async ofSite(ctx: RequestContext, siteId: SiteId): Promise<Policy | null> {
    const [policy] = await this.db.query<Policy>(
      ctx,
      `SELECT ${columnsOf(this.db, Policy)} FROM control_plane_policy e LEFT JOIN site_policy sp ON sp.policy_id = e.id AND sp.site_id = $2
       WHERE e.team_id = $1 AND (sp.site_id IS NOT NULL OR e.is_default) ORDER BY e.is_default LIMIT 1`,
      [ctx.requireTeam(), siteId],
    );
    return policy ?? null;
  }

  /** Sites of the team that have another policy than the default one, with their policies; of one policy only, when given. */
  async assigned(ctx: RequestContext, policyId?: PolicyId): Promise<Map<SiteId, PolicyId>> {
    const rows = await this.db.query<{ siteId: SiteId; policyId: PolicyId }>(
      ctx,
      `SELECT site_id AS "siteId", policy_id AS "policyId" FROM site_policy WHERE team_id = $1 AND ($2::uuid IS NULL OR policy_id = $2)`,
      [ctx.requireTeam(), policyId ?? null],
    );
    return new Map(rows.map((row) => [row.siteId, row.policyId]));
  }

  /** Gives sites of the context's team a policy. Answers those that had another one. */
  async assign(ctx: RequestContext, policyId: PolicyId, sites: readonly SiteId[]): Promise<SiteId[]> {
    const rows = await this.db.query<{ id: SiteId }>(
      ctx,
      `INSERT INTO site_policy (site_id, team_id, policy_id) SELECT id, $1::uuid, $2::uuid FROM unnest($3::uuid[]) id ORDER BY id
       ON CONFLICT (site_id) DO UPDATE SET policy_id = EXCLUDED.policy_id WHERE site_policy.policy_id <> EXCLUDED.policy_id RETURNING site_id AS id`,
      [ctx.requireTeam(), policyId, sites],
    );
    return rows.map(({ id }) => id);
  }

  /** Gives sites of the context's team back to the default policy. Answers those that had another one. */
  async release(ctx: RequestContext, sites: readonly SiteId[]): Promise<SiteId[]> {
    const rows = await this.db.query<{ id: SiteId }>(
      ctx,
      `DELETE FROM site_policy WHERE team_id = $1 AND site_id = ANY($2::uuid[]) RETURNING site_id AS id`,
      [ctx.requireTeam(), sites],
    );
    return rows.map(({ id }) => id);
  }

  /** Every policy of the team; which site has which goes with them. */
  async removeAll(ctx: RequestContext): Promise<void> {
    await this.db.query(ctx, `DELETE FROM control_plane_policy WHERE team_id = $1 RETURNING id`, [ctx.requireTeam()]);
  }
}
