import { Column, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { OrganizationId, WorkspaceId } from '../../../platform/context/index.js';
import { SharedEntity } from '../../../platform/database/index.js';
import type { Limits } from './organization-tree.js';
import { Workspace } from './workspace.entity.js';

/** How the sign-in page of an organization looks. Colours are `#rgb` or `#rrggbb`. */
export interface Branding {
  readonly displayName?: string;
  readonly loginHint?: string;
  readonly primary?: string;
  readonly pageBackground?: string;
}

/** A node of its workspace's tree: owns teams, and limits what they and those below it may use (docs/tenancy.md). */
@SharedEntity('organization', 'Stands above teams; seen by members of its workspace, and by a team as the one it belongs to.')
@Index('organization_of_workspace', ['workspaceId', 'createdAt'])
export class Organization {
  /** Shown as `external_id`; the public id is its base62 form after `org_`. */
  @PrimaryColumn('uuid')
  id!: OrganizationId;

  @ForeignKey(() => Workspace)
  @Column('uuid')
  workspaceId!: WorkspaceId;

  /** Null at the top level. An organization never moves. */
  @ForeignKey(() => Organization)
  @Index()
  @Column('uuid', { nullable: true })
  parentId!: OrganizationId | null;

  /** Public ids of its ancestors from the top, joined by `#`; null at the top level. */
  @Column('text', { nullable: true })
  path!: string | null;

  /** Number of its ancestors, 0 to 9. */
  @Column('integer', { default: 0 })
  depth!: number;

  @Column('text')
  name!: string;

  /** Most of each meter in this organization and below; no key, no limit of its own. */
  @Column('jsonb', { default: {} })
  limits!: Limits;

  /** Of top-level ones outside pooled mode: the account that pays. Its meaning is billing's. */
  @Column('text', { nullable: true })
  billingAccountId!: string | null;

  @Column('jsonb', { default: {} })
  branding!: Branding;

  /** An https URL somewhere else; null when there is no picture or it was uploaded here. */
  @Column('text', { nullable: true })
  pictureUrl!: string | null;

  /** SHA-256 (hex) of the uploaded picture, whose bytes are in `organization_picture`. */
  @Column('text', { nullable: true })
  pictureDigest!: string | null;

  @Column('timestamptz', { nullable: true })
  trialEndsAt!: Date | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { default: () => 'now()' })
  updatedAt!: Date;
}
