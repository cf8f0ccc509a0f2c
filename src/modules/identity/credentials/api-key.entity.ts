import { Column, Index, PrimaryColumn } from 'typeorm';
import type { ApiKeyId, OrganizationId, TeamId, UserId } from '../../../platform/context/index.js';
import { TenantEntity } from '../../../platform/database/index.js';

/** A program's way in, second generation: owned by an organization, acts in the team it was made in. */
@TenantEntity('api_key')
export class ApiKey {
  /** `api_key_` and 27 letters and digits. */
  @PrimaryColumn('text')
  id!: ApiKeyId;

  @Index()
  @Column('uuid')
  teamId!: TeamId;

  @Index()
  @Column('uuid')
  organizationId!: OrganizationId;

  /** Who made it; it can do at most what that person can. */
  @Index()
  @Column('uuid')
  userId!: UserId;

  @Column('text')
  name!: string;

  /** `alto_sk_` and the first five characters of the secret. */
  @Column('text')
  keyPrefix!: string;

  /** Keyed hash of the secret, by which it is found. */
  @Index({ unique: true })
  @Column('text')
  secretHash!: string;

  /** The machine-to-machine client it stands for. */
  @Column('text')
  clientId!: string;

  /** `resource:read` and `resource:write`. */
  @Column('text', { array: true })
  permissions!: string[];

  @Column('timestamptz', { nullable: true })
  lastUsedAt!: Date | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;
}
