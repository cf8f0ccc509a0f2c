import { Column, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { SiteId, TeamId } from '../../platform/context/index.js';
import { TenantEntity } from '../../platform/database/index.js';
import { Site } from '../sites/site.entity.js';

/** Something that happened between us and one router. Written once, never changed. */
@TenantEntity('orchestration_event')
@Index('orchestration_event_site', ['siteId', 'at'])
export class OrchestrationEvent {
  /** Sorts by time. */
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  teamId!: TeamId;

  @Column('uuid')
  siteId!: SiteId;

  @ManyToOne(() => Site, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'site_id' })
  site?: Relation<Site>;

  @Column('timestamptz')
  at!: Date;

  /** What it is about: `section:policy`. */
  @Column('text')
  subject!: string;

  @Column('text')
  status!: 'applied' | 'failed' | 'drifted';

  /** For people. */
  @Column('text')
  message!: string;
}
