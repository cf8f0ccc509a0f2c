import type { JobId, SiteId, TeamId } from '../platform/context/index.js';
import { DomainEvent } from '../platform/events/index.js';

/** A router began to serve a site: the first one, another one, or the same one again (`again`). */
export class SiteAdopted extends DomainEvent {
  constructor(
    readonly teamId: TeamId,
    readonly siteId: SiteId,
    readonly again: boolean,
    readonly at: Date,
  ) {
    super();
  }
}

/** Ten heartbeats in a row were missed. */
export class SiteWentOffline extends DomainEvent {
  constructor(
    readonly teamId: TeamId,
    readonly siteId: SiteId,
    readonly firstMissedAt: Date,
  ) {
    super();
  }
}

export class SiteCameOnline extends DomainEvent {
  constructor(
    readonly teamId: TeamId,
    readonly siteId: SiteId,
    readonly at: Date,
    /** Null when it was never seen before. */
    readonly offlineSince: Date | null,
  ) {
    super();
  }
}

/** The router started anew: its uptime is less than it would be had it kept running. */
export class SiteRebooted extends DomainEvent {
  constructor(
    readonly teamId: TeamId,
    readonly siteId: SiteId,
    readonly bootedAt: Date,
  ) {
    super();
  }
}

/** Version, model, identity or another lasting fact changed. */
export class SiteFactsChanged extends DomainEvent {
  constructor(
    readonly teamId: TeamId,
    readonly siteId: SiteId,
  ) {
    super();
  }
}

/** Somebody asked to delete a site; it is gone from lists, its router is being cleaned. */
export class SiteDeletionRequested extends DomainEvent {
  constructor(
    readonly teamId: TeamId,
    readonly siteId: SiteId,
  ) {
    super();
  }
}

/** The record of a site is gone; others drop what hung on it. */
export class SiteDeleted extends DomainEvent {
  constructor(
    readonly teamId: TeamId,
    readonly siteId: SiteId,
    readonly how: 'confirmed' | 'forced' | 'grace-ended' | 'never-adopted',
  ) {
    super();
  }
}

/** A script waits for its router. */
export class JobQueued extends DomainEvent {
  constructor(
    readonly teamId: TeamId,
    readonly siteId: SiteId,
    readonly jobId: JobId,
  ) {
    super();
  }
}

/** A router said that the newest wish it was sent of a section is in force. */
export class SectionApplied extends DomainEvent {
  constructor(
    readonly teamId: TeamId,
    readonly siteId: SiteId,
    readonly section: string,
    readonly generation: number,
  ) {
    super();
  }
}

/** A section could not be brought into force; what was in force before still is, and it is tried again later. */
export class SectionFailed extends DomainEvent {
  constructor(
    readonly teamId: TeamId,
    readonly siteId: SiteId,
    readonly section: string,
    readonly reason: string,
    readonly generation: number,
  ) {
    super();
  }
}

/** Somebody changed items or settings of a section on the router; they are written anew, as the wish of this generation. */
export class SectionDrifted extends DomainEvent {
  constructor(
    readonly teamId: TeamId,
    readonly siteId: SiteId,
    readonly section: string,
    readonly generation: number,
  ) {
    super();
  }
}

/** A script that somebody queued reached a new state. What becomes of sections is told by events of theirs. */
export class JobChanged extends DomainEvent {
  constructor(
    readonly teamId: TeamId,
    readonly siteId: SiteId,
    readonly jobId: JobId,
    readonly state: string,
    /** The module that queued it; null where nobody waits for it. */
    readonly origin: string | null,
    readonly at: Date,
  ) {
    super();
  }
}

/** A router has nothing in flight any more: what waits for it is next. */
export class RouterFreed extends DomainEvent {
  constructor(
    readonly teamId: TeamId,
    readonly siteId: SiteId,
  ) {
    super();
  }
}

/** A job was queued whose router is to ask for it now and not at its next poll. */
export class ExpressExecutionRequested extends DomainEvent {
  constructor(
    readonly teamId: TeamId,
    readonly siteId: SiteId,
    readonly jobId: JobId,
    readonly at: Date,
  ) {
    super();
  }
}
