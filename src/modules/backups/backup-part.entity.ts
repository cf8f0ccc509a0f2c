import { Column, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { JobId, TeamId } from '../../platform/context/index.js';
import { TenantEntity } from '../../platform/database/index.js';
import { BackupTicket } from './backup-ticket.entity.js';

/** A piece of an export that comes over HTTPS, until the last one is there. */
@TenantEntity('backup_part')
export class BackupPart {
  @PrimaryColumn('uuid')
  jobId!: JobId;

  @ManyToOne(() => BackupTicket, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'job_id' })
  ticket?: Relation<BackupTicket>;

  /** Its first byte. */
  @PrimaryColumn('integer')
  start!: number;

  @Column('uuid')
  teamId!: TeamId;

  @Column('bytea')
  bytes!: Buffer;
}
