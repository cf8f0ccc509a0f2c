import { Column, Index, PrimaryColumn } from 'typeorm';
import type { UserId } from '../../../platform/context/index.js';
import { SharedEntity } from '../../../platform/database/index.js';

/** A person's account at an external identity provider. */
@SharedEntity('linked_identity', 'Belongs to a person, who may be in many teams.')
@Index('linked_identity_once', ['issuer', 'subject'], { unique: true })
export class LinkedIdentity {
  @PrimaryColumn('uuid')
  id!: string;

  @Index()
  @Column('uuid')
  userId!: UserId;

  /** Issuer URL of the provider, or its name where it has none (github). */
  @Column('text')
  issuer!: string;

  /** The provider's own, stable id of the person. */
  @Column('text')
  subject!: string;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;
}
