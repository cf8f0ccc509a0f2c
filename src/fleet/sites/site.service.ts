import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Settings } from '../../config/index.js';
import { Clock } from '../../platform/clock/clock.js';
import { newId, RequestContext, type RunbookId, type SiteId, type TeamId, type UserId } from '../../platform/context/index.js';
import { Database } from '../../platform/database/index.js';
import { ValidationFailed } from '../../platform/errors/index.js';
import { EventBus } from '../../platform/events/index.js';
import type { Slice } from '../../platform/http/index.js';
import { SiteBeingDeleted, SiteNotFound } from '../errors.js';
import { SiteDeleted, SiteDeletionRequested } from '../events.js';
import { OrchestrationLog } from '../log/orchestration-log.js';
import { pidOf } from './pid.js';
import type { Site } from './site.entity.js';
import { type SiteOwner, SitesAcrossTeams } from './sites-across-teams.js';
import { SitesRepository, type SiteWithPulse, type VisitedSite } from './sites.repository.js';

const RECENT = 5;

/** The run of steps that the deletion of a site is. */
const DELETION = 'site deletion';

/** How the log puts the end of a site. */
const DELETED: Readonly<Record<SiteDeleted['how'], string>> = {
  confirmed: 'Site deleted: the router said that it is clean.',
  forced: 'Site deleted by force: its router was not waited for.',
  'grace-ended': 'Site deleted: the router did not confirm within the grace period.',
  'never-adopted': 'Site deleted; no router ever served it.',
};

export interface SiteWish {
  /** Of whoever knows the site under an id already; a new one otherwise. */
  readonly id?: SiteId;
  readonly name: string;
  readonly address?: string | null;
  readonly location?: { lat: number; lon: number } | null;
  readonly timezone?: string | null;
  readonly serialNumber?: string | null;
  readonly softwareId?: string | null;
  readonly runbookId?: RunbookId | null;
}

export interface SiteChange {
  readonly name?: string;
  readonly address?: string | null;
  readonly location?: { lat: number; lon: number } | null;
  readonly timezone?: string | null;
}

/** The life of site records: seen, changed, deleted. Adoption makes most of them. */
@Injectable()
export class SiteService {
  constructor(
    private readonly sites: SitesRepository,
    private readonly across: SitesAcrossTeams,
    private readonly log: OrchestrationLog,
    private readonly db: Database,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  list(ctx: RequestContext, slice: Slice): Promise<SiteWithPulse[]> {
    return this.sites.list(ctx, slice);
  }

  /** JSON text of the short list. */
  minimal(ctx: RequestContext, slice: Slice): Promise<string> {
    return this.sites.minimal(ctx, slice);
  }

  async recent(ctx: RequestContext): Promise<VisitedSite[]> {
    return ctx.userId ? this.sites.recent(ctx, ctx.userId, RECENT) : [];
  }

  /** @throws SiteNotFound */
  async get(ctx: RequestContext, id: SiteId): Promise<SiteWithPulse> {
    const site = await this.sites.find(ctx, id);
    if (!site) throw new SiteNotFound();
    return site;
  }

  /** That the team has this site, for reads beside it that need nothing else of it. @throws SiteNotFound */
  async require(ctx: RequestContext, id: SiteId): Promise<void> {
    if (!(await this.sites.has(ctx, id))) throw new SiteNotFound();
  }

  /** The site, noted as opened by this person. @throws SiteNotFound */
  async open(ctx: RequestContext, id: SiteId): Promise<SiteWithPulse> {
    const site = await this.get(ctx, id);
    if (ctx.userId && !site.deletionRequestedAt) await this.sites.recordVisit(ctx, ctx.userId, id, this.clock.now());
    return site;
  }

  /** Forgets which sites a person opened, in all teams: the account is gone. @throws AcrossTeamsRefused when ctx is bound to one team */
  forgetVisits(ctx: RequestContext, userId: UserId): Promise<void> {
    return this.across.forgetVisits(ctx, userId);
  }

  /** The team of any site. @throws SiteNotFound, AcrossTeamsRefused when ctx is bound to one team */
  async teamOf(ctx: RequestContext, id: SiteId): Promise<TeamId> {
    const owner = (await this.across.ownersOf(ctx, [id])).get(id);
    if (!owner) throw new SiteNotFound();
    return owner.teamId;
  }

  /** A site that takes changes and jobs. @throws SiteNotFound, SiteBeingDeleted */
  async getLiving(ctx: RequestContext, id: SiteId): Promise<SiteWithPulse> {
    const site = await this.get(ctx, id);
    if (site.deletionRequestedAt) throw new SiteBeingDeleted();
    return site;
  }

  /** Sites of each of these teams as its lists show them. @throws AcrossTeamsRefused when ctx is bound to one team */
  counts(ctx: RequestContext, teamIds: readonly TeamId[]): Promise<Record<string, number>> {
    return this.across.counts(ctx, teamIds);
  }

  /** Every site record of the context's team, those that wait for their removal too. */
  countRecords(ctx: RequestContext): Promise<number> {
    return this.sites.countRecords(ctx);
  }

  /**
   * Sites of each team that take a seat, of any teams; teams without one are left out.
   * @throws AcrossTeamsRefused when ctx is bound to one team
   */
  seatsTaken(ctx: RequestContext, teamIds: readonly TeamId[]): Promise<ReadonlyMap<TeamId, number>> {
    return this.across.seatsTaken(ctx, teamIds);
  }

  /** Whose these sites are, and whether they are being deleted; unknown ones are left out. @throws AcrossTeamsRefused when ctx is bound to one team */
  ownersOf(ctx: RequestContext, ids: readonly SiteId[]): Promise<ReadonlyMap<SiteId, SiteOwner>> {
    return this.across.ownersOf(ctx, ids);
  }

  /** Ids of sites as lists show them, of one team or of all. @throws AcrossTeamsRefused when ctx is bound to one team */
  livingIds(ctx: RequestContext, teamId?: TeamId): Promise<SiteId[]> {
    return this.across.idsOf(ctx, teamId);
  }

  /** Ids of the sites of the context's team as lists show them, oldest first; of these only, when some are given. */
  idsOfTeam(ctx: RequestContext, among?: readonly SiteId[]): Promise<SiteId[]> {
    return this.sites.ids(ctx, among);
  }

  /** Up to `count` sites that are not being deleted, by id, after one: for walks over all of them. @throws AcrossTeamsRefused when ctx is bound to one team */
  livingAfter(ctx: RequestContext, after: SiteId | undefined, count: number): Promise<{ id: SiteId; teamId: TeamId }[]> {
    return this.across.livingAfter(ctx, after, count);
  }

  /**
   * Sites that are online and whose number is among `slots`. Each site has a number from 0 to `of` - 1 of its own, always the same: so
   * work for all of them is spread. @throws AcrossTeamsRefused when ctx is bound to one team
   */
  onlineInSlots(ctx: RequestContext, slots: readonly number[], of: number): Promise<{ id: SiteId; teamId: TeamId }[]> {
    return this.across.onlineInSlots(ctx, slots, of);
  }

  /** The number that `onlineInSlots` knows a site by. */
  slotOf(id: SiteId, of: number): number {
    return createHash('md5').update(id).digest().readUInt32BE(0) % of;
  }

  /** A record that waits for its router. It takes no seat before one adopts it. */
  create(ctx: RequestContext, wish: SiteWish): Promise<SiteWithPulse> {
    return this.db.transaction(ctx, async (ctx) => {
      const site = newSite(ctx.requireTeam(), wish, this.clock.now());
      await this.sites.create(ctx, site);
      return this.get(ctx, site.id);
    });
  }

  /** Changes the fields that are sent and no others. @throws SiteNotFound, SiteBeingDeleted */
  change(ctx: RequestContext, id: SiteId, { name, address, timezone, location }: SiteChange): Promise<SiteWithPulse> {
    if ([name, address, timezone, location].every((field) => field === undefined))
      throw new ValidationFailed({ body: ['send at least one of name, address, location, timezone'] });
    return this.db.transaction(ctx, async (ctx) => {
      await this.getLiving(ctx, id);
      const place = location === undefined ? {} : { latitude: location?.lat ?? null, longitude: location?.lon ?? null };
      const fields = {
        ...(name === undefined ? {} : { name }),
        ...(address === undefined ? {} : { address }),
        ...(timezone === undefined ? {} : { timezone }),
      };
      await this.sites.change(ctx, id, { ...fields, ...place, updatedAt: this.clock.now() });
      return this.get(ctx, id);
    });
  }

  /**
   * Starts the deletion: gone from lists at once, the router gets the removal script at its next poll, the record goes
   * when it confirms or when the grace period ends. A site without a router, or `force`, is gone at once. Repeating it
   * changes nothing. @throws SiteNotFound
   */
  remove(ctx: RequestContext, id: SiteId, options: { force: boolean }): Promise<void> {
    return this.db.transaction(ctx, async (ctx) => {
      const site = await this.get(ctx, id);
      if (options.force || !site.hardwareHash) {
        await this.sites.remove(ctx, id);
        await this.announceDeletion(ctx, site, options.force ? 'forced' : 'never-adopted');
        return;
      }
      if (site.deletionRequestedAt) return;
      const now = this.clock.now();
      const removalDueAt = new Date(now.getTime() + this.settings.SITE_DELETION_GRACE_HOURS * 3_600_000);
      await this.sites.change(ctx, id, { deletionRequestedAt: now, removalDueAt, updatedAt: now });
      const message = 'Deletion requested: at its next poll the router is told to remove what is ours.';
      await this.log.write(ctx, [
        { teamId: site.teamId, siteId: id, type: 'site.deletion-requested', status: 'Pending', message, run: DELETION },
      ]);
      await this.events.publish(ctx, new SiteDeletionRequested(site.teamId, id));
    });
  }

  /** The router said that it is clean. Repeating it, or saying it of a site that was never deleted, changes nothing. */
  confirmRemoval(id: SiteId): Promise<void> {
    return this.db.transaction(RequestContext.system('confirm-removal'), async (ctx) => {
      const site = await this.across.find(ctx, id);
      if (site?.deletionRequestedAt) await this.erase(ctx, site, 'confirmed');
    });
  }

  /** @internal for the sweep */
  async erase(ctx: RequestContext, site: Site, how: SiteDeleted['how']): Promise<void> {
    if (await this.across.erase(ctx, site.id)) await this.announceDeletion(ctx, site, how);
  }

  private async announceDeletion(ctx: RequestContext, { id: siteId, teamId, name }: Site, how: SiteDeleted['how']): Promise<void> {
    await this.log.write(ctx, [
      { teamId, siteId, type: 'site.deleted', status: 'Completed', message: DELETED[how], run: DELETION, context: { name, how } },
    ]);
    await this.events.publish(ctx, new SiteDeleted(teamId, siteId, how));
  }
}

/** A site record as it is before any router spoke for it. */
export function newSite(teamId: TeamId, wish: SiteWish, now: Date): Site {
  const id = wish.id ?? newId<SiteId>();
  return {
    ...{ id, teamId, pid: pidOf(id), name: wish.name, address: wish.address ?? null, timezone: wish.timezone ?? null },
    ...{ latitude: wish.location?.lat ?? null, longitude: wish.location?.lon ?? null, runbookId: wish.runbookId ?? null },
    ...{
      hardwareHash: null,
      deviceGeneration: 0,
      identity: null,
      serialNumber: wish.serialNumber ?? null,
      softwareId: wish.softwareId ?? null,
    },
    ...{ softwareVersion: null, architectureName: null, model: null, boardName: null, routerboard: null, facts: {}, adoptedAt: null },
    ...{ createdAt: now, updatedAt: now, deletionRequestedAt: null, removalDueAt: null },
  };
}
