import { Column, Index, PrimaryColumn } from 'typeorm';
import type { TeamId, UserId } from '../context/index.js';
import { SharedEntity } from '../database/index.js';

/** One line of the audit log. Written once: triggers refuse every change, and deletion but by retention. */
@SharedEntity(
  'audit_event',
  'Requests of nobody and of people without a team are logged too; readers are led to their own team by AuditLog alone.',
)
@Index('audit_event_team', ['teamId', 'seq'])
@Index('audit_event_team_at', ['teamId', 'at'])
@Index('audit_event_user', ['userId', 'seq'])
export class AuditEvent {
  /** 1, 2, 3 … without a gap over the whole installation. */
  @PrimaryColumn('bigint')
  seq!: string;

  @Column('uuid')
  id!: string;

  @Column('timestamptz')
  at!: Date;

  @Column('uuid', { nullable: true })
  teamId!: TeamId | null;

  /** user, api-token, internal, public. */
  @Column('text')
  actor!: string;

  @Column('uuid', { nullable: true })
  userId!: UserId | null;

  /** Name and address of the person as they were then. */
  @Column('text', { nullable: true })
  name!: string | null;

  @Column('text', { nullable: true })
  email!: string | null;

  /** Session, API credential or API key. */
  @Column('text', { nullable: true })
  credential!: string | null;

  /** HTTP method, or EVENT. */
  @Column('text')
  method!: string;

  /** Pattern of the route, or the event's name. */
  @Column('text')
  endpoint!: string;

  @Column('smallint')
  status!: number;

  @Column('text')
  ip!: string;

  @Column('text')
  userAgent!: string;

  /** The page that sent the request, without its query. */
  @Column('text')
  page!: string;

  /** JSON of path parameters, query and body, without secrets. */
  @Column('text')
  payload!: string;

  @Column('text')
  requestId!: string;

  /** Keyed hash over the line before and this one. */
  @Column('text')
  hash!: string;
}
