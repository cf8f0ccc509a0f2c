import type { RequestContext } from '../../../platform/context/index.js';

/** What the person behind a request has chosen for themselves. */
export abstract class CallerProfile {
  /** The country is an ISO 3166-1 alpha-2 code or null, the time zone an IANA name. */
  abstract of(ctx: RequestContext): Promise<{ country: string | null; timezone: string }>;
}
