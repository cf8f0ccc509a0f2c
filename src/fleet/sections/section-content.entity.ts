import { Column, PrimaryColumn } from 'typeorm';
import type { TeamId } from '../../platform/context/index.js';
import { TenantEntity } from '../../platform/database/index.js';

/** A wish as it was sent to routers, once for all sites of a team that have it. */
@TenantEntity('section_content')
export class SectionContent {
  @PrimaryColumn('uuid')
  teamId!: TeamId;

  /** 64 hexadecimal digits. */
  @PrimaryColumn('text')
  hash!: string;

  /** JSON of `{salt, wish}`, sealed: it may hold passwords. */
  @Column('text')
  sealed!: string;

  @Column('timestamptz')
  createdAt!: Date;
}
