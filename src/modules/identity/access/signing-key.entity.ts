import { Column, PrimaryColumn } from 'typeorm';
import { SharedEntity } from '../../../platform/database/index.js';

/** A key pair that signs our JWTs. The newest one signs; all that are not retired verify. */
@SharedEntity('signing_key', 'Keys of the whole installation.')
export class SigningKey {
  /** `kid` of the JWT header. */
  @PrimaryColumn('text')
  id!: string;

  /** Public part, SPKI in PEM. */
  @Column('text')
  publicPem!: string;

  /** Private part, PKCS#8 in PEM, sealed under APP_KEY. */
  @Column('text')
  sealedPrivatePem!: string;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { nullable: true })
  retiredAt!: Date | null;
}
