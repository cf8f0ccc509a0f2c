import { Column, PrimaryColumn } from 'typeorm';
import { SharedEntity } from '../../../platform/database/index.js';

/** A key by which SSH clients know this installation's SFTP servers. */
@SharedEntity('sftp_host_key', 'The SFTP servers of an installation show the same keys to every team.')
export class SftpHostKey {
  /** `ed25519`, `rsa`. */
  @PrimaryColumn('text')
  type!: string;

  /** PEM, sealed under APP_KEY. */
  @Column('text')
  keySealed!: string;

  @Column('timestamptz')
  createdAt!: Date;
}
