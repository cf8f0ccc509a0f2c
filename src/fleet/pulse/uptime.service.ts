import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import type { RequestContext, SiteId } from '../../platform/context/index.js';
import { Database } from '../../platform/database/index.js';
import { ValidationFailed } from '../../platform/errors/index.js';
import { SiteService } from '../sites/site.service.js';
import { hourlyUptime, type HourRow, type Span } from './hourly-uptime.js';
import { rollingUptime, type RollingUptime } from './rolling-uptime.js';

const HOURS = 24;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Ranges longer than this are averaged per hour (contract: getSiteStatsRange). */
const RAW_LIMIT_MS = 48 * HOUR_MS;
const LONGEST_RANGE_DAYS = 366;

/** Uptime of the 24 hours until now. */
export interface LastDayUptime extends RollingUptime {
  readonly isOnline: boolean;
  readonly lastSeenAt: Date | null;
}

export interface StatRow {
  readonly created_at: Date;
  readonly cpu_load: number;
  readonly memory_free: number;
  readonly disk_free: number;
  readonly uptime: number;
}

/** How a site was over time. */
@Injectable()
export class UptimeService {
  constructor(
    private readonly sites: SiteService,
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** The last 24 hours, oldest first, the running one last. @throws SiteNotFound */
  async lastDay(ctx: RequestContext, siteId: SiteId): Promise<HourRow[]> {
    const site = await this.sites.get(ctx, siteId);
    const now = this.clock.now();
    const first = new Date(now.getTime() - (now.getTime() % HOUR_MS) - (HOURS - 1) * HOUR_MS);
    const beats = await this.db.query<{ hour: Date; beats: number }>(
      ctx,
      `SELECT hour, beats FROM site_hour WHERE site_id = $1 AND hour >= $2 UNION ALL SELECT hour, hour_beats FROM site_pulse WHERE site_id = $1 AND hour >= $2`,
      [siteId, first],
    );
    const { outages, absences } = await this.silences(ctx, siteId, first, now);
    return hourlyUptime({ first, hours: HOURS, now, since: site.adoptedAt, beats, outages, absences });
  }

  /** The 24 hours until now as one figure; downtime begins with the first missed heartbeat. @throws SiteNotFound */
  async rollingDay(ctx: RequestContext, siteId: SiteId): Promise<LastDayUptime> {
    const { adoptedAt, hasPulse, lastSeenAt } = await this.sites.get(ctx, siteId);
    const now = this.clock.now();
    const from = new Date(now.getTime() - DAY_MS);
    const { outages, absences } = await this.silences(ctx, siteId, from, now);
    return { ...rollingUptime({ from, now, since: adoptedAt, outages, absences }), isOnline: hasPulse, lastSeenAt };
  }

  /** When the site was silent, and when we did not listen. */
  private async silences(ctx: RequestContext, siteId: SiteId, from: Date, now: Date): Promise<{ outages: Span[]; absences: Span[] }> {
    const outages = await this.db.query<Span>(
      ctx,
      `SELECT started_at AS "from", ended_at AS "to" FROM site_outage WHERE site_id = $1 AND COALESCE(ended_at, $2) > $3`,
      [siteId, now, from],
    );
    const absences = await this.db.query<Span>(
      ctx,
      `SELECT started_at AS "from", ended_at AS "to" FROM server_absence WHERE ended_at > $1`,
      [from],
    );
    return { outages, absences };
  }

  /** Samples of some days, both included; per hour where the range is long. @throws SiteNotFound, ValidationFailed */
  async samples(ctx: RequestContext, siteId: SiteId, start: Date, end: Date): Promise<StatRow[]> {
    await this.sites.require(ctx, siteId);
    const until = new Date(end.getTime() + DAY_MS);
    const length = until.getTime() - start.getTime();
    if (length <= 0) throw new ValidationFailed({ end_date: ['end_date must not lie before start_date'] });
    if (length > LONGEST_RANGE_DAYS * DAY_MS)
      throw new ValidationFailed({ start_date: [`a range may have at most ${LONGEST_RANGE_DAYS} days`] });
    const rows = await this.db.query<Record<keyof StatRow, string | Date>>(ctx, length > RAW_LIMIT_MS ? HOURLY : RAW, [
      siteId,
      start,
      until,
      ctx.requireTeam(),
    ]);
    return rows.map((row) => ({
      ...{ created_at: row.created_at as Date, cpu_load: Number(row.cpu_load), memory_free: Number(row.memory_free) },
      ...{ disk_free: Number(row.disk_free), uptime: Number(row.uptime) },
    }));
  }
}

const RAW = `
SELECT taken_at AS created_at, COALESCE(cpu_load, 0) AS cpu_load, COALESCE(memory_free, 0) AS memory_free, COALESCE(disk_free, 0) AS disk_free, COALESCE(uptime, 0) AS uptime
FROM site_stat WHERE site_id = $1 AND taken_at >= $2 AND taken_at < $3 AND team_id = $4 ORDER BY taken_at LIMIT 20000`;

const HOURLY = `
SELECT date_trunc('hour', taken_at) AS created_at, COALESCE(round(avg(cpu_load)), 0) AS cpu_load, COALESCE(round(avg(memory_free)), 0) AS memory_free,
       COALESCE(round(avg(disk_free)), 0) AS disk_free, COALESCE(max(uptime), 0) AS uptime
FROM site_stat WHERE site_id = $1 AND taken_at >= $2 AND taken_at < $3 AND team_id = $4 GROUP BY 1 ORDER BY 1 LIMIT 20000`;
