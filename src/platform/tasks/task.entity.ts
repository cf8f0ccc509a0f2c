import { Column, Index, PrimaryColumn } from 'typeorm';
import type { TaskId, TeamId } from '../context/index.js';
import { SharedEntity } from '../database/index.js';

export type TaskState = 'waiting' | 'running' | 'done' | 'failed';

/** Work for us, later or elsewhere. Written in the transaction of its cause and kept until its handler finished. */
@SharedEntity(
  'task',
  'Work of the platform itself; a task that concerns one team says so in team_id and is read through internal routes only.',
)
// Due tasks and leased ones (due since before their lease) in one index: leasing reads it in order and stops.
@Index('task_due', ['lane', 'runAt'], { where: `state IN ('waiting', 'running')` })
@Index('task_once', ['name', 'dedupeKey'], { unique: true, where: `dedupe_key IS NOT NULL AND state = 'waiting'` })
@Index('task_recurring', ['name'], { unique: true, where: `every_seconds IS NOT NULL` })
@Index('task_open', ['state'], { where: `state <> 'done'` })
@Index('task_finished', ['finishedAt'], { where: `finished_at IS NOT NULL` })
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

  /** Recurring: seconds from one run's start to the next. One row a kind, which is never finished. */
  @Column('integer', { nullable: true })
  everySeconds!: number | null;

  /** How often it was leased, without the times that were nobody's fault. */
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
