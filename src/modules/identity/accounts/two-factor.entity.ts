import { Column, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../../platform/context/index.js';
import { SharedEntity } from '../../../platform/database/index.js';

/** A person's time-based one-time passwords (RFC 6238). */
@SharedEntity('two_factor', 'Belongs to a person, who may be in many teams.')
export class TwoFactor {
  @PrimaryColumn('uuid')
  userId!: UserId;

  /** Base32 secret, sealed under APP_KEY. */
  @Column('text')
  sealedSecret!: string;

  /** Null while the enrolment waits for its first code. */
  @Column('timestamptz', { nullable: true })
  confirmedAt!: Date | null;

  /** Time step of the last accepted code: a code works once. */
  @Column('bigint', { default: 0 })
  lastStep!: string;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;
}
