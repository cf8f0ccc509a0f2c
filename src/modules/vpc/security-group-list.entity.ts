import { Column, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { PrefixListId, SecurityGroupId, TeamId } from '../../platform/context/index.js';
import { TenantEntity } from '../../platform/database/index.js';
import { PrefixList } from './prefix-list.entity.js';
import { SecurityGroup } from './security-group.entity.js';

/** A prefix list that rules of a security group name. It keeps the list from being deleted. */
@TenantEntity('security_group_list')
export class SecurityGroupList {
  @PrimaryColumn('text')
  groupId!: SecurityGroupId;

  @ManyToOne(() => SecurityGroup, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'group_id' })
  group?: Relation<SecurityGroup>;

  @Index('security_group_list_list')
  @PrimaryColumn('text')
  listId!: PrefixListId;

  @ManyToOne(() => PrefixList, { onDelete: 'NO ACTION' })
  @JoinColumn({ name: 'list_id' })
  list?: Relation<PrefixList>;

  @Column('uuid')
  teamId!: TeamId;
}
