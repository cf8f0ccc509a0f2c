import { Injectable, type OnModuleInit } from '@nestjs/common';
import { JobChanged, JobNotFound, JobService, RouterLeftovers, SiteDeletionRequested } from '../../../fleet/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import type { JobId, RequestContext } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';
import { EventBus, OnEvent } from '../../../platform/events/index.js';
import { defineTask, Every, Handles, type TaskRun } from '../../../platform/tasks/index.js';
import { renderTransientClear } from '../../../routeros/render/index.js';
import { TunnelConnected } from '../events.js';
import { TunnelService } from '../tunnel/tunnel.service.js';
import type { Opening } from './opening.entity.js';
import { OpeningsAcrossTeams, OpeningsRepository } from './openings.repository.js';
import { PortsHere } from './ports-here.js';
import { OPENING_JOB, TransientService } from './transient.service.js';

const BATCH = 200;
/** The server that had the port tells the numbers first. */
const REPORT_AFTER_MS = 15_000;
const KEEP_MS = 30 * 86_400_000;
const FIRST_RETRY_MS = 60_000;
const LAST_RETRY_MS = 6 * 3_600_000;

const lookAfterOpenings = defineTask<null>({ name: 'control-plane.look-after-openings', lane: 'checks' });

/** Sees to it that openings end, that nothing of them stays on routers, and that they follow the tunnel. */
@Injectable()
export class OpeningUpkeep implements OnModuleInit {
  constructor(
    private readonly service: TransientService,
    private readonly openings: OpeningsRepository,
    private readonly across: OpeningsAcrossTeams,
    private readonly ports: PortsHere,
    private readonly tunnels: TunnelService,
    private readonly jobs: JobService,
    private readonly leftovers: RouterLeftovers,
    private readonly db: Database,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.leftovers.register(renderTransientClear());
    this.events.listenInside(
      JobChanged,
      (ctx, happened) => this.jobChanged(ctx, happened as JobChanged),
      (happened) => (happened as JobChanged).origin === OPENING_JOB,
    );
  }

  @OnEvent(SiteDeletionRequested)
  async siteLeaves(ctx: RequestContext, { teamId, siteId }: SiteDeletionRequested): Promise<void> {
    const system = ctx.asSystem('transient-site-leaves');
    for (const { id } of await this.across.live(system, this.clock.now(), siteId)) await this.service.end(system.forTeam(teamId), id);
  }

  /** Openings go where the tunnel goes. */
  @OnEvent(TunnelConnected)
  async tunnelMoved(ctx: RequestContext, { siteId, server }: TunnelConnected): Promise<void> {
    const system = ctx.asSystem('transient-tunnel-moved');
    for (const opening of await this.across.live(system, this.clock.now(), siteId)) await this.follow(system, opening, server);
    await this.ports.look();
  }

  @Every(10)
  @Handles(lookAfterOpenings)
  async sweep(ctx: RequestContext, _payload: null = null, run?: Pick<TaskRun, 'signal'>): Promise<void> {
    const now = this.clock.now();
    for (const { id, teamId } of await this.across.expired(ctx, now, BATCH)) {
      run?.signal.throwIfAborted();
      await this.service.end(ctx.forTeam(teamId), id);
    }
    for (const opening of await this.across.due(ctx, now, BATCH)) {
      run?.signal.throwIfAborted();
      await this.lookAgain(ctx.forTeam(opening.teamId), opening);
    }
    for (const opening of await this.across.live(ctx, now)) {
      run?.signal.throwIfAborted();
      const server = await this.tunnels.serverOf(ctx.forTeam(opening.teamId), opening.siteId);
      if (server !== null) await this.follow(ctx, opening, server);
    }
    await this.ports.report({ endedBefore: new Date(now.getTime() - REPORT_AFTER_MS) });
    await this.across.removeOld(ctx, new Date(now.getTime() - KEEP_MS));
  }

  /** The router's word, in the transaction that takes it. */
  private async jobChanged(ctx: RequestContext, { teamId, siteId, jobId, state }: JobChanged): Promise<void> {
    if (state !== 'done' && state !== 'failed') return;
    const team = ctx.forTeam(teamId);
    const waiting = await this.openings.waitingFor(team, jobId);
    if (!waiting) return;
    if (waiting.isRemoval) {
      await this.openings.removed(team, jobId, state === 'done' ? null : this.retryAt(waiting.removals));
    } else if (state === 'done') {
      await this.openings.installed(team, jobId, 'ready', null);
    } else {
      const { failureReason } = await this.jobs.get(team, siteId, jobId);
      await this.openings.installed(team, jobId, 'failed', failureReason);
    }
  }

  /** A job that reported nothing for long: still waiting, or gone. */
  private async lookAgain(ctx: RequestContext, opening: Opening): Promise<void> {
    const isRemoval = opening.routerSide === 'removing';
    const state = await this.stateOf(ctx, opening, isRemoval ? opening.removalJobId! : opening.installJobId);
    const waits = state === 'pending' || state === 'sent' || state === 'busy';
    await this.db.transaction(ctx, async (ctx) => {
      const row = await this.openings.lock(ctx, opening.id);
      if (row?.routerSide !== opening.routerSide || row.removals !== opening.removals) return;
      if (waits) await this.openings.change(ctx, row.id, { lookAt: this.service.later() });
      else if (isRemoval) await this.service.removeFromRouter(ctx, row);
      else
        await this.openings.change(ctx, row.id, {
          routerSide: 'failed',
          routerError: 'The job that sets it up on the router was cancelled.',
        });
    });
  }

  private async stateOf(ctx: RequestContext, { siteId }: Opening, job: JobId): Promise<string | undefined> {
    try {
      return (await this.jobs.get(ctx, siteId, job)).state;
    } catch (error) {
      if (error instanceof JobNotFound) return undefined;
      throw error;
    }
  }

  /** @param ctx across teams */
  private async follow(ctx: RequestContext, opening: Opening, server: string): Promise<void> {
    if (server === opening.serverId) return;
    const entryPoint = server === this.ports.serverId ? this.ports.entryPoint : server;
    if (await this.across.move(ctx, opening.id, { serverId: server, entryPoint, port: opening.port })) return;
    await this.across.move(ctx, opening.id, { serverId: server, entryPoint, port: await this.ports.choose(server) });
  }

  private retryAt(removals: number): Date {
    return new Date(this.clock.millis() + Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (removals - 1)));
  }
}
