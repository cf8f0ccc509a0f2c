import { Column, Index, PrimaryColumn } from 'typeorm';
import type { RoleId, TeamId } from '../../../platform/context/index.js';
import { SharedEntity } from '../../../platform/database/index.js';

/** A set of scopes. System roles belong to no team and cannot be changed; the others belong to one. */
@SharedEntity('role', 'System roles belong to no team (team_id null) and are seen by all; custom roles carry their team_id.')
@Index('role_system', ['systemName'], { unique: true })
@Index('role_name', ['teamId', 'name'], { unique: true })
export class Role {
  @PrimaryColumn('uuid')
  id!: RoleId;

  @Index()
  @Column('uuid', { nullable: true })
  teamId!: TeamId | null;

  @Column('text')
  name!: string;

  /** `owner`, `administrator` or `member` for system roles, null for custom ones. */
  @Column('text', { nullable: true })
  systemName!: string | null;

  @Column('text', { array: true })
  scopes!: string[];

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { default: () => 'now()' })
  updatedAt!: Date;
}
