import { Column, PrimaryColumn } from 'typeorm';
import { SharedEntity } from '../../platform/database/index.js';

/** How far the daily run has come. */
@SharedEntity('backup_round', 'One daily run goes over the sites of all teams.')
export class BackupRound {
  /** `daily`: there is one. */
  @PrimaryColumn('text')
  name!: string;

  /** Minutes of windows before this were dealt with. */
  @Column('timestamptz')
  handledUntil!: Date;
}
