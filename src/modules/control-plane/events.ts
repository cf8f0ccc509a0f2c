import type { SiteId, TeamId } from '../../platform/context/index.js';
import { DomainEvent } from '../../platform/events/index.js';

/** The router of a site is reachable through the management tunnel. */
export class TunnelConnected extends DomainEvent {
  constructor(
    readonly teamId: TeamId,
    readonly siteId: SiteId,
    /** Address of the router in the tunnel. */
    readonly address: string,
    /** Where it came from: an IP address, null when the server that reported it did not say. */
    readonly remoteAddress: string | null,
    /** The management server that holds the tunnel. */
    readonly server: string,
    readonly at: Date,
  ) {
    super();
  }
}

/** The tunnel of a site ended. */
export class TunnelDisconnected extends DomainEvent {
  constructor(
    readonly teamId: TeamId,
    readonly siteId: SiteId,
    readonly server: string,
    readonly at: Date,
  ) {
    super();
  }
}

/** A site has tunnel credentials that its router does not know yet: the first ones, or others in place of those before. */
export class TunnelCredentialsIssued extends DomainEvent {
  constructor(
    readonly teamId: TeamId,
    readonly siteId: SiteId,
    /** 1 for the first pair, one more with each. */
    readonly generation: number,
  ) {
    super();
  }
}

/** Another service registered a site with the control plane. */
export class SiteRegistered extends DomainEvent {
  constructor(
    readonly teamId: TeamId,
    readonly siteId: SiteId,
    /** It comes from another installation: credentials and policy are to be made for it as well. */
    readonly migrated: boolean,
  ) {
    super();
  }
}
