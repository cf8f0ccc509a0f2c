import { Column, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { JobId, SiteId, TeamId } from '../../platform/context/index.js';
import { TenantEntity } from '../../platform/database/index.js';
import { Site } from '../sites/site.entity.js';
import type { JobState } from './job-state.js';

/** A script queued for one router. */
@TenantEntity('job')
@Index('job_once', ['siteId', 'idempotencyKey'], { unique: true })
@Index('job_in_flight', ['siteId'], { unique: true, where: `state IN ('sent', 'busy')` })
@Index('job_pending', ['siteId', 'createdAt'], { where: `state = 'pending'` })
@Index('job_of_site', ['siteId', 'createdAt'])
@Index('job_watched', ['sentAt'], { where: `state IN ('sent', 'busy')` })
export class Job {
  @PrimaryColumn('uuid')
  id!: JobId;

  @Column('uuid')
  teamId!: TeamId;

  @Column('uuid')
  siteId!: SiteId;

  @ManyToOne(() => Site, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'site_id' })
  site?: Relation<Site>;

  @Column('text')
  idempotencyKey!: string;

  @Column('text')
  description!: string;

  /** Whose it is: somebody's script, or a section of the configuration, which keeps no payload here. */
  @Column('text', { default: 'script' })
  kind!: 'script' | 'section';

  /** The module that queued it and acts on what becomes of it; null where nobody does. */
  @Column('text', { nullable: true })
  origin!: string | null;

  /** The payload as it was submitted, without our wrapper; one that is sealed is forgotten when the job has ended. */
  @Column('text')
  script!: string;

  /** The payload holds secrets and is sealed under APP_KEY. */
  @Column('boolean', { default: false })
  sealed!: boolean;

  @Column('boolean')
  expressExecute!: boolean;

  @Column('boolean')
  needsAcknowledgement!: boolean;

  @Column('boolean')
  shouldBackup!: boolean;

  @Column('text', { nullable: true })
  associatedBackup!: string | null;

  @Column('text')
  state!: JobState;

  /** How often it was handed to the router. */
  @Column('integer', { default: 0 })
  deliveries!: number;

  @Column('timestamptz')
  createdAt!: Date;

  @Column('timestamptz', { nullable: true })
  sentAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  startedAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  completedAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  failedAt!: Date | null;

  /** What the router said, or why we gave up. */
  @Column('text', { nullable: true })
  failureReason!: string | null;
}
