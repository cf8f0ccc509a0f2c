import { Column, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { UserId, WorkspaceId } from '../../../platform/context/index.js';
import { SharedEntity } from '../../../platform/database/index.js';
import { Workspace } from './workspace.entity.js';

export const WORKSPACE_ROLES = ['owner', 'admin', 'viewer'] as const;
/** From the most to the least: owners may do everything, admins all but make owners and archive, viewers look. */
export type WorkspaceRole = (typeof WORKSPACE_ROLES)[number];

/** One person in one workspace. Says nothing about teams: what somebody may do to sites is decided there. */
@SharedEntity('workspace_member', 'Belongs to a workspace, which stands above teams.')
export class WorkspaceMember {
  @ForeignKey(() => Workspace)
  @PrimaryColumn('uuid')
  workspaceId!: WorkspaceId;

  @Index()
  @PrimaryColumn('uuid')
  userId!: UserId;

  @Column('text')
  role!: WorkspaceRole;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { default: () => 'now()' })
  updatedAt!: Date;
}
