import { Column, Index, PrimaryColumn } from 'typeorm';
import type { BlobId, TeamId } from '../context/index.js';
import { TenantEntity } from '../database/index.js';

/** Content that is kept once for a team, however often it was brought. */
@TenantEntity('blob')
@Index('blob_content', ['teamId', 'digest'], { unique: true })
@Index('blob_idle', ['usedAt'])
export class Blob {
  /** Also its name in the store; never used again after it was removed. */
  @PrimaryColumn('uuid')
  id!: BlobId;

  @Column('uuid')
  teamId!: TeamId;

  /** SHA-256 of the content, hexadecimal. */
  @Column('text')
  digest!: string;

  /** Bytes of the content. */
  @Column('integer')
  size!: number;

  /** Bytes in the store, compressed and sealed. */
  @Column('integer')
  storedSize!: number;

  /** When it was last brought: one that nothing refers to is removed some time after that. */
  @Column('timestamptz')
  usedAt!: Date;
}
