import { Column, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { JobId, SiteId, TeamId } from '../../platform/context/index.js';
import { TenantEntity } from '../../platform/database/index.js';

/** A script that a program handed in, and who wants to hear of it. */
@TenantEntity('asynchronous_request')
@Index('asynchronous_request_of_site', ['siteId', 'acceptedAt'])
@Index('asynchronous_request_age', ['acceptedAt'])
export class AsynchronousRequest {
  /** The `request_id` of the answer, and the stream of its notices. */
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  teamId!: TeamId;

  @Column('uuid')
  siteId!: SiteId;

  /** By name, as the job below: the entities are the fleet's own. */
  @ManyToOne('Site', { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'site_id' })
  site?: unknown;

  /** Null once the job was cancelled. */
  @Index('asynchronous_request_job')
  @Column('uuid', { nullable: true })
  jobId!: JobId | null;

  @ManyToOne('Job', { onDelete: 'SET NULL' })
  @JoinColumn({ name: 'job_id' })
  job?: unknown;

  /** Of the job; by it the caller finds the job. */
  @Column('uuid')
  idempotencyKey!: string;

  @Column('text', { nullable: true })
  notifyUrl!: string | null;

  @Column('timestamptz')
  acceptedAt!: Date;

  /** When the job was done or had failed. */
  @Column('timestamptz', { nullable: true })
  finishedAt!: Date | null;
}
