import { Injectable } from '@nestjs/common';
import { SeatLimits, SiteService } from '../../../fleet/index.js';
import { Clock } from '../../../platform/clock/clock.js';
import { newId, type OrganizationId, RequestContext, type TeamId, type UserId } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';
import { NotFound } from '../../../platform/errors/index.js';
import { defineTask, Handles, Tasks } from '../../../platform/tasks/index.js';
import { AccountService } from '../accounts/account.service.js';
import type { User } from '../accounts/user.entity.js';
import { IdentityService } from '../identity.service.js';
import { Charge } from './charge.entity.js';

/** Where nothing limits seats: the largest number that every client can hold. */
export const UNLIMITED = 2_147_483_647;

export interface TeamPlace {
  readonly organizationId: OrganizationId;
  readonly owner: User | null;
}

export interface SeatCount {
  readonly licences: number;
  readonly teamAvailable: number;
  readonly organizationAvailable: number;
}

const recountSites = defineTask<null>({ name: 'identity.recount-sites', lane: 'slow' });

/** What other services ask of people and organizations, and tell about them. Every context is a service's and sees all teams. */
@Injectable()
export class AccountsDesk {
  constructor(
    private readonly db: Database,
    private readonly accounts: AccountService,
    private readonly identity: IdentityService,
    private readonly sites: SiteService,
    private readonly seats: SeatLimits,
    private readonly tasks: Tasks,
    private readonly clock: Clock,
  ) {}

  /** @throws NotFound */
  async placeOf(ctx: RequestContext, teamId: TeamId): Promise<TeamPlace> {
    const team = await this.identity.findTeam(ctx, teamId);
    if (!team) throw new NotFound('There is no such team.');
    return { organizationId: team.organizationId, owner: team.ownerId && (await this.accounts.find(ctx, team.ownerId)) };
  }

  /** @throws NotFound */
  async person(ctx: RequestContext, userId: UserId): Promise<User> {
    const user = await this.accounts.find(ctx, userId);
    if (!user) throw new NotFound('There is no such user.');
    return user;
  }

  /** Seats as adoption would judge them at this moment. @throws NotFound */
  seatCount(ctx: RequestContext, teamId: TeamId): Promise<SeatCount> {
    return this.db.transaction(ctx, async (ctx) => {
      await this.placeOf(ctx, teamId);
      const limits = await this.seats.lock(ctx, teamId);
      const taken = await this.sites.seatsTaken(ctx, [...new Set(limits.flatMap((l) => l.teamIds))]);
      const free = limits.map(({ limit, teamIds, of }) => {
        const left = Math.max(0, limit - teamIds.reduce((sum, id) => sum + (taken.get(id) ?? 0), 0));
        return { limit, left, isTeams: of === 'team' };
      });
      const above = free.filter((l) => !l.isTeams);
      const least = (numbers: number[]): number => Math.min(UNLIMITED, ...numbers);
      return {
        licences: least(above.map((l) => l.limit)),
        teamAvailable: least(free.map((l) => l.left)),
        organizationAvailable: least(above.map((l) => l.left)),
      };
    });
  }

  /** Enters a scan into the ledger of the team's organization, once for each report. @throws NotFound */
  charge(ctx: RequestContext, teamId: TeamId, wish: { siteCount: number; reportId: string }): Promise<Charge> {
    return this.db.transaction(ctx, async (ctx) => {
      const { organizationId } = await this.placeOf(ctx, teamId);
      const row = { id: newId(), organizationId, teamId, kind: 'cve' as const, ...wish, createdAt: this.clock.now() };
      await this.db.manager(ctx).createQueryBuilder().insert().into(Charge).values(row).orIgnore().execute();
      return this.db
        .manager(ctx)
        .createQueryBuilder(Charge, 'c')
        .andWhere('c.organizationId = :organizationId AND c.kind = :kind AND c.reportId = :reportId', row)
        .getOneOrFail();
    });
  }

  /** @throws NotFound */
  async setTrialEnd(ctx: RequestContext, organizationId: OrganizationId, at: Date): Promise<void> {
    const changed = await this.db.query(ctx, `UPDATE organization SET trial_ends_at = $2 WHERE id = $1 RETURNING id`, [organizationId, at]);
    if (!changed.length) throw new NotFound('There is no such organization.');
  }

  /** Asks for a count of the sites of every organization, soon. Asking again while one waits adds none. */
  async requestRecount(ctx: RequestContext): Promise<void> {
    await this.db.transaction(ctx, (ctx) => this.tasks.add(ctx, recountSites, null, { dedupeKey: 'all' }));
  }

  @Handles(recountSites)
  async recount(ctx: RequestContext): Promise<void> {
    for (const { organizationId, teamIds } of await this.identity.teamsByOrganization(ctx)) {
      const counts = await this.sites.counts(ctx, teamIds);
      const taken = await this.sites.seatsTaken(ctx, teamIds);
      const sum = (numbers: Iterable<number>): number => [...numbers].reduce((a, b) => a + b, 0);
      await this.db.query(
        ctx,
        `INSERT INTO site_tally (organization_id, site_count, seats_taken, counted_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (organization_id) DO UPDATE SET site_count = EXCLUDED.site_count, seats_taken = EXCLUDED.seats_taken, counted_at = EXCLUDED.counted_at`,
        [organizationId, sum(Object.values(counts)), sum(taken.values()), this.clock.now()],
      );
    }
  }
}
