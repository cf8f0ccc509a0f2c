import type { RequestContext } from '../../../platform/context/index.js';

/** What the person behind a request has chosen for themselves; where there is none, what we start with. */
export interface Caller {
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null;
  /** IANA name. */
  readonly timezone: string;
  /** Letters of PHP's date(). */
  readonly dateFormat: string;
  readonly timeFormat: string;
  /** BCP 47 tag. */
  readonly locale: string;
}

export const NOBODY: Caller = { country: null, timezone: 'UTC', dateFormat: 'Y-m-d', timeFormat: 'H:i:s', locale: 'en' };

export abstract class CallerProfile {
  abstract of(ctx: RequestContext): Promise<Caller>;
}
