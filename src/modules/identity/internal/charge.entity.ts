import { Column, Index, PrimaryColumn } from 'typeorm';
import type { OrganizationId, TeamId } from '../../../platform/context/index.js';
import { TenantEntity } from '../../../platform/database/index.js';

/** Something that an organization owes for, as a service reported it. A ledger: rows are added and never changed. */
@TenantEntity('charge')
@Index('charge_once', ['organizationId', 'kind', 'reportId'], { unique: true })
export class Charge {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  organizationId!: OrganizationId;

  /** The team that caused it. */
  @Index()
  @Column('uuid')
  teamId!: TeamId;

  /** What for: `cve` is a scan for vulnerabilities. */
  @Column('text')
  kind!: 'cve';

  /** The reporting service's own id of the work; reporting it again charges nothing. */
  @Column('text')
  reportId!: string;

  /** Sites that were scanned. */
  @Column('integer')
  siteCount!: number;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;
}
