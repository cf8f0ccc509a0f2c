import { Column, Index, PrimaryColumn } from 'typeorm';
import type { TeamId } from '../context/index.js';
import { TenantEntity } from '../database/index.js';

/** By what the webhooks of a team are signed. */
@TenantEntity('webhook_secret')
export class WebhookSecret {
  @PrimaryColumn('uuid')
  id!: string;

  @Index('webhook_secret_of_team', { unique: true })
  @Column('uuid')
  teamId!: TeamId;

  /** Sealed under APP_KEY, bound to the row. */
  @Column('text')
  sealed!: string;

  /** The one before, which signs too for a while. */
  @Column('text', { nullable: true })
  previousSealed!: string | null;

  @Column('timestamptz', { nullable: true })
  previousUntil!: Date | null;

  @Column('timestamptz')
  createdAt!: Date;
}
