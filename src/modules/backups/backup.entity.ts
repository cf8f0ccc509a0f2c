import { Column, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { BackupId, BlobId, JobId, SiteId, TeamId } from '../../platform/context/index.js';
import { TenantEntity } from '../../platform/database/index.js';

/** A version of a router's configuration. One that is exported again unchanged is not another version. */
@TenantEntity('backup')
@Index('backup_version', ['siteId', 'takenAt'], { unique: true })
@Index('backup_of_team', ['teamId', 'takenAt'])
@Index('backup_blob', ['blobId'])
export class Backup {
  @PrimaryColumn('uuid')
  id!: BackupId;

  @Column('uuid')
  teamId!: TeamId;

  @Column('uuid')
  siteId!: SiteId;

  /** By name, as the next one: the entities are others' own. */
  @ManyToOne('Site', { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'site_id' })
  site?: unknown;

  /** Whole seconds: they are its name. */
  @Column('timestamptz')
  takenAt!: Date;

  /** When the router last exported this very configuration. */
  @Column('timestamptz')
  confirmedAt!: Date;

  /** The job that brought it; it may be gone. */
  @Column('uuid', { nullable: true })
  jobId!: JobId | null;

  /** Bytes of the export. */
  @Column('integer')
  size!: number;

  @Column('uuid')
  blobId!: BlobId;

  @ManyToOne('Blob')
  @JoinColumn({ name: 'blob_id' })
  blob?: unknown;

  /** Equal for exports that say the same (docs/exports.md). */
  @Column('text')
  fingerprint!: string;

  /** What the head of the export says. */
  @Column('text', { nullable: true })
  version!: string | null;

  @Column('text', { nullable: true })
  model!: string | null;

  @Column('text', { nullable: true })
  serialNumber!: string | null;

  @Column('text', { nullable: true })
  softwareId!: string | null;

  /** What changed against the version before, at most so many as fit a list; null for the first one. */
  @Column('jsonb', { nullable: true })
  changes!: ChangeSummary | null;
}

/** What changed from one version to the next, without secrets. */
export interface ChangeSummary {
  readonly count: number;
  /** The first of them, a line each for people. */
  readonly first: readonly string[];
}
