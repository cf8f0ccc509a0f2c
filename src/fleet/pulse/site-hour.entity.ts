import { Column, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { SiteId, TeamId } from '../../platform/context/index.js';
import { TenantEntity } from '../../platform/database/index.js';
import { Site } from '../sites/site.entity.js';

/** Heartbeats of one site in one past hour; the running hour is counted in `site_pulse`. */
@TenantEntity('site_hour')
export class SiteHour {
  @PrimaryColumn('uuid')
  siteId!: SiteId;

  @ManyToOne(() => Site, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'site_id' })
  site?: Relation<Site>;

  @PrimaryColumn('timestamptz')
  @Index()
  hour!: Date;

  @Column('uuid')
  teamId!: TeamId;

  @Column('integer')
  beats!: number;
}
