import { Column, Index, PrimaryColumn } from 'typeorm';
import type { CredentialId, TeamId, UserId } from '../../../platform/context/index.js';
import { TenantEntity } from '../../../platform/database/index.js';

/** A program's way in: `{id}:{teamId}:{secret}`. Bound to one team; can do at most what its creator can. */
@TenantEntity('api_credential')
export class ApiCredential {
  @PrimaryColumn('uuid')
  id!: CredentialId;

  @Index()
  @Column('uuid')
  teamId!: TeamId;

  /** Who made it; while that person may not sign in, it does not work either. */
  @Index()
  @Column('uuid')
  userId!: UserId;

  @Column('text')
  name!: string;

  /** Keyed hash of the 62-character secret (see docs/decisions/0003-api-secrets.md). */
  @Column('text')
  secretHash!: string;

  /** The scopes it was limited to; null for all its creator has. */
  @Column('text', { array: true, nullable: true })
  scopes!: string[] | null;

  @Column('timestamptz', { nullable: true })
  expiresAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  revokedAt!: Date | null;

  /** Noted a minute apart at most. */
  @Column('timestamptz', { nullable: true })
  lastUsedAt!: Date | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { default: () => 'now()' })
  updatedAt!: Date;
}
