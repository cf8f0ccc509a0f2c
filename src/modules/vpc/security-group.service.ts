import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import type { RequestContext, SecurityGroupId, SiteId } from '../../platform/context/index.js';
import { newKsuid, Random } from '../../platform/crypto/index.js';
import { Database } from '../../platform/database/index.js';
import type { Slice } from '../../platform/http/index.js';
import { SecurityGroupNotFound } from './errors.js';
import { PrefixListsRepository } from './prefix-lists.repository.js';
import { Rollout, type RolloutStatus } from './rollout.js';
import { checkedRules, listsNamed, type Rule, type RuleWish, sameRules } from './rules.js';
import type { SecurityGroup } from './security-group.entity.js';
import { SecurityGroupsRepository } from './security-groups.repository.js';

export interface SecurityGroupRequest {
  readonly name: string;
  readonly description: string | null;
  readonly rules: readonly RuleWish[];
  /** As UUIDs or `site_…`. */
  readonly sites: readonly string[];
}

export interface SecurityGroupWithSites {
  readonly group: SecurityGroup;
  readonly status: RolloutStatus;
  /** As lists show them. */
  readonly sites: readonly SiteId[];
}

export interface SecurityGroupSummary {
  readonly group: Pick<SecurityGroup, 'id' | 'name' | 'description'>;
  readonly status: RolloutStatus;
}

/** Security groups. A change marks the sites concerned in its own transaction, and routers get it at their polls. */
@Injectable()
export class SecurityGroupService {
  constructor(
    private readonly groups: SecurityGroupsRepository,
    private readonly lists: PrefixListsRepository,
    private readonly rollout: Rollout,
    private readonly db: Database,
    private readonly random: Random,
    private readonly clock: Clock,
  ) {}

  /** Groups of the team by age, without their rules and sites. */
  async list(ctx: RequestContext, slice: Slice): Promise<SecurityGroupSummary[]> {
    const groups = await this.groups.list(ctx, slice);
    const statuses = await this.rollout.statuses(ctx, (sites) => this.groups.at(ctx, sites));
    return groups.map((group) => ({ group, status: statuses.get(group.id) ?? 'active' }));
  }

  /** @throws SecurityGroupNotFound */
  async get(ctx: RequestContext, id: SecurityGroupId): Promise<SecurityGroupWithSites> {
    const group = await this.groups.findById(ctx, id);
    if (!group) throw new SecurityGroupNotFound();
    return this.withSites(ctx, group);
  }

  /** @throws ValidationFailed */
  create(ctx: RequestContext, request: SecurityGroupRequest): Promise<SecurityGroupWithSites> {
    return this.db.transaction(ctx, async (ctx) => {
      const sites = await this.rollout.sitesNamed(ctx, request.sites);
      const rules = await this.checked(ctx, request.rules, []);
      const now = this.clock.now();
      const id = `sec_grp_${newKsuid(this.random, now)}` as SecurityGroupId;
      const { name, description } = request;
      const group = await this.groups.insert(ctx, { id, name, description, rules, version: 1, createdAt: now, updatedAt: now });
      await this.groups.nameLists(ctx, id, listsNamed(rules));
      await this.rollout.mark(ctx, await this.groups.sites.replace(ctx, id, sites));
      return this.withSites(ctx, group);
    });
  }

  /** Replaces a group, its rules and its sites. @throws SecurityGroupNotFound, RolloutUnderWay, ValidationFailed */
  update(ctx: RequestContext, id: SecurityGroupId, request: SecurityGroupRequest): Promise<SecurityGroupWithSites> {
    return this.db.transaction(ctx, async (ctx) => {
      const { group, sites: before } = await this.locked(ctx, id);
      const sites = await this.rollout.sitesNamed(ctx, request.sites);
      const rules = await this.checked(ctx, request.rules, group.rules);
      const changed = !sameRules(rules, group.rules);
      const { name, description } = request;
      const values = { name, description, rules, version: group.version + Number(changed), updatedAt: this.clock.now() };
      await this.groups.change(ctx, id, values);
      await this.groups.nameLists(ctx, id, listsNamed(rules));
      const moved = await this.groups.sites.replace(ctx, id, sites);
      await this.rollout.mark(ctx, changed ? [...new Set([...before, ...sites])] : moved);
      return this.withSites(ctx, { ...group, ...values });
    });
  }

  /** Its rules leave the routers at their next polls. @throws SecurityGroupNotFound, RolloutUnderWay */
  remove(ctx: RequestContext, id: SecurityGroupId): Promise<void> {
    return this.db.transaction(ctx, async (ctx) => {
      const { sites } = await this.locked(ctx, id);
      await this.groups.remove(ctx, id);
      await this.rollout.mark(ctx, sites);
    });
  }

  private async locked(ctx: RequestContext, id: SecurityGroupId): Promise<{ group: SecurityGroup; sites: SiteId[] }> {
    const group = await this.groups.lock(ctx, id);
    if (!group) throw new SecurityGroupNotFound();
    const sites = await this.groups.sites.of(ctx, id);
    await this.rollout.refuseWhileUnderWay(ctx, sites);
    return { group, sites };
  }

  /** The lists that the rules name are held, so that a change of theirs finds this group among those that use them. */
  private async checked(ctx: RequestContext, wishes: readonly RuleWish[], before: readonly Rule[]): Promise<Rule[]> {
    const known = await this.lists.hold(ctx, listsNamed(wishes.map(({ address }) => ({ address: address.trim() }))));
    const now = this.clock.now();
    return checkedRules(wishes, before, known, () => `fltr_${newKsuid(this.random, now)}`);
  }

  private async withSites(ctx: RequestContext, group: SecurityGroup): Promise<SecurityGroupWithSites> {
    const sites = await this.rollout.shown(ctx, await this.groups.sites.of(ctx, group.id));
    return { group, sites, status: await this.rollout.status(ctx, sites) };
  }
}
