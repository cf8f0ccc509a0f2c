import { Column, Index, PrimaryColumn } from 'typeorm';
import type { InvitationId, RoleId, TeamId, UserId } from '../../../platform/context/index.js';
import { TenantEntity } from '../../../platform/database/index.js';

/** Someone asked by mail to join a team. Gone when it is withdrawn; kept as accepted once it was. */
@TenantEntity('team_invitation')
@Index('team_invitation_pending', ['teamId', 'email'], { unique: true, where: 'accepted_at IS NULL' })
export class TeamInvitation {
  @PrimaryColumn('uuid')
  id!: InvitationId;

  @Index()
  @Column('uuid')
  teamId!: TeamId;

  /** Lower case. */
  @Column('text')
  email!: string;

  /** Role given on acceptance; null for Member. */
  @Column('uuid', { nullable: true })
  roleId!: RoleId | null;

  @Column('uuid')
  invitedBy!: UserId;

  /** SHA-256 of the token in the link. */
  @Index({ unique: true })
  @Column('text')
  tokenHash!: string;

  @Column('timestamptz')
  expiresAt!: Date;

  @Column('timestamptz', { nullable: true })
  acceptedAt!: Date | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { default: () => 'now()' })
  updatedAt!: Date;
}
