import { Column, Index, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../../platform/context/index.js';
import { SharedEntity } from '../../../platform/database/index.js';

/** A password that a person had: none of the last three may be chosen again. */
@SharedEntity('old_password', 'Belongs to a person, who may be in many teams.')
export class OldPassword {
  @PrimaryColumn('uuid')
  id!: string;

  @Index()
  @Column('uuid')
  userId!: UserId;

  /** argon2id in PHC form. */
  @Column('text')
  hash!: string;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;
}
