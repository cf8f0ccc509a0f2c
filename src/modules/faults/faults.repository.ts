import { Injectable } from '@nestjs/common';
import type { RequestContext, SiteId } from '../../platform/context/index.js';
import { AcrossTeams, Database, TeamRepository } from '../../platform/database/index.js';
import { Fault } from './fault.entity.js';

/** What one open fault at a time can be about. */
export interface FaultKey {
  readonly siteId: SiteId;
  readonly type: string;
  readonly resourceIdentifier: string;
}

@Injectable()
export class FaultsRepository extends TeamRepository<Fault> {
  constructor(db: Database) {
    super(db, Fault);
  }

  /** Inserts it unless one of the same key is open. Answers whether it did. */
  async insertOpen(ctx: RequestContext, fault: Fault): Promise<boolean> {
    const result = await this.db
      .manager(ctx)
      .createQueryBuilder()
      .insert()
      .into(Fault)
      .values(fault as never)
      .orIgnore()
      .returning('id')
      .execute();
    return (result.raw as unknown[]).length === 1;
  }

  /** Closes the open one of this key, no earlier than it began. Undefined when none is open. */
  async close(ctx: RequestContext, { siteId, type, resourceIdentifier }: FaultKey, at: Date): Promise<string | undefined> {
    const [row] = await this.db.query<{ id: string }>(
      ctx,
      `UPDATE fault SET resolved_at = GREATEST($4, created_at)
       WHERE site_id = $1 AND type = $2 AND resource_identifier = $3 AND resolved_at IS NULL AND team_id = $5 RETURNING id`,
      [siteId, type, resourceIdentifier, at, ctx.requireTeam()],
    );
    return row?.id;
  }

  /** Closes everything that is open at a site and beneath it. */
  closeAll(ctx: RequestContext, siteId: SiteId, at: Date): Promise<Pick<Fault, 'id' | 'type'>[]> {
    return this.db.query(
      ctx,
      `UPDATE fault SET resolved_at = GREATEST($2, created_at) WHERE site_id = $1 AND resolved_at IS NULL AND team_id = $3 RETURNING id, type`,
      [siteId, at, ctx.requireTeam()],
    );
  }

  /** Of a site and what is beneath it, newest first. */
  ofSite(ctx: RequestContext, siteId: SiteId, limit: number): Promise<Fault[]> {
    return this.rows(ctx)
      .andWhere('e.siteId = :siteId', { siteId })
      .orderBy('e.createdAt', 'DESC')
      .addOrderBy('e.id', 'DESC')
      .limit(limit)
      .getMany();
  }

  async removeAll(ctx: RequestContext): Promise<void> {
    await this.db.query(ctx, `DELETE FROM fault WHERE team_id = $1 RETURNING id`, [ctx.requireTeam()]);
  }
}

/** Faults of every team, for the sweep. */
@Injectable()
export class FaultsAcrossTeams extends AcrossTeams<Fault> {
  constructor(db: Database) {
    super(db, Fault);
  }

  /** Deletes up to `limit` closed ones that began before this time; answers how many. */
  async removeOld(ctx: RequestContext, before: Date, limit: number): Promise<number> {
    const rows = await this.db.query(
      this.checked(ctx),
      `DELETE FROM fault WHERE id = ANY(ARRAY(SELECT id FROM fault WHERE created_at < $1 AND resolved_at IS NOT NULL ORDER BY created_at LIMIT $2)) RETURNING 1`,
      [before, limit],
    );
    return rows.length;
  }
}
