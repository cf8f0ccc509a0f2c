import type { SiteId, TeamId } from '../../platform/context/index.js';
import { DomainEvent } from '../../platform/events/index.js';

export class FaultOpened extends DomainEvent {
  constructor(
    readonly teamId: TeamId,
    readonly siteId: SiteId | null,
    readonly faultId: string,
    readonly type: string,
    /** When the fault began. */
    readonly at: Date,
  ) {
    super();
  }
}

export class FaultResolved extends DomainEvent {
  constructor(
    readonly teamId: TeamId,
    readonly siteId: SiteId | null,
    readonly faultId: string,
    readonly type: string,
    readonly at: Date,
  ) {
    super();
  }
}
