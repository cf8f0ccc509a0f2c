import { Column, PrimaryColumn } from 'typeorm';
import { SharedEntity } from '../../../platform/database/index.js';

/** The certificate authority that routers know tunnel servers by. */
@SharedEntity('tunnel_authority', 'One authority for all tunnel servers of an installation, whatever team a router serves.')
export class TunnelAuthorityKey {
  /** `tunnel`: there is one. */
  @PrimaryColumn('text')
  name!: string;

  /** PEM. */
  @Column('text')
  certificate!: string;

  /** PEM (PKCS #8), sealed under APP_KEY. */
  @Column('text')
  keySealed!: string;

  @Column('timestamptz')
  createdAt!: Date;
}
