import { Column, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { SiteId, TeamId } from '../../platform/context/index.js';
import { TenantEntity } from '../../platform/database/index.js';
import { Site } from '../sites/site.entity.js';

/** A time in which a site was offline, from its first missed heartbeat to its next good one. */
@TenantEntity('site_outage')
@Index('site_outage_site', ['siteId', 'startedAt'])
@Index('site_outage_open', ['siteId'], { unique: true, where: 'ended_at IS NULL' })
export class SiteOutage {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  siteId!: SiteId;

  @ManyToOne(() => Site, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'site_id' })
  site?: Relation<Site>;

  @Column('uuid')
  teamId!: TeamId;

  @Column('timestamptz')
  startedAt!: Date;

  @Column('timestamptz', { nullable: true })
  endedAt!: Date | null;
}
