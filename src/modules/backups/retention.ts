import { Injectable } from '@nestjs/common';
import { Settings } from '../../config/index.js';
import { Clock } from '../../platform/clock/clock.js';
import type { RequestContext } from '../../platform/context/index.js';
import { defineTask, Every, Handles } from '../../platform/tasks/index.js';
import { BackupsAcrossTeams } from './backups.repository.js';

const BATCH = 1000;
const DAY_MS = 86_400_000;
const thinOut = defineTask<null>({ name: 'backups.thin-out', lane: 'slow', leaseSeconds: 600 });

/** Old versions leave: all are kept for a while, then one a week, then one a month. Their contents follow when nothing names them. */
@Injectable()
export class Retention {
  constructor(
    private readonly backups: BackupsAcrossTeams,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  @Every(6 * 3600)
  @Handles(thinOut)
  async thinOut(ctx: RequestContext): Promise<void> {
    const { BACKUP_KEEP_DAYS: days, BACKUP_KEEP_WEEKS: weeks, BACKUP_KEEP_MONTHS: months } = this.settings;
    const now = this.clock.now();
    const allSince = new Date(now.getTime() - days * DAY_MS);
    const weeklySince = new Date(allSince.getTime() - weeks * 7 * DAY_MS);
    const monthlySince = new Date(weeklySince);
    monthlySince.setUTCMonth(monthlySince.getUTCMonth() - months);
    while ((await this.backups.thinOut(ctx, { allSince, weeklySince, monthlySince }, BATCH)) === BATCH);
  }
}
