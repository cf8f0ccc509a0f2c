import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import type { RequestContext } from '../../platform/context/index.js';
import { Database } from '../../platform/database/index.js';
import { defineTask, Every, Handles } from '../../platform/tasks/index.js';

const KEEP_DAYS = 400;
const BATCH = 10_000;
const dropOldStats = defineTask<null>({ name: 'fleet.drop-old-stats', lane: 'slow' });

/** Samples, hours and absences leave after a year and a bit, in bites that hold no lock for long. */
@Injectable()
export class StatRetention {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  @Every(3600)
  @Handles(dropOldStats)
  async drop(ctx: RequestContext): Promise<void> {
    const before = new Date(this.clock.millis() - KEEP_DAYS * 86_400_000);
    const bite = (table: string, column: string): Promise<unknown[]> =>
      this.db.query(
        ctx,
        `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${table} WHERE ${column} < $1 LIMIT ${BATCH})) RETURNING 1`,
        [before],
      );
    for (const [table, column] of [
      ['site_stat', 'taken_at'],
      ['site_hour', 'hour'],
      ['server_absence', 'ended_at'],
    ] as const) {
      while ((await bite(table, column)).length === BATCH);
    }
  }
}
