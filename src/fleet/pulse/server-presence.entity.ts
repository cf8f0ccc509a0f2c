import { Column, PrimaryColumn } from 'typeorm';
import { SharedEntity } from '../../platform/database/index.js';

/** One row: when heartbeats were last taken by any process, and since when without a break. */
@SharedEntity('server_presence', 'Concerns the server, not a team.')
export class ServerPresence {
  @PrimaryColumn('integer')
  id!: number;

  @Column('timestamptz')
  aliveAt!: Date;

  @Column('timestamptz')
  upSince!: Date;

  /** When the break before `upSince` began. */
  @Column('timestamptz', { nullable: true })
  awaySince!: Date | null;
}
