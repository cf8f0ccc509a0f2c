import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type NudgeRouters, RouterNudge } from '../../../fleet/index.js';
import { RequestContext, type SiteId, type TeamId } from '../../../platform/context/index.js';
import { DomainError } from '../../../platform/errors/index.js';
import { Logger } from '../../../platform/telemetry/logger.js';
import { renderPollNow } from '../../../routeros/render/index.js';
import { LiveRouters } from './live-routers.js';

const LIMIT_MS = 5_000;
/** Routers that are called at a time; whoever comes beyond waits for the poll, which is never far. */
const MOST = 50;

/**
 * Calls routers through the management tunnel so that they poll now. One call at a time for a router: who asks while one runs is
 * served by one more after it, which sees all that was queued until then.
 */
@Injectable()
export class ExpressNudge implements NudgeRouters, OnModuleInit {
  /** Routers that are being called, and whether to call them once more. */
  private readonly calls = new Map<SiteId, { again: boolean }>();
  private readonly script = renderPollNow().toString();

  constructor(
    private readonly port: RouterNudge,
    private readonly live: LiveRouters,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.port.provide(this);
  }

  nudge(teamId: TeamId, siteId: SiteId): void {
    const running = this.calls.get(siteId);
    if (running) running.again = true;
    else if (this.calls.size < MOST) void this.call(teamId, siteId);
  }

  private async call(teamId: TeamId, siteId: SiteId): Promise<void> {
    const call = { again: false };
    this.calls.set(siteId, call);
    try {
      do {
        call.again = false;
        await this.ask(teamId, siteId);
      } while (call.again);
    } finally {
      this.calls.delete(siteId);
    }
  }

  private async ask(teamId: TeamId, siteId: SiteId): Promise<void> {
    const ctx = RequestContext.system('express-nudge').forTeam(teamId);
    try {
      await this.live.run(ctx, siteId, { path: '/execute', words: [`=script=${this.script}`] }, { timeoutMs: LIMIT_MS });
    } catch (err) {
      const facts = { siteId, reason: err instanceof Error ? err.message : String(err) };
      if (err instanceof DomainError) this.logger.debug(facts, 'a router could not be called for an express job, which waits for its poll');
      else this.logger.error({ ...facts, err }, 'calling a router for an express job failed; the job waits for its poll');
    }
  }
}
