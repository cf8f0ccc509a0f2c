import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../platform/context/index.js';
import { OnEvent } from '../../platform/events/index.js';
import { JobQueued, RouterFreed, SiteAdopted, SiteDeletionRequested } from '../events.js';
import { WorkHints } from './work-hints.js';

/** Work made in this process is known here at once; other processes learn of it by their next flush. */
@Injectable()
export class WorkListener {
  constructor(private readonly hints: WorkHints) {}

  @OnEvent(JobQueued)
  queued(_ctx: RequestContext, { siteId }: JobQueued): void {
    this.hints.addPromptWork(siteId);
  }

  @OnEvent(RouterFreed)
  freed(_ctx: RequestContext, { siteId }: RouterFreed): void {
    this.hints.addWork(siteId);
  }

  @OnEvent(SiteDeletionRequested)
  leaving(_ctx: RequestContext, { siteId }: SiteDeletionRequested): void {
    this.hints.addPromptWork(siteId);
  }

  @OnEvent(SiteAdopted)
  adopted(_ctx: RequestContext, { siteId }: SiteAdopted): void {
    this.hints.addWork(siteId);
  }
}
