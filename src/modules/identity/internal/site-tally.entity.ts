import { Column, PrimaryColumn } from 'typeorm';
import type { OrganizationId } from '../../../platform/context/index.js';
import { SharedEntity } from '../../../platform/database/index.js';

/** How many sites an organization had at its last count: what it is billed by, while its teams add and delete sites. */
@SharedEntity('site_tally', 'Stands above teams: counts the sites of all teams of one organization.')
export class SiteTally {
  @PrimaryColumn('uuid')
  organizationId!: OrganizationId;

  @Column('integer')
  siteCount!: number;

  /** Those of them that take a seat. */
  @Column('integer')
  seatsTaken!: number;

  @Column('timestamptz')
  countedAt!: Date;
}
