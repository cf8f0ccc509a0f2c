import { Column, Index, PrimaryColumn } from 'typeorm';
import type { SiteId, TeamId } from '../../platform/context/index.js';
import { TenantEntity } from '../../platform/database/index.js';

/** A sample of a router's load, every few minutes. Append-only; whole days are dropped by retention. */
@TenantEntity('site_stat')
@Index('site_stat_taken', ['takenAt'])
export class SiteStat {
  @PrimaryColumn('uuid')
  siteId!: SiteId;

  @PrimaryColumn('timestamptz')
  takenAt!: Date;

  @Column('uuid')
  teamId!: TeamId;

  /** Percent. */
  @Column('integer', { nullable: true })
  cpuLoad!: number | null;

  /** Bytes. */
  @Column('bigint', { nullable: true })
  memoryFree!: string | null;

  /** Bytes. */
  @Column('bigint', { nullable: true })
  diskFree!: string | null;

  /** Seconds. */
  @Column('bigint', { nullable: true })
  uptime!: string | null;
}
