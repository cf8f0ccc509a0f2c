import { Column, Index, PrimaryColumn } from 'typeorm';
import type { SecurityGroupId, TeamId } from '../../platform/context/index.js';
import { TenantEntity } from '../../platform/database/index.js';
import type { Rule } from './rules.js';

/** A security group: what its sites let through. Whatever no rule of a site's groups allows is denied there. */
@TenantEntity('security_group')
@Index('security_group_team', ['teamId', 'createdAt'])
export class SecurityGroup {
  @PrimaryColumn('text')
  id!: SecurityGroupId;

  @Column('uuid')
  teamId!: TeamId;

  @Column('text')
  name!: string;

  @Column('text', { nullable: true })
  description!: string | null;

  /** By order; those of one order as they were given. */
  @Column('jsonb')
  rules!: readonly Rule[];

  /** Counts the contents that routers saw: what was rendered of an older one is void. */
  @Column('integer')
  version!: number;

  @Column('timestamptz')
  createdAt!: Date;

  @Column('timestamptz')
  updatedAt!: Date;
}
