import { Injectable } from '@nestjs/common';
import type { BootstrapTokenId, RequestContext, RunbookId, SiteId } from '../../platform/context/index.js';
import { AcrossTeams, Database, TeamRepository } from '../../platform/database/index.js';
import type { Slice } from '../../platform/http/index.js';
import { BootstrapToken } from './bootstrap-token.entity.js';
import { Runbook } from './runbook.entity.js';

@Injectable()
export class RunbooksRepository extends TeamRepository<Runbook> {
  constructor(db: Database) {
    super(db, Runbook);
  }

  list(ctx: RequestContext, { limit, offset }: Slice): Promise<Runbook[]> {
    return this.rows(ctx).orderBy('e.createdAt').addOrderBy('e.id').limit(limit).offset(offset).getMany();
  }

  /** Their tokens go with them. */
  async removeAll(ctx: RequestContext): Promise<void> {
    await this.db.query(ctx, `DELETE FROM runbook WHERE team_id = $1 RETURNING id`, [ctx.requireTeam()]);
  }
}

@Injectable()
export class BootstrapTokensRepository extends TeamRepository<BootstrapToken> {
  constructor(db: Database) {
    super(db, BootstrapToken);
  }

  /** The newest token of each of these runbooks that was not revoked. */
  async currentOf(ctx: RequestContext, runbooks: readonly RunbookId[]): Promise<Map<RunbookId, BootstrapToken>> {
    if (!runbooks.length) return new Map();
    const rows = await this.rows(ctx)
      .andWhere('e.runbookId IN (:...runbooks) AND e.siteId IS NULL AND e.revokedAt IS NULL', { runbooks })
      .orderBy('e.createdAt')
      .getMany();
    return new Map(rows.map((token) => [token.runbookId!, token]));
  }

  list(ctx: RequestContext, owner: { runbookId?: RunbookId; siteId?: SiteId }, limit: number): Promise<BootstrapToken[]> {
    const query = this.rows(ctx).orderBy('e.createdAt', 'DESC').limit(limit);
    return owner.siteId
      ? query.andWhere('e.siteId = :siteId', owner).getMany()
      : query.andWhere('e.runbookId = :runbookId', owner).getMany();
  }

  /** Revokes tokens of a runbook or site that still work. */
  async revokeAll(ctx: RequestContext, owner: { runbookId?: RunbookId; siteId?: SiteId }, now: Date): Promise<void> {
    await this.db.query(
      ctx,
      `UPDATE bootstrap_token SET revoked_at = $1 WHERE team_id = $2 AND revoked_at IS NULL AND ((runbook_id = $3 AND site_id IS NULL) OR site_id = $4)`,
      [now, ctx.requireTeam(), owner.runbookId ?? null, owner.siteId ?? null],
    );
  }
}

/** A token as a router presents it: nobody has said a team yet. */
@Injectable()
export class BootstrapTokensAcrossTeams extends AcrossTeams<BootstrapToken> {
  constructor(db: Database) {
    super(db, BootstrapToken);
  }

  /** @param lock holds the row until the transaction ends, so that a one-off token adopts one router */
  find(ctx: RequestContext, id: BootstrapTokenId, lock = false): Promise<BootstrapToken | null> {
    const query = this.all(ctx).andWhere('e.id = :id', { id });
    return (lock ? query.setLock('pessimistic_write') : query).getOne();
  }
}
