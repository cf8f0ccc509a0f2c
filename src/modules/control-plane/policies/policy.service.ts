import { Injectable } from '@nestjs/common';
import { SectionMarker, type SectionPreview, SectionService, SiteService } from '../../../fleet/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import { newId, type PolicyId, type RequestContext, type SiteId } from '../../../platform/context/index.js';
import { Random } from '../../../platform/crypto/index.js';
import { Database } from '../../../platform/database/index.js';
import type { Slice } from '../../../platform/http/index.js';
import { DefaultPolicyStays, PolicyLocksOut, PolicyNotFound, PolicySitesUnknown } from '../errors.js';
import { MgmtTunnel } from '../tunnel/mgmt-tunnel.js';
import { checkedContent, locksOut, type PolicyWish, warningsOf } from './policy-content.js';
import { policyWish } from './policy-wish.js';
import type { Policy } from './policy.entity.js';
import { PoliciesRepository } from './policies.repository.js';
import { defaultContent, type PolicyContent } from './services.js';
import { slugOf } from './slug.js';

/** Name of the section that brings policies to routers. Stands in comments on routers: never changes. */
export const POLICY_SECTION = 'policy';
const DEFAULT_NAME = 'Default';

export interface PolicyWithSites {
  readonly policy: Policy;
  /** Sites that have it, as lists show them. */
  readonly sites: readonly SiteId[];
  /** What the caller should know of it. */
  readonly warnings: readonly string[];
}

export interface PolicyRequest extends PolicyWish {
  readonly name: string;
  /** Sites that shall have the policy; undefined leaves them as they are. */
  readonly sites?: readonly SiteId[];
  /** Save it although it lets nobody log in. */
  readonly force: boolean;
}

export interface PolicyPreview extends SectionPreview {
  readonly warnings: readonly string[];
}

/**
 * Control-plane policies. A change marks the sites concerned in its own transaction, and routers get it at their polls. Whoever
 * moves sites holds both policies concerned, so that a policy that changes meanwhile misses none of its sites.
 */
@Injectable()
export class PolicyService {
  constructor(
    private readonly policies: PoliciesRepository,
    private readonly sites: SiteService,
    private readonly sections: SectionService,
    private readonly marker: SectionMarker,
    private readonly tunnel: MgmtTunnel,
    private readonly db: Database,
    private readonly random: Random,
    private readonly clock: Clock,
  ) {}

  /** Policies of the team, the default one first; it is made now when there is none. */
  async list(ctx: RequestContext, slice: Slice): Promise<PolicyWithSites[]> {
    await this.default(ctx);
    const policies = await this.policies.list(ctx, slice);
    const assigned = await this.policies.assigned(ctx);
    const sites = new Map<PolicyId | undefined, SiteId[]>();
    for (const site of await this.sites.idsOfTeam(ctx)) {
      const policyId = assigned.get(site);
      const others = sites.get(policyId);
      if (others) others.push(site);
      else sites.set(policyId, [site]);
    }
    return policies.map((policy) => this.shown(policy, sites.get(policy.isDefault ? undefined : policy.id) ?? []));
  }

  /** @throws PolicyNotFound */
  async get(ctx: RequestContext, id: PolicyId): Promise<PolicyWithSites> {
    const policy = await this.policies.findById(ctx, id);
    if (!policy) throw new PolicyNotFound();
    return this.withSites(ctx, policy);
  }

  /** @throws ValidationFailed, PolicyLocksOut, PolicySitesUnknown */
  create(ctx: RequestContext, request: PolicyRequest): Promise<PolicyWithSites> {
    const { content, notes } = this.accepted(request);
    return this.db.transaction(ctx, async (ctx) => {
      await this.known(ctx, request.sites ?? []);
      const policy = await this.policies.insert(ctx, this.fresh(request.name, content, false));
      await this.mark(ctx, await this.policies.assign(ctx, policy.id, request.sites ?? []));
      return this.withSites(ctx, policy, notes);
    });
  }

  /**
   * Replaces a policy, and its sites when some are named: those left out go to the default policy. Sites of the default policy
   * have nowhere to go and stay.
   * @throws PolicyNotFound, ValidationFailed, PolicyLocksOut, PolicySitesUnknown
   */
  update(ctx: RequestContext, id: PolicyId, request: PolicyRequest): Promise<PolicyWithSites> {
    const { content, notes } = this.accepted(request);
    return this.db.transaction(ctx, async (ctx) => {
      const policy = await this.locked(ctx, id);
      const moved = request.sites ? await this.replaceSites(ctx, policy, request.sites) : [];
      const changed = contentText(policy) !== contentText(content);
      const values = { name: request.name, ...content, version: policy.version + Number(changed), updatedAt: this.clock.now() };
      await this.policies.change(ctx, id, values);
      const now = { ...policy, ...values };
      const answer = await this.withSites(ctx, now, notes);
      await this.mark(ctx, changed ? [...new Set([...answer.sites, ...moved])] : moved);
      return answer;
    });
  }

  /** Sites of a deleted policy go to the default one. @throws PolicyNotFound, DefaultPolicyStays */
  remove(ctx: RequestContext, id: PolicyId): Promise<void> {
    return this.db.transaction(ctx, async (ctx) => {
      const policy = await this.locked(ctx, id);
      if (policy.isDefault) throw new DefaultPolicyStays();
      const sites = [...(await this.policies.assigned(ctx, id)).keys()];
      if (sites.length) await this.default(ctx, true);
      await this.policies.remove(ctx, id);
      await this.mark(ctx, sites);
    });
  }

  /** Moves sites onto a policy; those that have it already stay. @throws PolicyNotFound, PolicySitesUnknown */
  assign(ctx: RequestContext, id: PolicyId, sites: readonly SiteId[]): Promise<PolicyWithSites> {
    return this.db.transaction(ctx, async (ctx) => {
      const policy = await this.locked(ctx, id);
      await this.known(ctx, sites);
      await this.mark(ctx, await this.move(ctx, policy, sites));
      return this.withSites(ctx, policy);
    });
  }

  /** What a policy that is not saved would change on a site. @throws SiteNotFound, ValidationFailed */
  async preview(ctx: RequestContext, siteId: SiteId, wish: PolicyWish): Promise<PolicyPreview> {
    const { content, notes } = checkedContent(wish);
    const { managementAddress } = this.tunnel;
    const preview = await this.sections.preview(ctx, siteId, POLICY_SECTION, policyWish(content, managementAddress));
    return { ...preview, warnings: [...notes, ...warningsOf(content, managementAddress)] };
  }

  /** The policy that a site of the context's team has. */
  async ofSite(ctx: RequestContext, siteId: SiteId): Promise<Policy> {
    return (await this.policies.ofSite(ctx, siteId)) ?? (await this.default(ctx));
  }

  /** The policy that sites have when they have no other, made now when the team has none. @param lock until the transaction ends */
  async default(ctx: RequestContext, lock = false): Promise<Policy> {
    const there = await this.policies.default(ctx, lock);
    if (there) return there;
    const content = defaultContent(this.tunnel.managementAddress);
    await this.policies.insertDefault(ctx, this.fresh(DEFAULT_NAME, content, true));
    return (await this.policies.default(ctx, lock))!;
  }

  private accepted(request: PolicyRequest): { content: PolicyContent; notes: readonly string[] } {
    const checked = checkedContent(request);
    if (locksOut(checked.content) && !request.force) throw new PolicyLocksOut();
    return checked;
  }

  private fresh(name: string, content: PolicyContent, isDefault: boolean): Omit<Policy, 'teamId'> {
    const now = this.clock.now();
    const id = newId<PolicyId>();
    return { id, name, slug: slugOf(name, this.random), isDefault, ...content, version: 1, createdAt: now, updatedAt: now };
  }

  private async locked(ctx: RequestContext, id: PolicyId): Promise<Policy> {
    const policy = await this.policies.lock(ctx, id);
    if (!policy) throw new PolicyNotFound();
    return policy;
  }

  /** @throws PolicySitesUnknown naming sites that are none of the context's team */
  private async known(ctx: RequestContext, sites: readonly SiteId[]): Promise<void> {
    if (!sites.length) return;
    const known = new Set(await this.sites.idsOfTeam(ctx, sites));
    const unknown = sites.filter((id) => !known.has(id));
    if (unknown.length) throw new PolicySitesUnknown(unknown);
  }

  private async replaceSites(ctx: RequestContext, policy: Policy, sites: readonly SiteId[]): Promise<SiteId[]> {
    await this.known(ctx, sites);
    const listed = new Set(sites);
    const leaving = policy.isDefault ? [] : [...(await this.policies.assigned(ctx, policy.id)).keys()].filter((id) => !listed.has(id));
    if (leaving.length) await this.default(ctx, true);
    return [...(await this.move(ctx, policy, sites)), ...(await this.policies.release(ctx, leaving))];
  }

  private move(ctx: RequestContext, policy: Policy, sites: readonly SiteId[]): Promise<SiteId[]> {
    return policy.isDefault ? this.policies.release(ctx, sites) : this.policies.assign(ctx, policy.id, sites);
  }

  private async mark(ctx: RequestContext, sites: readonly SiteId[]): Promise<void> {
    await this.marker.mark(ctx, POLICY_SECTION, sites);
  }

  private async withSites(ctx: RequestContext, policy: Policy, notes: readonly string[] = []): Promise<PolicyWithSites> {
    const assigned = await this.policies.assigned(ctx, policy.isDefault ? undefined : policy.id);
    const sites = policy.isDefault
      ? (await this.sites.idsOfTeam(ctx)).filter((id) => !assigned.has(id))
      : await this.sites.idsOfTeam(ctx, [...assigned.keys()]);
    return this.shown(policy, sites, notes);
  }

  private shown(policy: Policy, sites: readonly SiteId[], notes: readonly string[] = []): PolicyWithSites {
    return { policy, sites, warnings: [...notes, ...warningsOf(policy, this.tunnel.managementAddress)] };
  }
}

const contentText = ({ customInputRules, trustedNetworks, services }: PolicyContent): string =>
  JSON.stringify([
    customInputRules,
    trustedNetworks,
    Object.entries(services)
      .sort()
      .map(([name, { enabled, port, networks }]) => [name, enabled, port, networks]),
  ]);
