import { Injectable } from '@nestjs/common';
import { isUuid, type RequestContext, type UserId } from '../../platform/context/index.js';
import { AuditLog, toAuditEventDto } from '../identity/index.js';
import { Settings } from '../../config/index.js';
import { LogStreamUnknown } from './errors.js';
import { LogGroup, type LogQuery, type Place, type Stretch } from './log-group.js';

/** `AuditLog`: a stream is the caller's team, with everything that was done in it, or a person, with what they did in it. */
@Injectable()
export class AuditLogGroup extends LogGroup {
  readonly name = 'AuditLog';

  constructor(
    private readonly log: AuditLog,
    private readonly settings: Settings,
  ) {
    super();
  }

  async resolve(ctx: RequestContext, streams: readonly string[]): Promise<readonly string[]> {
    const names = streams.map((name) => name.toLowerCase());
    const people = names.filter((name) => name !== ctx.requireTeam() && isUuid(name)) as UserId[];
    const known = people.length ? await this.log.people(ctx, people) : new Set<string>();
    const unknown = streams.filter((_, i) => names[i] !== ctx.requireTeam() && !known.has(names[i]! as UserId));
    if (unknown.length) throw new LogStreamUnknown(unknown);
    return [...new Set(names)];
  }

  /** In the order of the chain, in which lines are committed too: nothing appears behind a reader. */
  async read(ctx: RequestContext, { streams, from, until }: LogQuery, place: Place | null, count: number): Promise<Stretch> {
    const people = streams.includes(ctx.requireTeam()) ? undefined : (streams as readonly UserId[]);
    const after = (place as { seq: string } | null)?.seq;
    const [events, home] = await Promise.all([this.log.follow(ctx, { from, until, people, after, limit: count }), this.log.homeOf(ctx)]);
    const lines = events.map((event) => ({
      line: {
        timestamp: event.at,
        type: event.method === 'EVENT' ? event.endpoint : 'request',
        message: JSON.stringify(toAuditEventDto(event, home, this.settings.AUDIT_RETENTION_DAYS)),
      },
      after: { seq: event.seq },
    }));
    return { lines, next: lines.length === count ? lines.at(-1)!.after : null };
  }
}
