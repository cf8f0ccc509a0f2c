import { Column, Index, PrimaryColumn } from 'typeorm';
import { SharedEntity } from '../../platform/database/index.js';

/** A time in which no process of ours took heartbeats: routers are not blamed for it. */
@SharedEntity('server_absence', 'Concerns the server, not a team.')
export class ServerAbsence {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('timestamptz')
  startedAt!: Date;

  @Index()
  @Column('timestamptz')
  endedAt!: Date;
}
