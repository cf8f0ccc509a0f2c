import { Column, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { SiteId, TeamId } from '../../platform/context/index.js';
import { TenantEntity } from '../../platform/database/index.js';

/** A key under which somebody asked for something to be made, and what was made. */
@TenantEntity('idempotent_request')
@Index('idempotent_request_once', ['siteId', 'operation', 'key'], { unique: true })
@Index('idempotent_request_age', ['createdAt'])
export class IdempotentRequest {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  teamId!: TeamId;

  @Column('uuid')
  siteId!: SiteId;

  /** By name: the entity is the fleet's own. */
  @ManyToOne('Site', { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'site_id' })
  site?: unknown;

  @Column('text')
  operation!: string;

  @Column('text')
  key!: string;

  /** A keyed hash of what was asked for. */
  @Column('text')
  fingerprint!: string;

  /** Null while it is being made. */
  @Column('uuid', { nullable: true })
  resourceId!: string | null;

  @Column('timestamptz')
  createdAt!: Date;
}
