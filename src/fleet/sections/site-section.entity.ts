import { Column, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { JobId, SiteId, TeamId } from '../../platform/context/index.js';
import { TenantEntity } from '../../platform/database/index.js';
import type { PathState } from '../ports/management-path.js';
import { Site } from '../sites/site.entity.js';
import type { SectionPhase, SectionState } from './section-state.js';

/** A section of one router's configuration: what is wanted, what is on its way, what is in force. */
@TenantEntity('site_section')
@Index('site_section_due', ['siteId', 'dueAt'], { where: 'due_at IS NOT NULL' })
@Index('site_section_team', ['teamId', 'section'])
@Index('site_section_job', ['jobId'], { where: 'job_id IS NOT NULL' })
export class SiteSection implements SectionState {
  @PrimaryColumn('uuid')
  siteId!: SiteId;

  @PrimaryColumn('text')
  section!: string;

  @Column('uuid')
  teamId!: TeamId;

  @ManyToOne(() => Site, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'site_id' })
  site?: Relation<Site>;

  @Column('integer', { default: 1 })
  wanted!: number;

  @Column('integer', { default: 0 })
  sent!: number;

  @Column('integer', { default: 0 })
  applied!: number;

  /** Contents in `section_content`; null for in force: not known. */
  @Column('text', { nullable: true })
  appliedHash!: string | null;

  @Column('text', { nullable: true })
  sentHash!: string | null;

  @Column('integer', { default: 1 })
  salt!: number;

  @Column('text', { default: 'idle' })
  phase!: SectionPhase;

  @Column('integer', { default: 0 })
  part!: number;

  @Column('integer', { default: 1 })
  parts!: number;

  @Column('boolean', { default: false })
  trial!: boolean;

  /** The management path before the push in flight, and after it; null: not looked yet. */
  @Column('text', { nullable: true })
  pathBefore!: PathState | null;

  @Column('text', { nullable: true })
  pathAfter!: PathState | null;

  @Column('integer', { default: 0 })
  attempts!: number;

  @Column('text', { nullable: true })
  lastError!: string | null;

  /** When the next poll has something to do for it; null while a job is in flight. */
  @Column('timestamptz', { nullable: true })
  dueAt!: Date | null;

  /** The job in flight. */
  @Column('uuid', { nullable: true })
  jobId!: JobId | null;

  /** RouterOS version that the wish was last asked for. */
  @Column('text', { nullable: true })
  version!: string | null;

  /** What the router said of its items when they came into force. */
  @Column('text', { nullable: true })
  fingerprint!: string | null;

  @Column('timestamptz')
  wantedAt!: Date;

  @Column('timestamptz', { nullable: true })
  sentAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  appliedAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  checkedAt!: Date | null;

  /** When somebody was last found to have changed our items. */
  @Column('timestamptz', { nullable: true })
  driftedAt!: Date | null;
}
