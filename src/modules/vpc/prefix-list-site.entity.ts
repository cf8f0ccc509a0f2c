import { Column, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { PrefixListId, SiteId, TeamId } from '../../platform/context/index.js';
import { TenantEntity } from '../../platform/database/index.js';
import { PrefixList } from './prefix-list.entity.js';

/** A prefix list at a site that has it by itself, without a security group. */
@TenantEntity('prefix_list_site')
export class PrefixListSite {
  @PrimaryColumn('text')
  listId!: PrefixListId;

  @ManyToOne(() => PrefixList, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'list_id' })
  list?: Relation<PrefixList>;

  @Index('prefix_list_site_site')
  @PrimaryColumn('uuid')
  siteId!: SiteId;

  /** By name: the entity is the fleet's own. */
  @ManyToOne('Site', { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'site_id' })
  site?: unknown;

  @Column('uuid')
  teamId!: TeamId;
}
