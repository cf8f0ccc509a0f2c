import { Injectable } from '@nestjs/common';
import type { JobId, RequestContext, SiteId } from '../../platform/context/index.js';
import { AcrossTeams, Database, TeamRepository } from '../../platform/database/index.js';
import { AsynchronousRequest } from './asynchronous-request.entity.js';

@Injectable()
export class AsynchronousRequestsRepository extends TeamRepository<AsynchronousRequest> {
  constructor(db: Database) {
    super(db, AsynchronousRequest);
  }

  /** The request that a job came from; undefined for a job that came another way. */
  async ofJob(ctx: RequestContext, jobId: JobId): Promise<AsynchronousRequest | undefined> {
    return (await this.rows(ctx).andWhere('e.jobId = :jobId', { jobId }).getOne()) ?? undefined;
  }

  /** Those of a site that want notices, newest first. */
  withNotices(ctx: RequestContext, siteId: SiteId, limit: number): Promise<AsynchronousRequest[]> {
    return this.rows(ctx)
      .andWhere('e.siteId = :siteId AND e.notifyUrl IS NOT NULL', { siteId })
      .orderBy('e.acceptedAt', 'DESC')
      .addOrderBy('e.id', 'DESC')
      .limit(limit)
      .getMany();
  }
}

/** Requests of every team, for the sweep. */
@Injectable()
export class AsynchronousRequestsAcrossTeams extends AcrossTeams<AsynchronousRequest> {
  constructor(db: Database) {
    super(db, AsynchronousRequest);
  }

  /** Forgets up to `limit` that were accepted before this time and wait for nothing; answers how many. */
  async removeOld(ctx: RequestContext, before: Date, limit: number): Promise<number> {
    const rows = await this.db.query(
      this.checked(ctx),
      `DELETE FROM asynchronous_request WHERE id = ANY(ARRAY(SELECT id FROM asynchronous_request WHERE accepted_at < $1
         AND (job_id IS NULL OR finished_at < $1) ORDER BY accepted_at LIMIT $2)) RETURNING 1`,
      [before, limit],
    );
    return rows.length;
  }
}
