import { Column, Index, PrimaryColumn } from 'typeorm';
import type { RoleId, TeamId, UserId } from '../../../platform/context/index.js';
import { TenantEntity } from '../../../platform/database/index.js';

/** One person in one team, with one role; a person with several roles has several rows. */
@TenantEntity('membership')
@Index('membership_once', ['teamId', 'userId', 'roleId'], { unique: true })
export class Membership {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  teamId!: TeamId;

  @Index()
  @Column('uuid')
  userId!: UserId;

  @Index()
  @Column('uuid')
  roleId!: RoleId;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;
}
