import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { newId, type RequestContext, type SiteId, type TeamId } from '../../platform/context/index.js';
import { Database } from '../../platform/database/index.js';
import { EventBus } from '../../platform/events/index.js';
import { SectionApplied, SectionDrifted, SectionFailed } from '../events.js';
import type { OrchestrationEvent } from './orchestration-event.entity.js';

/** Writes down what became of sections, in the transaction in which it became so. Reading it belongs to the log domain. */
@Injectable()
export class OrchestrationLog implements OnModuleInit {
  constructor(
    private readonly db: Database,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.events.listenInside(SectionApplied, (ctx, event) => {
      const { teamId, siteId, section, generation } = event as SectionApplied;
      return this.add(ctx, teamId, siteId, {
        subject: `section:${section}`,
        status: 'applied',
        message: `Wish ${generation} is in force.`,
      });
    });
    this.events.listenInside(SectionFailed, (ctx, event) => {
      const { teamId, siteId, section, reason } = event as SectionFailed;
      return this.add(ctx, teamId, siteId, { subject: `section:${section}`, status: 'failed', message: reason });
    });
    this.events.listenInside(SectionDrifted, (ctx, event) => {
      const { teamId, siteId, section } = event as SectionDrifted;
      const message = 'Somebody changed our items on the router; they are written anew.';
      return this.add(ctx, teamId, siteId, { subject: `section:${section}`, status: 'drifted', message });
    });
  }

  private async add(
    ctx: RequestContext,
    teamId: TeamId,
    siteId: SiteId,
    { subject, status, message }: Pick<OrchestrationEvent, 'subject' | 'status' | 'message'>,
  ): Promise<void> {
    await this.db.query(
      ctx,
      `INSERT INTO orchestration_event (id, team_id, site_id, at, subject, status, message) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [newId(), teamId, siteId, this.clock.now(), subject, status, message],
    );
  }
}
