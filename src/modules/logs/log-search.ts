import { Injectable } from '@nestjs/common';
import { AppKeys } from '../../platform/crypto/index.js';
import type { RequestContext } from '../../platform/context/index.js';
import { ValidationFailed } from '../../platform/errors/index.js';
import { AuditLogGroup } from './audit-log-group.js';
import { CveScanLogGroup } from './cve-scan-log-group.js';
import { LogGroupUnknown } from './errors.js';
import type { LogGroup, LogLine, LogQuery, Place } from './log-group.js';
import { filterPattern } from './pattern/filter-pattern.js';
import { PatternError } from './pattern/pattern-error.js';
import { SiteLogGroup } from './site-log-group.js';

/** Events that one request looks at; whoever wants more comes again with the token. */
const MOST_SCANNED = 10_000;
/** Events of one query to the database. */
const CHUNK = 1000;

export interface SearchWish extends LogQuery {
  readonly pattern: string;
  readonly limit: number;
  readonly token: string | null;
}

export interface SearchPage {
  readonly lines: readonly LogLine[];
  readonly token: string | null;
}

/** Searches streams of a log group by time and pattern, a page at a time. */
@Injectable()
export class LogSearch {
  private readonly groups: ReadonlyMap<string, LogGroup>;

  constructor(
    private readonly keys: AppKeys,
    sites: SiteLogGroup,
    audit: AuditLogGroup,
    scans: CveScanLogGroup,
  ) {
    this.groups = new Map([sites, audit, scans].map((group) => [group.name, group]));
  }

  /**
   * Events oldest first. A page ends when it is full, when nothing is left, or when `MOST_SCANNED` events were looked at:
   * then it may be short, or empty, and still have a token.
   * @throws LogGroupUnknown, LogStreamUnknown, ValidationFailed
   */
  async search(ctx: RequestContext, name: string, wish: SearchWish): Promise<SearchPage> {
    const group = this.groups.get(name);
    if (!group) throw new LogGroupUnknown(name);
    const matches = readPattern(wish.pattern);
    const streams = await group.resolve(ctx, wish.streams);
    const purpose = purposeOf(ctx, name, wish, streams);
    let place = wish.token === null ? null : this.open(wish.token, purpose);
    const found: LogLine[] = [];
    for (let scanned = 0; scanned < MOST_SCANNED;) {
      const stretch = await group.read(ctx, { ...wish, streams }, place, Math.min(CHUNK, MOST_SCANNED - scanned));
      for (const { line, after } of stretch.lines) {
        scanned++;
        if (!matches(line.message)) continue;
        found.push(line);
        if (found.length === wish.limit) return { lines: found, token: await this.tokenAt(ctx, group, wish, streams, after, purpose) };
      }
      if (stretch.next === null) return { lines: found, token: null };
      place = stretch.next;
    }
    return { lines: found, token: this.seal(place, purpose) };
  }

  /** The token of a full page; null when it happens to be the last. */
  private async tokenAt(ctx: RequestContext, group: LogGroup, wish: SearchWish, streams: readonly string[], after: Place, purpose: string) {
    for (let place: Place | null = after; place;) {
      const stretch = await group.read(ctx, { ...wish, streams }, place, 1);
      if (stretch.lines.length) return this.seal(after, purpose);
      place = stretch.next;
    }
    return null;
  }

  /** Sealed, so that nobody reads or makes one, and for this query alone. */
  private seal(place: Place | null, purpose: string): string {
    return this.keys.seal(JSON.stringify(place), purpose);
  }

  private open(token: string, purpose: string): Place | null {
    try {
      return JSON.parse(this.keys.open(token, purpose)) as Place | null;
    } catch {
      throw new ValidationFailed({
        next_token: ['next_token is not one that this operation answered to the same log group, streams, start, end and filter'],
      });
    }
  }
}

function readPattern(pattern: string): (message: string) => boolean {
  try {
    return filterPattern(pattern);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw new ValidationFailed({ filter: [`filter cannot be read: ${error.message}`] });
  }
}

/** Everything a token belongs to. The order of streams, and how they are written, means nothing. */
const purposeOf = (ctx: RequestContext, group: string, { from, until, pattern }: SearchWish, streams: readonly string[]): string =>
  `log-search ${JSON.stringify([ctx.requireTeam(), group, [...streams].sort(), from.getTime(), until.getTime(), pattern])}`;
