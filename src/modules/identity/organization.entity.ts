import { Column, PrimaryColumn } from 'typeorm';
import type { OrganizationId } from '../../platform/context/index.js';
import { SharedEntity } from '../../platform/database/index.js';

/** Who pays: owns teams and the seats that they share. */
@SharedEntity('organization', 'Stands above teams; read through the team that belongs to it.')
export class Organization {
  @PrimaryColumn('uuid')
  id!: OrganizationId;

  @Column('text')
  name!: string;

  /** Seats for sites over all teams; 0 means no limit. */
  @Column('integer', { default: 0 })
  siteLimit!: number;

  @Column('timestamptz', { nullable: true })
  trialEndsAt!: Date | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;
}
