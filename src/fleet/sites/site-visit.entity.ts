import { Column, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { SiteId, TeamId, UserId } from '../../platform/context/index.js';
import { TenantEntity } from '../../platform/database/index.js';
import { Site } from './site.entity.js';

/** When a person last opened a site. */
@TenantEntity('site_visit')
@Index('site_visit_recent', ['userId', 'accessedAt'])
export class SiteVisit {
  @PrimaryColumn('uuid')
  userId!: UserId;

  @PrimaryColumn('uuid')
  @Index()
  siteId!: SiteId;

  @ManyToOne(() => Site, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'site_id' })
  site?: Relation<Site>;

  @Column('uuid')
  teamId!: TeamId;

  @Column('timestamptz')
  accessedAt!: Date;
}
