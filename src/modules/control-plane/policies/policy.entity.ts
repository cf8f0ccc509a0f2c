import { Column, Index, PrimaryColumn } from 'typeorm';
import type { PolicyId, TeamId } from '../../../platform/context/index.js';
import { TenantEntity } from '../../../platform/database/index.js';
import type { PolicyContent } from './services.js';

/** A control-plane policy: which services routers offer, on which ports, and to whom. */
@TenantEntity('control_plane_policy')
@Index('control_plane_policy_team', ['teamId', 'createdAt'])
@Index('control_plane_policy_default', ['teamId'], { unique: true, where: 'is_default' })
@Index('control_plane_policy_slug', ['slug'], { unique: true })
export class Policy implements PolicyContent {
  @PrimaryColumn('uuid')
  id!: PolicyId;

  @Column('uuid')
  teamId!: TeamId;

  @Column('text')
  name!: string;

  /** The name as it was at the beginning in kebab case, and ten random characters. */
  @Column('text')
  slug!: string;

  /** The one that sites without another have. */
  @Column('boolean')
  isDefault!: boolean;

  @Column('boolean')
  customInputRules!: boolean;

  /** Canonical CIDR texts, each once. */
  @Column('jsonb')
  trustedNetworks!: readonly string[];

  @Column('jsonb')
  services!: PolicyContent['services'];

  /** Counts the contents that it had: what was rendered of an older one is void. */
  @Column('integer')
  version!: number;

  @Column('timestamptz')
  createdAt!: Date;

  @Column('timestamptz')
  updatedAt!: Date;
}
