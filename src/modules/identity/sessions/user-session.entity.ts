import { Column, Index, PrimaryColumn } from 'typeorm';
import type { SessionId, UserId } from '../../../platform/context/index.js';
import { SharedEntity } from '../../../platform/database/index.js';

/** A person's sign-in to one client application. Tokens name it and work as long as it is not ended. */
@SharedEntity('user_session', 'Belongs to a person, who may be in many teams.')
export class UserSession {
  @PrimaryColumn('uuid')
  id!: SessionId;

  @Index()
  @Column('uuid')
  userId!: UserId;

  /** The OAuth client. */
  @Column('text')
  clientId!: string;

  /** The provider's grant: what its codes and refresh tokens hang on. */
  @Index({ unique: true })
  @Column('text')
  grantId!: string;

  /** The browser's session with the provider, in which the person need not sign in again. */
  @Column('text')
  browserUid!: string;

  /** When the second factor was passed; null for a sign-in without one. */
  @Column('timestamptz', { nullable: true })
  secondFactorAt!: Date | null;

  /** Address from which the person signed in. */
  @Column('text')
  ip!: string;

  @Column('text')
  userAgent!: string;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;

  /** Last time a token was fetched with it. */
  @Column('timestamptz', { default: () => 'now()' })
  lastSeenAt!: Date;

  @Column('timestamptz')
  expiresAt!: Date;

  @Column('timestamptz', { nullable: true })
  endedAt!: Date | null;
}
