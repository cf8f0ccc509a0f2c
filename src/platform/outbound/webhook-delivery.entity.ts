import { Column, Index, PrimaryColumn } from 'typeorm';
import type { TeamId } from '../context/index.js';
import { TenantEntity } from '../database/index.js';

export type DeliveryState = 'waiting' | 'delivered' | 'given-up';

/** One message to a receiver that a user named. */
@TenantEntity('webhook_delivery')
@Index('webhook_delivery_waiting', ['stream', 'createdAt'], { where: `state = 'waiting'` })
@Index('webhook_delivery_of_stream', ['stream', 'createdAt'])
@Index('webhook_delivery_ended', ['endedAt'], { where: 'ended_at IS NOT NULL' })
export class WebhookDelivery {
  /** Sent as `webhook-id`: the same for every attempt. */
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid')
  teamId!: TeamId;

  /** Messages of one stream are delivered in their order, one at a time. */
  @Column('uuid')
  stream!: string;

  @Column('text')
  url!: string;

  /** The JSON as it is signed and sent. */
  @Column('text')
  body!: string;

  @Column('text')
  state!: DeliveryState;

  @Column('integer', { default: 0 })
  attempts!: number;

  /** HTTP status of the last attempt; null when there was none, or no answer. */
  @Column('integer', { nullable: true })
  lastStatus!: number | null;

  /** Why the last attempt failed. */
  @Column('text', { nullable: true })
  lastError!: string | null;

  @Column('timestamptz')
  createdAt!: Date;

  /** Not before this time. */
  @Column('timestamptz')
  nextAttemptAt!: Date;

  /** Somebody is sending it until then. */
  @Column('timestamptz', { nullable: true })
  claimedUntil!: Date | null;

  /** When it was delivered or given up. */
  @Column('timestamptz', { nullable: true })
  endedAt!: Date | null;
}
