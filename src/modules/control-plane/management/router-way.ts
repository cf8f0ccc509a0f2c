import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ManagementPath, type PathState, SectionApplied, SectionService, type WayToRouters } from '../../../fleet/index.js';
import { RequestContext, type SiteId } from '../../../platform/context/index.js';
import { defineTask, Handles, type Plain, TaskOn, Tasks } from '../../../platform/tasks/index.js';
import { DomainError } from '../../../platform/errors/index.js';
import { OnEvent } from '../../../platform/events/index.js';
import { RouterCredentials } from '../credentials/router-credentials.js';
import { RouterLoginRefused, SiteNotConnected, TunnelUnavailable } from '../errors.js';
import { TunnelConnected, TunnelDisconnected } from '../events.js';
import { LiveRouters } from '../live/live-routers.js';
import { MANAGEMENT_SECTION } from './names.js';

const LOOK = { path: '/system/identity/print' };
const TRY_MS = 5_000;
/** A service that was moved a moment ago may need another one. */
const TRIES = 3;
const PAUSE_MS = 2_000;

interface Login {
  readonly siteId: SiteId;
}
const tryLogin = defineTask<Login>({ name: 'control-plane.try-login', lane: 'routers', maxAttempts: 1 });

/**
 * Whether we can log in to routers, for pushes that might change it: known from the last try since the tunnel came up, tried by a
 * login through the tunnel.
 */
@Injectable()
export class RouterWay implements WayToRouters, OnModuleInit {
  private readonly seen = new Map<SiteId, PathState>();

  constructor(
    private readonly path: ManagementPath,
    private readonly live: LiveRouters,
    private readonly credentials: RouterCredentials,
    private readonly sections: SectionService,
    private readonly tasks: Tasks,
  ) {}

  onModuleInit(): void {
    this.path.provide(this);
  }

  known(siteId: SiteId): PathState {
    return this.seen.get(siteId) ?? 'unknown';
  }

  async probe(ctx: RequestContext, siteId: SiteId): Promise<PathState> {
    let state: PathState = 'unknown';
    for (let i = 0; i < TRIES; i++) {
      state = await this.tryOnce(ctx, siteId);
      if (state === 'open') break;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS).unref());
    }
    if (state === 'unknown') this.seen.delete(siteId);
    else this.seen.set(siteId, state);
    return state;
  }

  private async tryOnce(ctx: RequestContext, siteId: SiteId): Promise<PathState> {
    try {
      await this.live.run(ctx, siteId, LOOK, { timeoutMs: TRY_MS });
      return 'open';
    } catch (error) {
      // Without a tunnel server here, or with the tunnel at another one, nobody can tell from here.
      if (error instanceof TunnelUnavailable || (error instanceof SiteNotConnected && error.server !== null)) return 'unknown';
      // No tunnel any more: if there was one when the change went out, the change may have cut it.
      if (error instanceof DomainError) return 'closed';
      throw error;
    }
  }

  /** A tunnel that came up at this process: is there somebody behind it that lets us in? */
  @OnEvent(TunnelConnected)
  async connected(ctx: RequestContext, { siteId }: TunnelConnected): Promise<void> {
    this.seen.delete(siteId);
    await this.tasks.add(ctx, tryLogin, { siteId }, { delaySeconds: 2, dedupeKey: siteId });
  }

  @OnEvent(TunnelDisconnected)
  disconnected(_ctx: RequestContext, { siteId }: TunnelDisconnected): void {
    this.seen.delete(siteId);
  }

  @Handles(tryLogin)
  async login(ctx: RequestContext, { siteId }: Login): Promise<void> {
    if ((await this.probe(ctx, siteId)) === 'open') await this.verify(ctx, siteId);
  }

  /** The router says that it has what we wished; now the newest user is tried, and if it works the older one may go. */
  @TaskOn(SectionApplied, {
    ...{ name: 'control-plane.verify-credential', lane: 'routers', maxAttempts: 5 },
    when: ({ section }) => section === MANAGEMENT_SECTION,
  })
  applied(ctx: RequestContext, { siteId }: Plain<SectionApplied>): Promise<void> {
    return this.verify(ctx, siteId);
  }

  private async verify(ctx: RequestContext, siteId: SiteId): Promise<void> {
    const newest = await this.credentials.find(ctx, siteId);
    if (!newest || newest.verified) return;
    const { row } = await this.sections.get(ctx, siteId, MANAGEMENT_SECTION);
    if (!row || row.wanted !== row.applied) return; // what is in force may not have it yet
    try {
      await this.live.run(ctx, siteId, LOOK, { timeoutMs: TRY_MS, as: newest });
    } catch (error) {
      if (error instanceof RouterLoginRefused) return; // the older one stays
      if (!(error instanceof TunnelUnavailable || error instanceof SiteNotConnected)) throw error;
      // It cannot be tried from here: the router's signed word has to do, unless an older user is all that is known to work.
      if (error instanceof SiteNotConnected) return;
    }
    await this.credentials.confirm(ctx, siteId, newest.id);
  }
}
