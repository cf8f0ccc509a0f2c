import { Column, Index, PrimaryColumn } from 'typeorm';
import type { RunbookId, TeamId } from '../../platform/context/index.js';
import { TenantEntity } from '../../platform/database/index.js';

/** A way into a team's fleet: whoever pastes its command adopts a router as a new site. */
@TenantEntity('runbook')
export class Runbook {
  @PrimaryColumn('uuid')
  id!: RunbookId;

  @Index()
  @Column('uuid')
  teamId!: TeamId;

  @Column('text')
  name!: string;

  @Column('timestamptz')
  createdAt!: Date;
}
