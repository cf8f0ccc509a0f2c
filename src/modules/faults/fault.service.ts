import { Injectable } from '@nestjs/common';
import { newId, type RequestContext, type SiteId } from '../../platform/context/index.js';
import { Database } from '../../platform/database/index.js';
import { EventBus } from '../../platform/events/index.js';
import { FaultOpened, FaultResolved } from './events.js';
import type { Fault } from './fault.entity.js';
import { type FaultKey, FaultsRepository } from './faults.repository.js';

export type FaultReport = FaultKey & Pick<Fault, 'severity' | 'cause' | 'message' | 'reportedBy' | 'createdAt'>;

/** The record of what went wrong. Detectors report, whoever wants to know listens to `FaultOpened` and `FaultResolved`. */
@Injectable()
export class FaultService {
  constructor(
    private readonly faults: FaultsRepository,
    private readonly db: Database,
    private readonly events: EventBus,
  ) {}

  /** Opens a fault. While one of the same site, type and resource is open, a further report is the same fault: nothing happens. */
  open(ctx: RequestContext, report: FaultReport): Promise<void> {
    return this.db.transaction(ctx, async (ctx) => {
      const fault: Fault = { id: newId<string>(), teamId: ctx.requireTeam(), resolvedAt: null, ...report };
      if (!(await this.faults.insertOpen(ctx, fault))) return;
      await this.events.publish(ctx, new FaultOpened(fault.teamId, fault.siteId, fault.id, fault.type, fault.createdAt));
    });
  }

  /** Resolves the open fault of this site, type and resource; without one nothing happens. */
  resolve(ctx: RequestContext, key: FaultKey, at: Date): Promise<void> {
    return this.db.transaction(ctx, async (ctx) => {
      const id = await this.faults.close(ctx, key, at);
      if (id) await this.events.publish(ctx, new FaultResolved(ctx.requireTeam(), key.siteId, id, key.type, at));
    });
  }

  /** Resolves all that is open at a site. */
  resolveAll(ctx: RequestContext, siteId: SiteId, at: Date): Promise<void> {
    return this.db.transaction(ctx, async (ctx) => {
      for (const { id, type } of await this.faults.closeAll(ctx, siteId, at))
        await this.events.publish(ctx, new FaultResolved(ctx.requireTeam(), siteId, id, type, at));
    });
  }

  /** The newest faults of a site and of what is beneath it, newest first. Whether there is such a site is the caller's to ask. */
  ofSite(ctx: RequestContext, siteId: SiteId, limit: number): Promise<Fault[]> {
    return this.faults.ofSite(ctx, siteId, limit);
  }
}
