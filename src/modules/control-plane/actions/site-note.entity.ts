import { Column, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { SiteId, TeamId } from '../../../platform/context/index.js';
import { TenantEntity } from '../../../platform/database/index.js';

/** What people wrote down about a site. */
@TenantEntity('site_note')
export class SiteNote {
  @PrimaryColumn('uuid')
  siteId!: SiteId;

  @ManyToOne('Site', { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'site_id' })
  site?: unknown;

  @Column('uuid')
  teamId!: TeamId;

  @Column('text', { nullable: true })
  note!: string | null;

  @Column('timestamptz')
  updatedAt!: Date;
}
