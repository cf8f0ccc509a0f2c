import { Injectable } from '@nestjs/common';
import type { RequestContext, SiteId } from '../../platform/context/index.js';
import type { Snapshot, Ways } from '../../routeros/lockout/index.js';

/** What a router was last seen to hold, and our ways to it. */
export interface KnownRouter {
  readonly snapshot: Snapshot;
  readonly ways: Ways;
}

export interface RouterSnapshotSource {
  /** Null when nothing is known; may ask the router, which takes seconds. Never throws because a router does not answer. */
  of(ctx: RequestContext, siteId: SiteId): Promise<KnownRouter | null>;
}

const NOTHING_KNOWN: RouterSnapshotSource = { of: () => Promise.resolve(null) };

/** The configuration of routers, for judging a change before it is sent. Whoever can read routers provides it at start-up. */
@Injectable()
export class RouterSnapshots {
  private source = NOTHING_KNOWN;

  provide(source: RouterSnapshotSource): void {
    this.source = source;
  }

  of(ctx: RequestContext, siteId: SiteId): Promise<KnownRouter | null> {
    return this.source.of(ctx, siteId);
  }
}
