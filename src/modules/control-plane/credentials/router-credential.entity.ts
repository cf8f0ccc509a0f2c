import { Column, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { SiteId, TeamId } from '../../../platform/context/index.js';
import { TenantEntity } from '../../../platform/database/index.js';

/** A user of the RouterOS API on the router of a site: ours. The newest one counts; an older one stays until that was seen to work. */
@TenantEntity('router_credential')
@Index('router_credential_site', ['siteId', 'createdAt'])
export class RouterCredential {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  teamId!: TeamId;

  @Column('uuid')
  siteId!: SiteId;

  @ManyToOne('Site', { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'site_id' })
  site?: unknown;

  @Column('text')
  username!: string;

  /** Bound to `id`. */
  @Column('text')
  passwordSealed!: string;

  @Column('timestamptz')
  createdAt!: Date;

  @Column('timestamptz')
  updatedAt!: Date;

  /** The router said that it has this user, and where it could be tried a login succeeded. */
  @Column('timestamptz', { nullable: true })
  verifiedAt!: Date | null;
}
