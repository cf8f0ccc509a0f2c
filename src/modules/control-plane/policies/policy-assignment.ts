import { Injectable } from '@nestjs/common';
import type { PolicyId, RequestContext, SiteId } from '../../../platform/context/index.js';
import { ValidationFailed } from '../../../platform/errors/index.js';
import { PolicyNotFound } from '../errors.js';
import { SitePolicies } from '../tunnel/site-policies.js';
import { PolicyService } from './policy.service.js';

/** Gives sites that other services register their policy. */
@Injectable()
export class PolicyAssignment extends SitePolicies {
  constructor(private readonly policies: PolicyService) {
    super();
  }

  /** Without a policy named, a site keeps the one that it has. */
  async assign(ctx: RequestContext, siteId: SiteId, policyId: string | null): Promise<string> {
    if (policyId === null) return (await this.policies.ofSite(ctx, siteId)).id;
    try {
      return (await this.policies.assign(ctx, policyId as PolicyId, [siteId])).policy.id;
    } catch (error) {
      if (error instanceof PolicyNotFound) throw new ValidationFailed({ policy_id: ['policy_id is no policy of this customer'] });
      throw error;
    }
  }
}
