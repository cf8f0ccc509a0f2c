import { Injectable } from '@nestjs/common';
import type { PrefixListId, RequestContext, SecurityGroupId, SiteId } from '../../platform/context/index.js';
import { Database, TeamRepository } from '../../platform/database/index.js';
import type { Slice } from '../../platform/http/index.js';
import { SecurityGroup } from './security-group.entity.js';
import { SiteLinks } from './site-links.js';

/** Security groups of teams, their sites, and the prefix lists that their rules name. */
@Injectable()
export class SecurityGroupsRepository extends TeamRepository<SecurityGroup> {
  readonly sites: SiteLinks;

  constructor(db: Database) {
    super(db, SecurityGroup);
    this.sites = new SiteLinks(db, 'group');
  }

  /** Without their rules, by age. */
  list(ctx: RequestContext, { limit, offset }: Slice): Promise<SecurityGroup[]> {
    const columns = ['e.id', 'e.name', 'e.description'];
    return this.rows(ctx).select(columns).orderBy('e.createdAt').addOrderBy('e.id').limit(limit).offset(offset).getMany();
  }

  byIds(ctx: RequestContext, ids: readonly string[]): Promise<SecurityGroup[]> {
    return this.rows(ctx).andWhere('e.id = ANY(:ids)', { ids }).orderBy('e.id').getMany();
  }

  /** A group that does not change until the transaction ends. */
  lock(ctx: RequestContext, id: SecurityGroupId): Promise<SecurityGroup | null> {
    return this.rows(ctx).andWhere('e.id = :id', { id }).setLock('pessimistic_write').getOne();
  }

  /** Notes which lists the rules of a group name. */
  async nameLists(ctx: RequestContext, id: SecurityGroupId, lists: readonly PrefixListId[]): Promise<void> {
    await this.db.query(
      ctx,
      `WITH gone AS (DELETE FROM security_group_list WHERE team_id = $1 AND group_id = $2 AND NOT list_id = ANY($3::text[]))
       INSERT INTO security_group_list (group_id, list_id, team_id) SELECT $2, list_id, $1::uuid FROM unnest($3::text[]) list_id ORDER BY 2
       ON CONFLICT DO NOTHING RETURNING list_id`,
      [ctx.requireTeam(), id, lists],
    );
  }

  /** Which groups these sites carry. */
  async at(ctx: RequestContext, sites: readonly SiteId[]): Promise<{ id: SecurityGroupId; site: SiteId }[]> {
    return this.db.query(
      ctx,
      `SELECT group_id AS id, site_id AS site FROM security_group_site WHERE team_id = $1 AND site_id = ANY($2::uuid[])`,
      [ctx.requireTeam(), sites],
    );
  }

  /** Every group of the team. */
  async removeAll(ctx: RequestContext): Promise<void> {
    await this.db.query(ctx, `DELETE FROM security_group WHERE team_id = $1 RETURNING id`, [ctx.requireTeam()]);
  }
}
