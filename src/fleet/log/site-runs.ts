import { Injectable } from '@nestjs/common';
import type { RequestContext, SiteId } from '../../platform/context/index.js';
import type { Slice } from '../../platform/http/index.js';
import type { SiteSection } from '../sections/site-section.entity.js';
import { SectionsRepository } from '../sections/sections.repository.js';
import { SiteService } from '../sites/site.service.js';
import { type LogStatus, sectionOf } from './log-entry.js';
import { type LogEvent, OrchestrationLogReader } from './orchestration-log-reader.js';

/** What was done at a site, from the first step to the last one known. */
export interface SiteRun {
  readonly description: string;
  readonly status: LogStatus;
  /** A newer wish took the place of this one before it was in force. */
  readonly superseded: boolean;
  /** Oldest first; never empty. */
  readonly steps: readonly LogEvent[];
}

/** The orchestration log of a site as people look at it: a row for each job, push and event. */
@Injectable()
export class SiteRuns {
  constructor(
    private readonly log: OrchestrationLogReader,
    private readonly sites: SiteService,
    private readonly sections: SectionsRepository,
  ) {}

  /** Newest first. @throws SiteNotFound */
  async list(ctx: RequestContext, siteId: SiteId, slice: Slice): Promise<SiteRun[]> {
    await this.sites.require(ctx, siteId);
    const runs = await this.log.runs(ctx, siteId, slice);
    const sections = await this.sections.ofSite(ctx, siteId);
    return runs.map((steps) => {
      const last = steps.at(-1)!;
      const superseded = last.status === 'Pending' && isSuperseded(last, sections);
      return { description: describe(steps[0]!), status: superseded ? 'Completed' : last.status, superseded, steps };
    });
  }
}

/** A wish that is not on its way, while a newer one is there, will never be. */
function isSuperseded({ run }: LogEvent, sections: readonly SiteSection[]): boolean {
  const wish = sectionOf(run);
  const row = sections.find(({ section }) => section === wish?.section);
  return wish !== undefined && row !== undefined && row.wanted > wish.generation && !(row.sent === wish.generation && row.phase !== 'idle');
}

function describe({ run, message, context }: LogEvent): string {
  const wish = sectionOf(run);
  if (wish) return `Section ${wish.section}`;
  return typeof context['description'] === 'string' ? context['description'] : message;
}
