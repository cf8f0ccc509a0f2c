import { Injectable } from '@nestjs/common';
import type { RequestContext, SiteId } from '../../platform/context/index.js';
import { AcrossTeams, Database, TeamRepository } from '../../platform/database/index.js';
import type { Slice } from '../../platform/http/index.js';
import { Backup } from './backup.entity.js';

/** Versions of the configurations of a team's sites. */
@Injectable()
export class BackupsRepository extends TeamRepository<Backup> {
  constructor(db: Database) {
    super(db, Backup);
  }

  /** Of a site, newest first. */
  list(ctx: RequestContext, siteId: SiteId, { limit, offset }: Slice): Promise<Backup[]> {
    return this.db.query<Backup>(ctx, LIST, [ctx.requireTeam(), siteId, limit, offset]);
  }

  find(ctx: RequestContext, siteId: SiteId, takenAt: Date): Promise<Backup | null> {
    return this.rows(ctx).andWhere('e.siteId = :siteId AND e.takenAt = :takenAt', { siteId, takenAt }).getOne();
  }

  newest(ctx: RequestContext, siteId: SiteId): Promise<Backup | null> {
    return this.rows(ctx).andWhere('e.siteId = :siteId', { siteId }).orderBy('e.takenAt', 'DESC').limit(1).getOne();
  }

  /** The newest of each of these sites that has one. */
  newestOf(ctx: RequestContext, siteIds: readonly SiteId[]): Promise<Backup[]> {
    return this.rows(ctx)
      .andWhere('e.siteId IN (:...siteIds)', { siteIds })
      .distinctOn(['e.siteId'])
      .orderBy('e.siteId')
      .addOrderBy('e.takenAt', 'DESC')
      .getMany();
  }

  /** The router exported the same again. */
  async confirm(ctx: RequestContext, { id }: Backup, at: Date): Promise<void> {
    await this.change(ctx, id, { confirmedAt: at });
  }

  /** The version before one. */
  before(ctx: RequestContext, { siteId, takenAt }: Backup): Promise<Backup | null> {
    return this.rows(ctx)
      .andWhere('e.siteId = :siteId AND e.takenAt < :takenAt', { siteId, takenAt })
      .orderBy('e.takenAt', 'DESC')
      .limit(1)
      .getOne();
  }

  /** Gives a version another content; its name, team and site stay. */
  async replace(ctx: RequestContext, { id, ...backup }: Backup): Promise<void> {
    const { blobId, size, fingerprint, confirmedAt, version, model, serialNumber, softwareId, changes } = backup;
    await this.change(ctx, id, { blobId, size, fingerprint, confirmedAt, version, model, serialNumber, softwareId, changes });
  }

  /** Every version of the team. */
  async removeAll(ctx: RequestContext): Promise<void> {
    await this.db.query(ctx, `DELETE FROM backup WHERE team_id = $1`, [ctx.requireTeam()]);
  }
}

/** In plain SQL: making entities of a hundred rows takes longer than everything else about a list. */
const LIST = `
SELECT id, team_id AS "teamId", site_id AS "siteId", taken_at AS "takenAt", confirmed_at AS "confirmedAt", job_id AS "jobId", size, blob_id AS "blobId",
  fingerprint, version, model, serial_number AS "serialNumber", software_id AS "softwareId", changes
FROM backup WHERE team_id = $1 AND site_id = $2 ORDER BY taken_at DESC LIMIT $3 OFFSET $4`;

/**
 * How long versions are kept, each limit as a point in time. The age of a version counts from when its router last had it (`confirmedAt`):
 * what was in force for years until yesterday is as young as yesterday.
 */
export interface Keeping {
  /** All of them since then; */
  readonly allSince: Date;
  /** before that the newest of each week since then; */
  readonly weeklySince: Date;
  /** before that the newest of each month since then. */
  readonly monthlySince: Date;
}

/** Versions of every team, thinned out with age. */
@Injectable()
export class BackupsAcrossTeams extends AcrossTeams<Backup> {
  constructor(db: Database) {
    super(db, Backup);
  }

  /** Removes versions that are not to be kept, at most so many; answers how many it were. Weeks (from Monday) and months are those of UTC. */
  async thinOut(ctx: RequestContext, { allSince, weeklySince, monthlySince }: Keeping, limit: number): Promise<number> {
    const rows = await this.db.query(this.checked(ctx), THIN_OUT, [allSince, weeklySince, monthlySince, limit]);
    return rows.length;
  }
}

/** The newest version of a site is what it has now: that one is kept whatever its age. */
const THIN_OUT = `
WITH old AS (
  SELECT id, confirmed_at, row_number() OVER (PARTITION BY site_id, date_trunc('week', confirmed_at AT TIME ZONE 'UTC') ORDER BY taken_at DESC) AS of_week,
    row_number() OVER (PARTITION BY site_id, date_trunc('month', confirmed_at AT TIME ZONE 'UTC') ORDER BY taken_at DESC) AS of_month,
    row_number() OVER (PARTITION BY site_id ORDER BY taken_at DESC) AS of_site
  FROM backup
)
DELETE FROM backup WHERE id = ANY(ARRAY(
  SELECT id FROM old WHERE confirmed_at < $1 AND of_site > 1
    AND NOT (confirmed_at >= $2 AND of_week = 1) AND NOT (confirmed_at >= $3 AND of_month = 1) LIMIT $4)) RETURNING 1`;
