import { Column, Index, PrimaryColumn } from 'typeorm';
import type { TeamId, UserId } from '../../../platform/context/index.js';
import { SharedEntity } from '../../../platform/database/index.js';

/** What a person wrote to whoever runs this installation. */
@SharedEntity('feedback', 'Is addressed to whoever runs the installation; its author may be in no team at all.')
export class Feedback {
  @PrimaryColumn('uuid')
  id!: string;

  @Index()
  @Column('uuid')
  userId!: UserId;

  /** The team that the person acted in. */
  @Column('uuid', { nullable: true })
  teamId!: TeamId | null;

  @Column('text')
  subject!: string;

  @Column('text')
  message!: string;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;
}
