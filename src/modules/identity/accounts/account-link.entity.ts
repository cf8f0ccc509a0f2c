import { Column, Index, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../../platform/context/index.js';
import { SharedEntity } from '../../../platform/database/index.js';

export type LinkPurpose = 'verify-email' | 'verify-mobile' | 'reset-password';

/** A link sent to a person: whoever holds it owns the mailbox or the telephone. Works once. */
@SharedEntity('account_link', 'Belongs to a person, who may be in many teams.')
@Index('account_link_recent', ['userId', 'purpose', 'createdAt'])
export class AccountLink {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  userId!: UserId;

  @Column('text')
  purpose!: LinkPurpose;

  /** The address or number that it proves; a link for an address that the person has given up proves nothing. */
  @Column('text')
  target!: string;

  /** SHA-256 of the token in the link: 256 bits of chance need no slow hash. */
  @Index({ unique: true })
  @Column('text')
  tokenHash!: string;

  @Column('timestamptz')
  expiresAt!: Date;

  @Column('timestamptz', { nullable: true })
  usedAt!: Date | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;
}
