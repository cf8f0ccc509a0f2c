import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import type { PrefixListId, RequestContext, SiteId } from '../../platform/context/index.js';
import { newKsuid, Random } from '../../platform/crypto/index.js';
import { Database } from '../../platform/database/index.js';
import type { Slice } from '../../platform/http/index.js';
import { PrefixListInUse, PrefixListNotFound } from './errors.js';
import type { PrefixList } from './prefix-list.entity.js';
import { PrefixListsRepository } from './prefix-lists.repository.js';
import { checkedPrefixes, type Prefix, type PrefixWish, samePrefixes } from './prefixes.js';
import { Rollout, type RolloutStatus } from './rollout.js';

export interface PrefixListRequest {
  readonly name: string;
  readonly description: string | null;
  readonly prefixes: readonly PrefixWish[];
  /** As UUIDs or `site_…`. */
  readonly sites: readonly string[];
}

export interface PrefixListWithSites {
  readonly list: PrefixList;
  readonly status: RolloutStatus;
  /** Sites that have it by itself, as lists show them. */
  readonly sites: readonly SiteId[];
}

export interface PrefixListSummary {
  readonly list: Pick<PrefixList, 'id' | 'name' | 'description'>;
  readonly status: RolloutStatus;
}

/**
 * Prefix lists. A change reaches every site that has the list, by itself or because a rule of one of its groups names it; the
 * status of a list is that of all these sites.
 */
@Injectable()
export class PrefixListService {
  constructor(
    private readonly lists: PrefixListsRepository,
    private readonly rollout: Rollout,
    private readonly db: Database,
    private readonly random: Random,
    private readonly clock: Clock,
  ) {}

  /** Lists of the team by age, without their prefixes and sites. */
  async list(ctx: RequestContext, slice: Slice): Promise<PrefixListSummary[]> {
    const lists = await this.lists.list(ctx, slice);
    const statuses = await this.rollout.statuses(ctx, (sites) => this.lists.at(ctx, sites));
    return lists.map((list) => ({ list, status: statuses.get(list.id) ?? 'active' }));
  }

  /** @throws PrefixListNotFound */
  async get(ctx: RequestContext, id: PrefixListId): Promise<PrefixListWithSites> {
    const list = await this.lists.findById(ctx, id);
    if (!list) throw new PrefixListNotFound();
    return this.withSites(ctx, list);
  }

  /** @throws ValidationFailed */
  create(ctx: RequestContext, request: PrefixListRequest): Promise<PrefixListWithSites> {
    const prefixes = this.checked(request.prefixes, []);
    return this.db.transaction(ctx, async (ctx) => {
      const sites = await this.rollout.sitesNamed(ctx, request.sites);
      const now = this.clock.now();
      const id = `prfx_lst_${newKsuid(this.random, now)}` as PrefixListId;
      const { name, description } = request;
      const list = await this.lists.insert(ctx, { id, name, description, prefixes, version: 1, createdAt: now, updatedAt: now });
      await this.rollout.mark(ctx, await this.lists.sites.replace(ctx, id, sites));
      return this.withSites(ctx, list);
    });
  }

  /** Replaces a list, its prefixes and its sites. @throws PrefixListNotFound, RolloutUnderWay, ValidationFailed */
  update(ctx: RequestContext, id: PrefixListId, request: PrefixListRequest): Promise<PrefixListWithSites> {
    return this.db.transaction(ctx, async (ctx) => {
      const { list, reached } = await this.locked(ctx, id);
      const sites = await this.rollout.sitesNamed(ctx, request.sites);
      const prefixes = this.checked(request.prefixes, list.prefixes);
      const changed = !samePrefixes(prefixes, list.prefixes);
      const { name, description } = request;
      const values = { name, description, prefixes, version: list.version + Number(changed), updatedAt: this.clock.now() };
      await this.lists.change(ctx, id, values);
      const moved = await this.lists.sites.replace(ctx, id, sites);
      await this.rollout.mark(ctx, changed ? [...new Set([...reached, ...sites])] : moved);
      return this.withSites(ctx, { ...list, ...values });
    });
  }

  /** It leaves the routers at their next polls. @throws PrefixListNotFound, PrefixListInUse, RolloutUnderWay */
  remove(ctx: RequestContext, id: PrefixListId): Promise<void> {
    return this.db.transaction(ctx, async (ctx) => {
      const { reached } = await this.locked(ctx, id, async () => {
        const groups = await this.lists.usedBy(ctx, id);
        if (groups.length) throw new PrefixListInUse(groups);
      });
      await this.lists.remove(ctx, id);
      await this.rollout.mark(ctx, reached);
    });
  }

  /** @param check once it is locked, before it is asked whether a change of it is under way */
  private async locked(
    ctx: RequestContext,
    id: PrefixListId,
    check = (): Promise<void> => Promise.resolve(),
  ): Promise<{ list: PrefixList; reached: SiteId[] }> {
    const list = await this.lists.lock(ctx, id);
    if (!list) throw new PrefixListNotFound();
    await check();
    const reached = await this.lists.reached(ctx, id);
    await this.rollout.refuseWhileUnderWay(ctx, reached);
    return { list, reached };
  }

  private checked(wishes: readonly PrefixWish[], before: readonly Prefix[]): Prefix[] {
    const now = this.clock.now();
    return checkedPrefixes(wishes, before, () => `prfx_${newKsuid(this.random, now)}`);
  }

  private async withSites(ctx: RequestContext, list: PrefixList): Promise<PrefixListWithSites> {
    const own = await this.lists.sites.of(ctx, list.id);
    const [sites, reached] = [await this.rollout.shown(ctx, own), await this.lists.reached(ctx, list.id)];
    return { list, sites, status: await this.rollout.status(ctx, reached) };
  }
}
