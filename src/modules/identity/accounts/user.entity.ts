import { Column, Index, PrimaryColumn } from 'typeorm';
import type { TeamId, UserId } from '../../../platform/context/index.js';
import { SharedEntity } from '../../../platform/database/index.js';

/** Where a person signs in; the words are the contract's. */
export type IdentitySource = 'azure' | 'saml2' | 'google' | 'github' | 'microsoft' | 'local';

/** A person. May be in many teams and acts in one of them at a time. */
@SharedEntity('app_user', 'A person may be in many teams; memberships are what a team owns.')
export class User {
  @PrimaryColumn('uuid')
  id!: UserId;

  /** Lower case. */
  @Index({ unique: true })
  @Column('text')
  email!: string;

  /** When the person followed the link in a mail to this address; null until then. */
  @Column('timestamptz', { nullable: true })
  emailVerifiedAt!: Date | null;

  @Column('text')
  name!: string;

  /** Number in E.164 form, for example +27821234567. */
  @Column('text', { nullable: true })
  mobile!: string | null;

  @Column('timestamptz', { nullable: true })
  mobileVerifiedAt!: Date | null;

  @Column('text', { default: 'local' })
  idp!: IdentitySource;

  /** ISO 3166-1 alpha-2. */
  @Column('text', { nullable: true })
  country!: string | null;

  /** IANA zone. */
  @Column('text', { default: 'UTC' })
  timezone!: string;

  /** Letters of PHP's date(), as the contract has them. */
  @Column('text', { default: 'Y-m-d' })
  dateFormat!: string;

  @Column('text', { default: 'H:i' })
  timeFormat!: string;

  /** BCP 47 tag. */
  @Column('text', { default: 'en' })
  locale!: string;

  /** URL of a portrait. */
  @Column('text', { default: '' })
  picture!: string;

  /** argon2id in PHC form; null while the person has no password here. */
  @Column('text', { nullable: true })
  passwordHash!: string | null;

  /** The password was handed out and works only to choose another one. */
  @Column('boolean', { default: false })
  mustChangePassword!: boolean;

  /** False makes a recipient of notifications who cannot sign in. */
  @Column('boolean', { default: true })
  allowLogin!: boolean;

  /** The team in which the person acts until they switch. */
  @Column('uuid', { nullable: true })
  activeTeamId!: TeamId | null;

  /** The team made for the person at registration; it cannot be deleted while they exist. */
  @Column('uuid', { nullable: true })
  personalTeamId!: TeamId | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { default: () => 'now()' })
  updatedAt!: Date;
}
