import { Column, PrimaryColumn } from 'typeorm';
import { SharedEntity } from '../../../platform/database/index.js';

/** How far the addresses of a tunnel network have been given out. */
@SharedEntity('tunnel_pool', 'One network serves the sites of all teams of an installation.')
export class TunnelPool {
  /** In CIDR form. */
  @PrimaryColumn('text')
  network!: string;

  /** Number of the next address that was never given out. */
  @Column('bigint')
  next!: string;
}
