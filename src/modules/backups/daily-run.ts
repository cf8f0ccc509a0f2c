import { Injectable } from '@nestjs/common';
import { v5 } from 'uuid';
import { Settings } from '../../config/index.js';
import {
  type BackupWish,
  JobService,
  SiteAdopted,
  SiteBeingDeleted,
  SiteCameOnline,
  SiteNotFound,
  SiteService,
} from '../../fleet/index.js';
import { Clock } from '../../platform/clock/clock.js';
import type { RequestContext, SiteId } from '../../platform/context/index.js';
import { Database } from '../../platform/database/index.js';
import { defineTask, Every, Handles, type Plain, TaskOn } from '../../platform/tasks/index.js';
import { dueSlots, lastEndOf } from './daily-slots.js';

/** Namespace of the idempotency keys of daily backups. */
const DAILY_BACKUPS = 'b05cec57-1c49-4f8a-bdda-f8e2d2d3592f';

const dailyBackups = defineTask<null>({ name: 'backups.daily', lane: 'routers' });

/**
 * Backups that nobody asks for: one at adoption, and one a day for each site that is online. The window of a day is cut into minutes
 * and each site has its own, so that a large fleet never uploads at once; minutes that the server missed are made up for, a few at a time.
 */
@Injectable()
export class DailyRun {
  constructor(
    private readonly jobs: JobService,
    private readonly sites: SiteService,
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  @Every(60)
  @Handles(dailyBackups)
  async run(ctx: RequestContext): Promise<void> {
    const { BACKUP_DAILY: wanted, BACKUP_WINDOW: window } = this.settings;
    const now = this.clock.now();
    const { slots, until } = dueSlots(await this.handledUntil(ctx, now), now, window);
    if (wanted && slots.length) {
      const due = await this.sites.onlineInSlots(ctx, slots, window.minutes);
      for (const { id, teamId } of due) await this.requestDaily(ctx.forTeam(teamId), id, this.lastMinuteOf(id));
    }
    // Last: what was queued twice because we ended in between is one job.
    await this.db.query(ctx, `UPDATE backup_round SET handled_until = $1 WHERE handled_until < $1`, [until]);
  }

  @TaskOn(SiteAdopted, { name: 'backups.at-adoption', lane: 'routers' })
  async adopted(ctx: RequestContext, { siteId, again }: Plain<SiteAdopted>): Promise<void> {
    if (this.settings.BACKUP_AT_ADOPTION && !again) await this.request(ctx, siteId, { description: 'Configuration backup at adoption' });
  }

  /** A site that was away in its minute gets its backup when it is back. */
  @TaskOn(SiteCameOnline, { name: 'backups.came-online', lane: 'routers' })
  async cameOnline(ctx: RequestContext, { siteId, offlineSince }: Plain<SiteCameOnline>): Promise<void> {
    if (!this.settings.BACKUP_DAILY || offlineSince === null) return;
    const minute = this.lastMinuteOf(siteId);
    if (new Date(offlineSince) < minute) await this.requestDaily(ctx, siteId, minute);
  }

  /** When the newest minute of a site was over. */
  private lastMinuteOf(siteId: SiteId): Date {
    const { BACKUP_WINDOW: window } = this.settings;
    return lastEndOf(this.sites.slotOf(siteId, window.minutes), this.clock.now(), window);
  }

  /** Once for each minute of a site: it may come back while we are still making up for what we missed. */
  private requestDaily(ctx: RequestContext, siteId: SiteId, minute: Date): Promise<void> {
    const idempotencyKey = v5(`${siteId} ${minute.toISOString()}`, DAILY_BACKUPS);
    return this.request(ctx, siteId, { description: 'Daily configuration backup', idempotencyKey });
  }

  private async request(ctx: RequestContext, siteId: SiteId, wish: BackupWish): Promise<void> {
    try {
      await this.jobs.requestBackup(ctx, siteId, wish);
    } catch (error) {
      if (!(error instanceof SiteBeingDeleted || error instanceof SiteNotFound)) throw error;
    }
  }

  private async handledUntil(ctx: RequestContext, now: Date): Promise<Date> {
    const [row] = await this.db.query<{ until: Date }>(
      ctx,
      `INSERT INTO backup_round (name, handled_until) VALUES ('daily', $1) ON CONFLICT (name) DO UPDATE SET name = EXCLUDED.name
       RETURNING handled_until AS until`,
      [now],
    );
    return row!.until;
  }
}
