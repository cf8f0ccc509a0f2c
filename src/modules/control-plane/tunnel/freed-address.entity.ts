import { Column, Index, PrimaryColumn } from 'typeorm';
import { SharedEntity } from '../../../platform/database/index.js';

/** An address whose site is gone. It is given out again when no fresh one is left, and not before it rested. */
@SharedEntity('tunnel_freed_address', 'Belongs to nobody: the site that had the address is gone.')
export class FreedAddress {
  @PrimaryColumn('inet')
  address!: string;

  /** By PostgreSQL's own clock: a trigger writes it. */
  @Index()
  @Column('timestamptz')
  freedAt!: Date;
}
