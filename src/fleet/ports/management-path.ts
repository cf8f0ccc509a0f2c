import { Injectable } from '@nestjs/common';
import type { RequestContext, SiteId } from '../../platform/context/index.js';

/** `open`: we can log in to the router now. `closed`: it did not answer or refused. `unknown`: there is no way that could be tried. */
export type PathState = 'open' | 'closed' | 'unknown';

/** The way from us to a router, as far as somebody knows one. */
export interface WayToRouters {
  /** What is known without asking the router. Quick. */
  known(siteId: SiteId): PathState;
  /** Tries the way. Takes seconds; never throws. */
  probe(ctx: RequestContext, siteId: SiteId): Promise<PathState>;
}

const NO_WAY: WayToRouters = { known: () => 'unknown', probe: () => Promise.resolve('unknown') };

/**
 * Whether a push left the management path open. Whoever runs a tunnel provides the way at start-up; without one a heartbeat
 * alone confirms.
 */
@Injectable()
export class ManagementPath {
  private way = NO_WAY;

  provide(way: WayToRouters): void {
    this.way = way;
  }

  known(siteId: SiteId): PathState {
    return this.way.known(siteId);
  }

  probe(ctx: RequestContext, siteId: SiteId): Promise<PathState> {
    return this.way.probe(ctx, siteId);
  }
}
