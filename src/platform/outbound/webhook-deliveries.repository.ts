import { Injectable } from '@nestjs/common';
import type { RequestContext, TeamId } from '../context/index.js';
import { AcrossTeams, Database, TeamRepository } from '../database/index.js';
import { type DeliveryState, WebhookDelivery } from './webhook-delivery.entity.js';

/** What an attempt came to. */
export interface AttemptOutcome {
  readonly state: DeliveryState;
  readonly status: number | null;
  readonly error: string | null;
  /** Of a message that waits on. */
  readonly nextAttemptAt: Date;
}

@Injectable()
export class WebhookDeliveriesRepository extends TeamRepository<WebhookDelivery> {
  constructor(db: Database) {
    super(db, WebhookDelivery);
  }

  /** The message of a stream that comes next; undefined when none waits. */
  async first(ctx: RequestContext, stream: string): Promise<WebhookDelivery | undefined> {
    const query = this.rows(ctx).andWhere(`e.stream = :stream AND e.state = 'waiting'`, { stream });
    return (await query.orderBy('e.createdAt').addOrderBy('e.id').limit(1).getOne()) ?? undefined;
  }

  /** Answers false when somebody else sends it just now, or has sent it. */
  async claim(ctx: RequestContext, id: string, now: Date, until: Date): Promise<boolean> {
    const rows = await this.db.query(
      ctx,
      `UPDATE webhook_delivery SET claimed_until = $3 WHERE id = $1 AND team_id = $4 AND state = 'waiting' AND (claimed_until IS NULL OR claimed_until <= $2)
       RETURNING id`,
      [id, now, until, ctx.requireTeam()],
    );
    return rows.length === 1;
  }

  async record(ctx: RequestContext, id: string, { state, status, error, nextAttemptAt }: AttemptOutcome, now: Date): Promise<void> {
    await this.db.query(
      ctx,
      `UPDATE webhook_delivery SET state = $3, attempts = attempts + 1, last_status = $4, last_error = $5, next_attempt_at = $6, claimed_until = NULL,
         ended_at = CASE WHEN $3 = 'waiting' THEN NULL ELSE $7::timestamptz END WHERE id = $1 AND team_id = $2 AND state = 'waiting'`,
      [id, ctx.requireTeam(), state, status, error, nextAttemptAt, now],
    );
  }

  /** Messages of these streams, newest first. */
  async ofStreams(ctx: RequestContext, streams: readonly string[], limit: number): Promise<WebhookDelivery[]> {
    if (!streams.length) return [];
    const query = this.rows(ctx).andWhere('e.stream IN (:...streams)', { streams });
    return query.orderBy('e.createdAt', 'DESC').addOrderBy('e.id', 'DESC').limit(limit).getMany();
  }

  async removeAll(ctx: RequestContext): Promise<void> {
    await this.db.query(ctx, `DELETE FROM webhook_delivery WHERE team_id = $1 RETURNING id`, [ctx.requireTeam()]);
  }
}

/** Messages of every team, for the sweep. */
@Injectable()
export class WebhookDeliveriesAcrossTeams extends AcrossTeams<WebhookDelivery> {
  constructor(db: Database) {
    super(db, WebhookDelivery);
  }

  /** Streams with a message that should have been tried before this time. */
  overdue(ctx: RequestContext, before: Date, limit: number): Promise<{ stream: string; teamId: TeamId }[]> {
    return this.db.query(
      this.checked(ctx),
      `SELECT DISTINCT stream, team_id AS "teamId" FROM webhook_delivery WHERE state = 'waiting' AND next_attempt_at < $1 LIMIT $2`,
      [before, limit],
    );
  }

  /** Deletes up to `limit` that ended before this time; answers how many. */
  async removeOld(ctx: RequestContext, before: Date, limit: number): Promise<number> {
    const rows = await this.db.query(
      this.checked(ctx),
      `DELETE FROM webhook_delivery WHERE id = ANY(ARRAY(SELECT id FROM webhook_delivery WHERE ended_at < $1 ORDER BY ended_at LIMIT $2)) RETURNING 1`,
      [before, limit],
    );
    return rows.length;
  }
}
