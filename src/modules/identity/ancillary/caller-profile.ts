import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../../platform/context/index.js';

/** What the person behind a request has chosen for themselves. */
export abstract class CallerProfile {
  /** The country is an ISO 3166-1 alpha-2 code or null, the time zone an IANA name. */
  abstract of(ctx: RequestContext): Promise<{ country: string | null; timezone: string }>;
}

/**
 * PROVISIONAL, to be replaced by one that reads `app_user.country` and `app_user.timezone` as soon as these columns are
 * there (in the list of providers of identity.module.ts): nobody has chosen anything.
 */
@Injectable()
export class ProvisionalCallerProfile extends CallerProfile {
  async of(): Promise<{ country: string | null; timezone: string }> {
    return { country: null, timezone: 'UTC' };
  }
}
