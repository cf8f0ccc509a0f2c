import { Column, PrimaryColumn } from 'typeorm';
import type { WorkspaceId } from '../../../platform/context/index.js';
import { SharedEntity } from '../../../platform/database/index.js';

export const BILLING_MODES = ['single', 'assigned', 'pooled'] as const;
/** Who pays: one account for all, one for each top-level organization, or seats that all of them share. */
export type BillingMode = (typeof BILLING_MODES)[number];

/** The root of tenancy: a tree of organizations, and the people who run it. */
@SharedEntity('workspace', 'Stands above organizations and teams; seen by its members, whatever team they act in.')
export class Workspace {
  /** The public id is its base62 form after `ws_`. */
  @PrimaryColumn('uuid')
  id!: WorkspaceId;

  @Column('text')
  name!: string;

  @Column('text', { nullable: true })
  description!: string | null;

  /** Chosen at creation and never changed. */
  @Column('text')
  billingMode!: BillingMode;

  /** Seats for sites over all organizations, in pooled mode only; null means no limit. */
  @Column('integer', { nullable: true })
  pooledSeatLimit!: number | null;

  /** Since then nothing in it changes. */
  @Column('timestamptz', { nullable: true })
  archivedAt!: Date | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { default: () => 'now()' })
  updatedAt!: Date;
}
