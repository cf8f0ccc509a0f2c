import { Injectable } from '@nestjs/common';
import type { RequestContext, SiteId } from '../../platform/context/index.js';
import { Database } from '../../platform/database/index.js';
import { PrefixListsRepository } from './prefix-lists.repository.js';
import { SecurityGroupsRepository } from './security-groups.repository.js';
import type { VpcContent } from './vpc-wish.js';

/** Which groups and lists a site carries, in which versions. */
export interface Edition {
  readonly groups: readonly string[];
  readonly lists: readonly string[];
  /** The same for sites that carry the same. */
  readonly key: string;
}

/** What sites carry. */
@Injectable()
export class SiteContents {
  constructor(
    private readonly db: Database,
    private readonly groups: SecurityGroupsRepository,
    private readonly lists: PrefixListsRepository,
  ) {}

  async edition(ctx: RequestContext, siteId: SiteId): Promise<Edition> {
    const rows = await this.db.query<{ kind: 'group' | 'list'; id: string; version: number }>(
      ctx,
      `SELECT 'group' AS kind, g.id, g.version FROM security_group g JOIN security_group_site s ON s.group_id = g.id WHERE g.team_id = $1 AND s.site_id = $2
       UNION ALL SELECT 'list', p.id, p.version FROM prefix_list p WHERE p.team_id = $1 AND p.id IN (
         SELECT list_id FROM prefix_list_site WHERE site_id = $2
         UNION SELECT l.list_id FROM security_group_list l JOIN security_group_site s ON s.group_id = l.group_id WHERE s.site_id = $2)
       ORDER BY 1, 2`,
      [ctx.requireTeam(), siteId],
    );
    const of = (kind: string): string[] => rows.filter((row) => row.kind === kind).map(({ id }) => id);
    return { groups: of('group'), lists: of('list'), key: rows.map(({ id, version }) => `${id}:${version}`).join() };
  }

  async load(ctx: RequestContext, edition: Edition): Promise<VpcContent> {
    const { groups, lists } = edition;
    return {
      groups: groups.length ? await this.groups.byIds(ctx, groups) : [],
      lists: lists.length ? await this.lists.byIds(ctx, lists) : [],
    };
  }
}
