import type { RequestContext } from '../../platform/context/index.js';

/** Which events a request is about. */
export interface LogQuery {
  readonly streams: readonly string[];
  /** Not before. */
  readonly from: Date;
  /** Not after. */
  readonly until: Date;
}

export interface LogLine {
  readonly timestamp: Date;
  /** JSON text. */
  readonly message: string;
  readonly type: string;
}

/** A place between events: plain data that a group understands. */
export type Place = Readonly<Record<string, unknown>>;

export interface Stretch {
  readonly lines: readonly { readonly line: LogLine; /** Right behind this line. */ readonly after: Place }[];
  /** Where to go on; null when nothing is left. */
  readonly next: Place | null;
}

/** A group of logs as the search needs it. */
export abstract class LogGroup {
  abstract readonly name: string;

  /** The streams by the names that they have inside. @throws LogStreamUnknown naming those that the caller does not see */
  abstract resolve(ctx: RequestContext, streams: readonly string[]): Promise<readonly string[]>;

  /** Up to `count` lines behind a place, oldest first; from the beginning when there is none. */
  abstract read(ctx: RequestContext, query: LogQuery, place: Place | null, count: number): Promise<Stretch>;
}
