import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { newId, type RequestContext, type SiteId, type TeamId } from '../../platform/context/index.js';
import { Database } from '../../platform/database/index.js';
import { EventBus } from '../../platform/events/index.js';
import { defineTask, Every, Handles } from '../../platform/tasks/index.js';
import { SiteWentOffline } from '../events.js';
import { OrchestrationLog } from '../log/orchestration-log.js';

/** Seconds between two heartbeats. */
export const HEARTBEAT_SECONDS = 30;
/** Missed in a row, they make a site offline (contract/notes/mikrotik.md). */
export const MISSED_UNTIL_OFFLINE = 10;
/** A heartbeat may be this late and is not missed. Seconds. */
const LATE = 10;
const SWEEP_SECONDS = 10;
const BATCH = 1000;

const sweepPulses = defineTask<null>({ name: 'fleet.sweep-pulses', lane: 'checks' });

/** Finds sites that fell silent. */
@Injectable()
export class PulseSweep {
  constructor(
    private readonly db: Database,
    private readonly log: OrchestrationLog,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  @Every(SWEEP_SECONDS)
  @Handles(sweepPulses)
  async sweep(ctx: RequestContext): Promise<void> {
    while ((await this.sweepBatch(ctx)) === BATCH);
  }

  private sweepBatch(ctx: RequestContext): Promise<number> {
    const now = this.clock.now();
    const deadline = new Date(now.getTime() - (HEARTBEAT_SECONDS * MISSED_UNTIL_OFFLINE + LATE) * 1000);
    return this.db.transaction(ctx, async (ctx) => {
      const fallen = await this.db.query<{ siteId: SiteId; teamId: TeamId; firstMissedAt: Date }>(ctx, FALLEN, [deadline, BATCH]);
      for (const site of fallen) {
        await this.db.query(
          ctx,
          `INSERT INTO site_outage (id, site_id, team_id, started_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
          [newId(), site.siteId, site.teamId, site.firstMissedAt],
        );
        await this.events.publish(ctx, new SiteWentOffline(site.teamId, site.siteId, site.firstMissedAt));
      }
      await this.log.write(
        ctx,
        fallen.map(({ teamId, siteId, firstMissedAt }) => ({
          ...{ teamId, siteId, type: 'site.offline', status: 'Failed', context: { first_missed_at: firstMissedAt.toISOString() } },
          message: `The router missed ${MISSED_UNTIL_OFFLINE} polls in a row.`,
        })),
      );
      return fallen.length;
    });
  }
}

/**
 * Silence counts from the last heartbeat, or from the end of our own absence when that was later. The first missed
 * heartbeat is dated in the time in which we were there to miss it.
 */
const FALLEN = `
UPDATE site_pulse p SET has_pulse = false,
  offline_since = CASE WHEN p.last_seen_at + interval '${HEARTBEAT_SECONDS} seconds' < COALESCE(w.away_since, w.up_since) OR p.last_seen_at >= w.up_since
                       THEN p.last_seen_at ELSE w.up_since END + interval '${HEARTBEAT_SECONDS} seconds'
FROM server_presence w
WHERE p.site_id IN (SELECT site_id FROM site_pulse WHERE has_pulse AND last_seen_at < $1 ORDER BY last_seen_at LIMIT $2 FOR UPDATE SKIP LOCKED)
  AND w.id = 1 AND w.up_since < $1 AND p.has_pulse
RETURNING p.site_id AS "siteId", p.team_id AS "teamId", p.offline_since AS "firstMissedAt"`;
