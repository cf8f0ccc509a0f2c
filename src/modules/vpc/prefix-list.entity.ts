import { Column, Index, PrimaryColumn } from 'typeorm';
import type { PrefixListId, TeamId } from '../../platform/context/index.js';
import { TenantEntity } from '../../platform/database/index.js';
import type { Prefix } from './prefixes.js';

/** A named set of networks, for rules of security groups and for sites themselves. */
@TenantEntity('prefix_list')
@Index('prefix_list_team', ['teamId', 'createdAt'])
export class PrefixList {
  @PrimaryColumn('text')
  id!: PrefixListId;

  @Column('uuid')
  teamId!: TeamId;

  @Column('text')
  name!: string;

  @Column('text', { nullable: true })
  description!: string | null;

  /** Each network once. */
  @Column('jsonb')
  prefixes!: readonly Prefix[];

  /** Counts the contents that routers saw: what was rendered of an older one is void. */
  @Column('integer')
  version!: number;

  @Column('timestamptz')
  createdAt!: Date;

  @Column('timestamptz')
  updatedAt!: Date;
}
