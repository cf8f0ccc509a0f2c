import { Column, Index, PrimaryColumn } from 'typeorm';
import type { TeamId, UserId } from '../../../platform/context/index.js';
import { SharedEntity } from '../../../platform/database/index.js';

/** A person. May be in many teams and acts in one of them at a time. */
@SharedEntity('app_user', 'A person may be in many teams; memberships are what a team owns.')
export class User {
  @PrimaryColumn('uuid')
  id!: UserId;

  /** Lower case. */
  @Index({ unique: true })
  @Column('text')
  email!: string;

  @Column('text')
  name!: string;

  /** argon2id in PHC form; null while the person has no password here. */
  @Column('text', { nullable: true })
  passwordHash!: string | null;

  /** The password was handed out and works only to choose another one. */
  @Column('boolean', { default: false })
  mustChangePassword!: boolean;

  @Column('boolean', { default: true })
  allowLogin!: boolean;

  /** The team in which the person acts until they switch. */
  @Column('uuid', { nullable: true })
  activeTeamId!: TeamId | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;
}
