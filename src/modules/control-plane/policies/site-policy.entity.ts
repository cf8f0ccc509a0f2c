import { Column, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { PolicyId, SiteId, TeamId } from '../../../platform/context/index.js';
import { TenantEntity } from '../../../platform/database/index.js';
import { Policy } from './policy.entity.js';

/** The policy of a site. A site without a row has the default policy of its team. */
@TenantEntity('site_policy')
export class SitePolicy {
  @PrimaryColumn('uuid')
  siteId!: SiteId;

  /** By name: the entity is the fleet's own. */
  @ManyToOne('Site', { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'site_id' })
  site?: unknown;

  @Column('uuid')
  teamId!: TeamId;

  @Index('site_policy_policy')
  @Column('uuid')
  policyId!: PolicyId;

  @ManyToOne(() => Policy, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'policy_id' })
  policy?: Relation<Policy>;
}
