import { Column, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { SiteId, TeamId } from '../../platform/context/index.js';
import { TenantEntity } from '../../platform/database/index.js';
import { Site } from '../sites/site.entity.js';

/**
 * What the last heartbeat said: one narrow row a site, apart from the record, because it is written all the time.
 * Only `PulseFlush` and the sweep write it. No column that a heartbeat changes has an index: PostgreSQL then rewrites
 * rows in place (HOT), and the sweep reads the narrow table whole.
 */
@TenantEntity('site_pulse')
export class SitePulse {
  @PrimaryColumn('uuid')
  siteId!: SiteId;

  @ManyToOne(() => Site, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'site_id' })
  site?: Relation<Site>;

  @Column('uuid')
  teamId!: TeamId;

  @Column('boolean', { default: false })
  hasPulse!: boolean;

  @Column('timestamptz', { nullable: true })
  lastSeenAt!: Date | null;

  /** Source address of the last heartbeat. */
  @Column('text', { nullable: true })
  lastSeenFrom!: string | null;

  /** Seconds since the router started, as of `lastSeenAt`. */
  @Column('bigint', { nullable: true })
  uptimeSeconds!: string | null;

  /** The first heartbeat that was missed, while the site is offline. */
  @Column('timestamptz', { nullable: true })
  offlineSince!: Date | null;

  /** The hour that `hourBeats` counts. */
  @Column('timestamptz', { nullable: true })
  hour!: Date | null;

  @Column('integer', { default: 0 })
  hourBeats!: number;

  @Column('timestamptz', { nullable: true })
  sampledAt!: Date | null;
}
