import { Column, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { OrganizationId, TeamId, UserId } from '../../../platform/context/index.js';
import { SharedEntity } from '../../../platform/database/index.js';
import { Organization } from '../workspaces/organization.entity.js';

/** The access boundary: every site, policy and script belongs to one. */
@SharedEntity('team', 'Is the tenant itself: its own id is what team_id points to.')
export class Team {
  @PrimaryColumn('uuid')
  id!: TeamId;

  @ForeignKey(() => Organization)
  @Index()
  @Column('uuid')
  organizationId!: OrganizationId;

  @Column('text')
  name!: string;

  @Column('uuid', { nullable: true })
  ownerId!: UserId | null;

  /** Seats for sites of this team; 0 means as many as the organization has. */
  @Column('integer', { default: 0 })
  siteLimit!: number;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;
}
