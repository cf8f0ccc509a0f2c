import { Column, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { JobId, SiteId, TeamId } from '../../platform/context/index.js';
import { TenantEntity } from '../../platform/database/index.js';

/** Leave for one router to bring one export. A job that is delivered again gets another one in its place. */
@TenantEntity('backup_ticket')
@Index('backup_ticket_login', ['siteId', 'passwordHash'])
@Index('backup_ticket_end', ['expiresAt'])
export class BackupTicket {
  @PrimaryColumn('uuid')
  jobId!: JobId;

  @Column('uuid')
  teamId!: TeamId;

  @Column('uuid')
  siteId!: SiteId;

  /** By name: the entity is the fleet's own. */
  @ManyToOne('Site', { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'site_id' })
  site?: unknown;

  /** Whole seconds; the name of the backup. */
  @Column('timestamptz')
  takenAt!: Date;

  /** MAC of the password for SFTP, good for one login. */
  @Column('text')
  passwordHash!: string;

  @Column('timestamptz')
  expiresAt!: Date;

  @Column('timestamptz', { nullable: true })
  loginAt!: Date | null;

  /** The export has come; nothing more is taken. */
  @Column('timestamptz', { nullable: true })
  endedAt!: Date | null;
}
