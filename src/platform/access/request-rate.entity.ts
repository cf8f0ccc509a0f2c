import { Column, Index, PrimaryColumn } from 'typeorm';
import { SharedEntity } from '../database/index.js';

/** How many requests somebody made in a running window. The table is UNLOGGED: after a crash everybody starts afresh. */
@SharedEntity('request_rate', 'Counts requests of a credential or person, who may act in several teams; holds ids and numbers only.')
export class RequestRate {
  /** `<policy>:<kind>:<id>`. */
  @PrimaryColumn('text')
  key!: string;

  @Column('integer')
  hits!: number;

  @Index()
  @Column('timestamptz')
  endsAt!: Date;
}
