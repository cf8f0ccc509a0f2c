import { Column, PrimaryColumn } from 'typeorm';
import { SharedEntity } from '../database/index.js';

/** Where the audit log begins since retention cut its head off: the last line that was deleted. */
@SharedEntity('audit_anchor', 'One row for the whole installation.')
export class AuditAnchor {
  @PrimaryColumn('smallint')
  id!: number;

  @Column('bigint')
  seq!: string;

  @Column('text')
  hash!: string;
}
