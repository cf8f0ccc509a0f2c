import { Injectable } from '@nestjs/common';
import type { RequestContext, SiteId } from '../../../platform/context/index.js';
import { ValidationFailed } from '../../../platform/errors/index.js';

/** Which policy a site has, for the registration of sites. Known by whoever keeps policies. */
export abstract class SitePolicies {
  /** Gives a site of the context's team this policy, or the team's default one. Answers its id. @throws ValidationFailed when there is no such policy */
  abstract assign(ctx: RequestContext, siteId: SiteId, policyId: string | null): Promise<string | null>;
}

/** Where nobody keeps policies, no site has one. */
@Injectable()
export class NoPolicies extends SitePolicies {
  async assign(_ctx: RequestContext, _siteId: SiteId, policyId: string | null): Promise<null> {
    if (policyId !== null) throw new ValidationFailed({ policy_id: ['policy_id is no policy of this customer'] });
    return null;
  }
}
