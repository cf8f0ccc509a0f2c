import { Column, PrimaryColumn } from 'typeorm';
import type { JobId, SiteId, TeamId } from '../../platform/context/index.js';
import { TenantEntity } from '../../platform/database/index.js';
import type { LogStatus } from './log-entry.js';

/**
 * Something that happened between us and the router of one site. Written once: a trigger refuses every change. In partitions
 * of a week (see LogPartitions). No foreign key: what is known of a deleted site stays readable until its time is over.
 */
@TenantEntity('orchestration_event')
export class OrchestrationEvent {
  @PrimaryColumn('uuid')
  siteId!: SiteId;

  /** By the clock of the process that wrote it. */
  @PrimaryColumn('timestamptz', { precision: 3 })
  at!: Date;

  /** Tells events of the same millisecond apart, in the order in which they were written. */
  @PrimaryColumn('bigint')
  seq!: string;

  @Column('uuid')
  teamId!: TeamId;

  /** The transaction that wrote it, so that readers tell what they have seen from what was committed since. */
  @Column('bigint')
  xid!: string;

  /** What happened: `job.sent`. The list stands in docs/orchestration-log.md. */
  @Column('text')
  type!: string;

  @Column('text')
  status!: LogStatus;

  @Column('uuid', { nullable: true })
  jobId!: JobId | null;

  /** What it is a step of: `job <id>`, `section <name> <generation>`; null where it stands alone. */
  @Column('text', { nullable: true })
  run!: string | null;

  /** For people. */
  @Column('text')
  message!: string;

  /** Ids and facts, no secrets and no scripts. */
  @Column('jsonb')
  context!: Readonly<Record<string, unknown>>;
}
