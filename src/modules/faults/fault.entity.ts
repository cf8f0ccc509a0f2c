import { Column, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { SiteId, TeamId } from '../../platform/context/index.js';
import { TenantEntity } from '../../platform/database/index.js';

export type FaultSeverity = 'low' | 'medium' | 'high' | 'critical';

/** Something that is, or was, wrong. Two states: unresolved while `resolvedAt` is null, then resolved. */
@TenantEntity('fault')
@Index('fault_open', ['siteId', 'type', 'resourceIdentifier'], { unique: true, where: 'resolved_at IS NULL' })
@Index('fault_of_site', ['siteId', 'createdAt'])
@Index('fault_of_team', ['teamId', 'createdAt'])
@Index('fault_age', ['createdAt'])
export class Fault {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  teamId!: TeamId;

  /** The site that has it, itself or in something beneath it; null for one that a person reports of something else. */
  @Column('uuid', { nullable: true })
  siteId!: SiteId | null;

  /** By name: the entity is the fleet's own. A site takes its faults with it. */
  @ManyToOne('Site', { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'site_id' })
  site?: unknown;

  /** `site`, `wantunnel`, or a person's own word. */
  @Column('text')
  type!: string;

  @Column('text')
  severity!: FaultSeverity;

  /** In a word or two: `Disconnected`. */
  @Column('text')
  cause!: string;

  @Column('text')
  message!: string;

  /** Id of what is faulty: of the site, of one of its WAN links. */
  @Column('text')
  resourceIdentifier!: string;

  /** Which detector found it. */
  @Column('text')
  reportedBy!: string;

  /** When it began, which is before anybody noticed. */
  @Column('timestamptz')
  createdAt!: Date;

  @Column('timestamptz', { nullable: true })
  resolvedAt!: Date | null;
}
