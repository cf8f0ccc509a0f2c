import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type SectionDefinition, Sections, type SectionSite } from '../../../fleet/index.js';
import type { PolicyId, RequestContext } from '../../../platform/context/index.js';
import type { Wish } from '../../../routeros/sections/index.js';
import { MgmtTunnel } from '../tunnel/mgmt-tunnel.js';
import { POLICY_SETTINGS, policyWish } from './policy-wish.js';
import { POLICY_SECTION, PolicyService } from './policy.service.js';

/** Wishes kept in memory; a thousand sites that poll mostly share a few policies. */
const KEPT_MAX = 200;

/** Brings policies to routers. */
@Injectable()
export class PolicySection implements SectionDefinition, OnModuleInit {
  readonly name = POLICY_SECTION;
  readonly title = 'Control-plane policy';
  /** Below `management`, whose rules let us in before anything else is judged. */
  readonly rank = 20;
  readonly menus = ['/ip/firewall/address-list', '/ip/firewall/filter', '/ipv6/firewall/address-list', '/ipv6/firewall/filter'] as const;
  readonly settings = POLICY_SETTINGS;
  private readonly kept = new Map<PolicyId, { readonly version: number; readonly wish: Wish }>();

  constructor(
    private readonly sections: Sections,
    private readonly policies: PolicyService,
    private readonly tunnel: MgmtTunnel,
  ) {}

  onModuleInit(): void {
    this.sections.define(this);
  }

  /** Whatever a policy changes, it changes who gets in. */
  cuts(): boolean {
    return true;
  }

  async wish(ctx: RequestContext, { id }: SectionSite): Promise<Wish> {
    const policy = await this.policies.ofSite(ctx, id);
    const kept = this.kept.get(policy.id);
    if (kept?.version === policy.version) return kept.wish;
    const wish = policyWish(policy, this.tunnel.managementAddress);
    this.kept.delete(policy.id);
    this.kept.set(policy.id, { version: policy.version, wish });
    if (this.kept.size > KEPT_MAX) this.kept.delete(this.kept.keys().next().value!);
    return wish;
  }
}
