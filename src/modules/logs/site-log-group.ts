import { Injectable } from '@nestjs/common';
import { type LogEvent, type LogPosition, OrchestrationLogReader, siteIdOf, SiteService } from '../../fleet/index.js';
import type { RequestContext, SiteId } from '../../platform/context/index.js';
import { uuidToBase62 } from '../../platform/crypto/index.js';
import { LogStreamUnknown } from './errors.js';
import { LogGroup, type LogQuery, type Place, type Stretch } from './log-group.js';

const BEGINNING: LogPosition = { seen: null, round: null, last: null };

/** `sites`: the orchestration log; a stream is a site. */
@Injectable()
export class SiteLogGroup extends LogGroup {
  readonly name = 'sites';

  constructor(
    private readonly log: OrchestrationLogReader,
    private readonly sites: SiteService,
  ) {
    super();
  }

  /** A site that was deleted has a stream as long as events of it are kept. */
  async resolve(ctx: RequestContext, streams: readonly string[]): Promise<readonly string[]> {
    const ids = new Map(streams.map((name) => [name, siteIdOf(name)]));
    const wanted = [...new Set(ids.values())].filter((id) => id !== undefined);
    const there = new Set(await this.sites.idsOfTeam(ctx, wanted));
    const gone = wanted.filter((id) => !there.has(id));
    for (const id of gone.length ? await this.log.known(ctx, gone) : []) there.add(id);
    const unknown = streams.filter((name) => !there.has(ids.get(name)!));
    if (unknown.length) throw new LogStreamUnknown(unknown);
    return wanted;
  }

  async read(ctx: RequestContext, { streams, from, until }: LogQuery, place: Place | null, count: number): Promise<Stretch> {
    const at = (place as LogPosition | null) ?? BEGINNING;
    const page = await this.log.read(ctx, { sites: streams as readonly SiteId[], from, until }, at, count);
    return {
      lines: page.events.map((event) => ({ line: lineOf(event), after: { ...page.behind(event) } })),
      next: page.next && { ...page.next },
    };
  }
}

/** The token stands in the message too: `log_url` of a job searches for it there. */
function lineOf({ siteId, at, type, status, jobId, message, context }: LogEvent) {
  const token = jobId && uuidToBase62(jobId);
  const text = token ? `${message} [job ${token}]` : message;
  const fields = { message: text, type, status, site_id: siteId, ...(token ? { job: jobId, token } : {}), context };
  return { timestamp: at, type, message: JSON.stringify(fields) };
}
