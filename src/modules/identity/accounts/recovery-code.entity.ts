import { Column, Index, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../../platform/context/index.js';
import { SharedEntity } from '../../../platform/database/index.js';

/** Stands in once for a code of the authenticator app. */
@SharedEntity('recovery_code', 'Belongs to a person, who may be in many teams.')
export class RecoveryCode {
  @PrimaryColumn('uuid')
  id!: string;

  @Index()
  @Column('uuid')
  userId!: UserId;

  /** Keyed hash of the code. */
  @Column('text')
  hash!: string;

  /** What is shown of it later: its first characters. */
  @Column('text')
  hint!: string;

  /** The code itself, sealed, until it was shown once after the enrolment was confirmed; then null. */
  @Column('text', { nullable: true })
  sealedCode!: string | null;

  /** Order in the list. */
  @Column('smallint')
  position!: number;
}
