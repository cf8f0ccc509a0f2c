import { Column, Index, PrimaryColumn } from 'typeorm';
import type { RunbookId, SiteId, TeamId } from '../../platform/context/index.js';
import { TenantEntity } from '../../platform/database/index.js';

/** The record that policies, backups and jobs hang on; a router (device) serves it, and may be replaced by another. */
@TenantEntity('site')
@Index('site_hardware', ['teamId', 'hardwareHash'], { unique: true, where: 'hardware_hash IS NOT NULL AND deletion_requested_at IS NULL' })
@Index('site_team', ['teamId', 'createdAt'])
@Index('site_removal_due', ['removalDueAt'], { where: 'removal_due_at IS NOT NULL' })
export class Site {
  @PrimaryColumn('uuid')
  id!: SiteId;

  @Column('uuid')
  teamId!: TeamId;

  /** `site_` and the base62 form of the id: sorts by age, for display. */
  @Column('text')
  pid!: string;

  @Column('text')
  name!: string;

  @Column('text', { nullable: true })
  address!: string | null;

  @Column('double precision', { nullable: true })
  latitude!: number | null;

  @Column('double precision', { nullable: true })
  longitude!: number | null;

  /** IANA name. */
  @Column('text', { nullable: true })
  timezone!: string | null;

  /** The runbook that adopted it; null for a site that was created first. */
  @Column('uuid', { nullable: true })
  runbookId!: RunbookId | null;

  /** 40 hexadecimal digits that name the hardware; null until a router serves the site. */
  @Column('text', { nullable: true })
  hardwareHash!: string | null;

  /** Counts the routers that served this site; a device token of an earlier one is revoked. */
  @Column('integer', { default: 0 })
  deviceGeneration!: number;

  @Column('text', { nullable: true })
  identity!: string | null;

  @Column('text', { nullable: true })
  serialNumber!: string | null;

  @Column('text', { nullable: true })
  softwareId!: string | null;

  @Column('text', { nullable: true })
  softwareVersion!: string | null;

  @Column('text', { nullable: true })
  architectureName!: string | null;

  @Column('text', { nullable: true })
  model!: string | null;

  @Column('text', { nullable: true })
  boardName!: string | null;

  @Column('boolean', { nullable: true })
  routerboard!: boolean | null;

  /** Everything else the router said of itself, by the names of HeartbeatFields. */
  @Column('jsonb', { default: () => `'{}'` })
  facts!: Record<string, unknown>;

  @Column('timestamptz', { nullable: true })
  adoptedAt!: Date | null;

  @Column('timestamptz')
  createdAt!: Date;

  @Column('timestamptz')
  updatedAt!: Date;

  /** Somebody asked to delete it: gone from lists, the router is told to remove what is ours. */
  @Column('timestamptz', { nullable: true })
  deletionRequestedAt!: Date | null;

  /** The record goes at this time even when the router never confirmed. */
  @Column('timestamptz', { nullable: true })
  removalDueAt!: Date | null;
}
