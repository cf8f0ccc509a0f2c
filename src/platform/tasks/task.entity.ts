import { Column, Index, PrimaryColumn } from 'typeorm';
import type { TaskId, TeamId } from '../context/index.js';
import { SharedEntity } from '../database/index.js';

export type TaskState = 'waiting' | 'running' | 'done' | 'failed';

/** Work for us, later or elsewhere. Written in the transaction of its cause and kept until its handler finished. */
@SharedEntity('task', 'Work of the platform itself; a task that concerns one team says so in team_id and is read through internal routes only.')
@Index('task_due', ['lane', 'runAt'], { where: `state = 'waiting'` })
@Index('task_leased', ['leaseUntil'], { where: `state = 'running'` })
@Index('task_once', ['name', 'dedupeKey'], { unique: true, where: `dedupe_key IS NOT NULL AND state = 'waiting'` })
@Index('task_finished', ['finishedAt'])
export class Task {
  @PrimaryColumn('uuid')
  id!: TaskId;

  @Column('uuid', { nullable: true })
  teamId!: TeamId | null;

  @Column('text')
  name!: string;

  /** Work of one lane never waits for another lane's. */
  @Column('text')
  lane!: string;

  @Column('jsonb')
  payload!: unknown;

  @Column('text', { default: 'waiting' })
  state!: TaskState;

  /** Not before this time. */
  @Column('timestamptz')
  runAt!: Date;

  /** While one task with this key waits, another one is not added. */
  @Column('text', { nullable: true })
  dedupeKey!: string | null;

  /** Recurring: seconds from one run's start to the next. */
  @Column('integer', { nullable: true })
  everySeconds!: number | null;

  @Column('integer', { default: 0 })
  attempts!: number;

  @Column('integer')
  maxAttempts!: number;

  /** Somebody works on it until then; past it, anybody may take it over. */
  @Column('timestamptz', { nullable: true })
  leaseUntil!: Date | null;

  /** Which lease: only its holder may finish the task. */
  @Column('uuid', { nullable: true })
  leaseId!: string | null;

  @Column('text', { nullable: true })
  lastError!: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { nullable: true })
  finishedAt!: Date | null;
}
