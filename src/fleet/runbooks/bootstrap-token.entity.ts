import { Column, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { BootstrapTokenId, RunbookId, SiteId, TeamId } from '../../platform/context/index.js';
import { TenantEntity } from '../../platform/database/index.js';
import { Site } from '../sites/site.entity.js';
import { Runbook } from './runbook.entity.js';

/**
 * What a bootstrap command carries, in base62. Its id is random (UUIDv4, 122 bits), not time-ordered, because knowing
 * it is the whole authentication; it is kept readable so that the command can be shown again.
 */
@TenantEntity('bootstrap_token')
export class BootstrapToken {
  @PrimaryColumn('uuid')
  id!: BootstrapTokenId;

  @Column('uuid')
  teamId!: TeamId;

  /** The runbook it adopts for; null when it is for one waiting site only. */
  @Index()
  @Column('uuid', { nullable: true })
  runbookId!: RunbookId | null;

  @ManyToOne(() => Runbook, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'runbook_id' })
  runbook?: Relation<Runbook>;

  /** The waiting site that the router shall serve; null adopts as a new site. */
  @Index()
  @Column('uuid', { nullable: true })
  siteId!: SiteId | null;

  @ManyToOne(() => Site, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'site_id' })
  site?: Relation<Site>;

  /** Whether more than one router may use it. */
  @Column('boolean')
  reusable!: boolean;

  @Column('timestamptz', { nullable: true })
  expiresAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  revokedAt!: Date | null;

  /** When a one-off token adopted its router. */
  @Column('timestamptz', { nullable: true })
  spentAt!: Date | null;

  @Column('timestamptz')
  createdAt!: Date;
}
