import { Column, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { SecurityGroupId, SiteId, TeamId } from '../../platform/context/index.js';
import { TenantEntity } from '../../platform/database/index.js';
import { SecurityGroup } from './security-group.entity.js';

/** A security group at a site. */
@TenantEntity('security_group_site')
export class SecurityGroupSite {
  @PrimaryColumn('text')
  groupId!: SecurityGroupId;

  @ManyToOne(() => SecurityGroup, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'group_id' })
  group?: Relation<SecurityGroup>;

  @Index('security_group_site_site')
  @PrimaryColumn('uuid')
  siteId!: SiteId;

  /** By name: the entity is the fleet's own. */
  @ManyToOne('Site', { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'site_id' })
  site?: unknown;

  @Column('uuid')
  teamId!: TeamId;
}
