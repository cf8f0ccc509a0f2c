import { Injectable } from '@nestjs/common';
import type { PrefixListId, RequestContext, SiteId } from '../../platform/context/index.js';
import { Database, TeamRepository } from '../../platform/database/index.js';
import type { Slice } from '../../platform/http/index.js';
import { PrefixList } from './prefix-list.entity.js';
import { SiteLinks } from './site-links.js';

/** Where lists are on routers: at sites that have them by themselves, and at those of groups whose rules name them. */
const REACHED = `SELECT list_id, site_id FROM prefix_list_site WHERE team_id = $1
  UNION SELECT l.list_id, s.site_id FROM security_group_list l JOIN security_group_site s ON s.group_id = l.group_id WHERE l.team_id = $1`;

/** Prefix lists of teams, their sites, and the groups that use them. */
@Injectable()
export class PrefixListsRepository extends TeamRepository<PrefixList> {
  readonly sites: SiteLinks;

  constructor(db: Database) {
    super(db, PrefixList);
    this.sites = new SiteLinks(db, 'list');
  }

  /** Without their prefixes, by age. */
  list(ctx: RequestContext, { limit, offset }: Slice): Promise<PrefixList[]> {
    const columns = ['e.id', 'e.name', 'e.description'];
    return this.rows(ctx).select(columns).orderBy('e.createdAt').addOrderBy('e.id').limit(limit).offset(offset).getMany();
  }

  byIds(ctx: RequestContext, ids: readonly string[]): Promise<PrefixList[]> {
    return this.rows(ctx).andWhere('e.id = ANY(:ids)', { ids }).orderBy('e.id').getMany();
  }

  /** A list that does not change, and that no group begins to use, until the transaction ends. */
  lock(ctx: RequestContext, id: PrefixListId): Promise<PrefixList | null> {
    return this.rows(ctx).andWhere('e.id = :id', { id }).setLock('pessimistic_write').getOne();
  }

  /** Those of these lists that the team has; they do not change until the transaction ends. */
  async hold(ctx: RequestContext, ids: readonly PrefixListId[]): Promise<Set<PrefixListId>> {
    if (!ids.length) return new Set();
    const lists = await this.rows(ctx).andWhere('e.id = ANY(:ids)', { ids }).orderBy('e.id').setLock('pessimistic_read').getMany();
    return new Set(lists.map(({ id }) => id));
  }

  /** Sites whose routers have a list, by itself or for rules of groups. */
  async reached(ctx: RequestContext, id: PrefixListId): Promise<SiteId[]> {
    const rows = await this.db.query<{ id: SiteId }>(ctx, `SELECT site_id AS id FROM (${REACHED}) r WHERE list_id = $2`, [
      ctx.requireTeam(),
      id,
    ]);
    return rows.map((row) => row.id);
  }

  /** Which lists the routers of these sites have. */
  async at(ctx: RequestContext, sites: readonly SiteId[]): Promise<{ id: PrefixListId; site: SiteId }[]> {
    return this.db.query(ctx, `SELECT list_id AS id, site_id AS site FROM (${REACHED}) r WHERE site_id = ANY($2::uuid[])`, [
      ctx.requireTeam(),
      sites,
    ]);
  }

  /** The groups whose rules name a list, by name. */
  usedBy(ctx: RequestContext, id: PrefixListId): Promise<{ id: string; name: string }[]> {
    return this.db.query(
      ctx,
      `SELECT g.id, g.name FROM security_group_list l JOIN security_group g ON g.id = l.group_id WHERE l.team_id = $1 AND l.list_id = $2 ORDER BY 2, 1`,
      [ctx.requireTeam(), id],
    );
  }

  /** Every list of the team; groups that use them go before. */
  async removeAll(ctx: RequestContext): Promise<void> {
    await this.db.query(ctx, `DELETE FROM prefix_list WHERE team_id = $1 RETURNING id`, [ctx.requireTeam()]);
  }
}
