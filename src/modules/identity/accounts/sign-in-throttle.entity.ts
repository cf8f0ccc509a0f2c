import { Column, PrimaryColumn } from 'typeorm';
import { SharedEntity } from '../../../platform/database/index.js';

/** Failed attempts of one account or from one address since its last success. */
@SharedEntity('sign_in_throttle', 'Counts attempts on accounts that may not even exist.')
export class SignInThrottle {
  /** `account:` or `address:` and a keyed hash: the table tells nobody who tried what. */
  @PrimaryColumn('text')
  key!: string;

  @Column('integer')
  failures!: number;

  @Column('timestamptz')
  blockedUntil!: Date;

  @Column('timestamptz')
  lastFailureAt!: Date;
}
