import { Injectable } from '@nestjs/common';
import type { JobId, RequestContext, SiteId } from '../../platform/context/index.js';
import { AcrossTeams, Database, TeamRepository } from '../../platform/database/index.js';
import type { Slice } from '../../platform/http/index.js';
import { Job } from './job.entity.js';

@Injectable()
export class JobsRepository extends TeamRepository<Job> {
  constructor(db: Database) {
    super(db, Job);
  }

  /** Jobs of a site, newest first. */
  list(ctx: RequestContext, siteId: SiteId, { limit, offset }: Slice): Promise<Job[]> {
    return this.rows(ctx)
      .andWhere(`e.siteId = :siteId AND e.kind = 'script'`, { siteId })
      .orderBy('e.createdAt', 'DESC')
      .addOrderBy('e.id', 'DESC')
      .limit(limit)
      .offset(offset)
      .getMany();
  }

  find(ctx: RequestContext, siteId: SiteId, id: JobId): Promise<Job | null> {
    return this.rows(ctx).andWhere(`e.siteId = :siteId AND e.id = :id AND e.kind = 'script'`, { siteId, id }).getOne();
  }

  /** The job with this key, made now or before. */
  async insertOnce(ctx: RequestContext, job: Job): Promise<{ job: Job; created: boolean }> {
    const result = await this.db
      .manager(ctx)
      .createQueryBuilder()
      .insert()
      .into(Job)
      .values(job as never)
      .orIgnore()
      .returning('id')
      .execute();
    if ((result.raw as unknown[]).length === 1) return { job, created: true };
    const first = await this.rows(ctx)
      .andWhere('e.siteId = :siteId AND e.idempotencyKey = :key', { siteId: job.siteId, key: job.idempotencyKey })
      .getOneOrFail();
    return { job: first, created: false };
  }

  /** The backup of a site that waits or is under way and does nothing else. */
  openBackup(ctx: RequestContext, siteId: SiteId): Promise<Job | null> {
    return this.rows(ctx)
      .andWhere(`e.siteId = :siteId AND e.kind = 'script' AND e.shouldBackup AND e.script = ''`, { siteId })
      .andWhere(`e.state IN ('pending', 'sent', 'busy')`)
      .orderBy('e.createdAt')
      .limit(1)
      .getOne();
  }

  async noteBackup(ctx: RequestContext, id: JobId, backup: string): Promise<void> {
    await this.db.query(ctx, `UPDATE job SET associated_backup = $3 WHERE id = $1 AND team_id = $2`, [id, ctx.requireTeam(), backup]);
  }

  /** Removes the job if no router has it yet. */
  async removePending(ctx: RequestContext, id: JobId): Promise<boolean> {
    const rows = await this.db.query(
      ctx,
      `DELETE FROM job WHERE id = $1 AND team_id = $2 AND state = 'pending' AND deliveries = 0 RETURNING id`,
      [id, ctx.requireTeam()],
    );
    return rows.length === 1;
  }
}

/** A job whose router has been silent for too long. */
export type OverdueJob = Pick<Job, 'id' | 'kind' | 'state' | 'deliveries'>;

/** Jobs of every team, for sweeps. */
@Injectable()
export class JobsAcrossTeams extends AcrossTeams<Job> {
  constructor(db: Database) {
    super(db, Job);
  }

  /** Removes finished jobs of sections: what became of them stands with the section. */
  async removeFinishedSections(ctx: RequestContext, before: Date, limit: number): Promise<number> {
    const rows = await this.db.query(
      this.checked(ctx),
      `DELETE FROM job WHERE id = ANY(ARRAY(SELECT id FROM job WHERE kind = 'section' AND state IN ('done', 'failed') AND sent_at < $1 LIMIT $2)) RETURNING 1`,
      [before, limit],
    );
    return rows.length;
  }

  /**
   * Jobs in flight that were sent before `sent` without being begun, or begun before `begun`; those of sections that
   * were sent before `section`.
   */
  overdue(ctx: RequestContext, { sent, begun, section }: { sent: Date; begun: Date; section: Date }, limit: number): Promise<OverdueJob[]> {
    return this.db.query(
      this.checked(ctx),
      `SELECT id, kind, state, deliveries FROM job WHERE kind = 'script' AND state = 'sent' AND sent_at < $1 OR kind = 'script' AND state = 'busy' AND started_at < $2
         OR kind = 'section' AND state IN ('sent', 'busy') AND sent_at < $3 ORDER BY sent_at LIMIT $4`,
      [sent, begun, section, limit],
    );
  }
}
