import { Column, PrimaryColumn } from 'typeorm';
import type { BlobId } from '../context/index.js';
import { SharedEntity } from '../database/index.js';

/** A name in the store that nothing knows any more. */
@SharedEntity('doomed_blob', 'Names in the store, without content or owner, until the store has dropped them.')
export class DoomedBlob {
  @PrimaryColumn('uuid')
  id!: BlobId;

  @Column('timestamptz')
  doomedAt!: Date;
}
