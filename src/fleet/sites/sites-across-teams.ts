import { Injectable } from '@nestjs/common';
import type { RequestContext, SiteId, TeamId, UserId } from '../../platform/context/index.js';
import { AcrossTeams, Database } from '../../platform/database/index.js';
import { Site } from './site.entity.js';

export interface SiteOwner {
  readonly teamId: TeamId;
  readonly beingDeleted: boolean;
}

/** What other services and sweeps ask of sites of every team. */
@Injectable()
export class SitesAcrossTeams extends AcrossTeams<Site> {
  constructor(db: Database) {
    super(db, Site);
  }

  /** Ids of a customer's sites, or of everybody's. A customer is a team. */
  async idsOf(ctx: RequestContext, teamId?: TeamId): Promise<SiteId[]> {
    const query = this.all(ctx).select(['e.id']).andWhere('e.deletionRequestedAt IS NULL').orderBy('e.createdAt').addOrderBy('e.id');
    if (teamId !== undefined) query.andWhere('e.teamId = :teamId', { teamId });
    return (await query.getMany()).map((s) => s.id);
  }

  async ownersOf(ctx: RequestContext, ids: readonly SiteId[]): Promise<Map<SiteId, SiteOwner>> {
    const rows = await this.db.query<SiteOwner & { id: SiteId }>(
      this.checked(ctx),
      `SELECT id, team_id AS "teamId", deletion_requested_at IS NOT NULL AS "beingDeleted" FROM site WHERE id = ANY($1::uuid[])`,
      [ids],
    );
    return new Map(rows.map(({ id, ...owner }) => [id, owner]));
  }

  livingAfter(ctx: RequestContext, after: SiteId | undefined, count: number): Promise<{ id: SiteId; teamId: TeamId }[]> {
    return this.db.query(
      this.checked(ctx),
      `SELECT id, team_id AS "teamId" FROM site WHERE deletion_requested_at IS NULL AND ($1::uuid IS NULL OR id > $1) ORDER BY id LIMIT $2`,
      [after ?? null, count],
    );
  }

  async onlineIds(ctx: RequestContext): Promise<SiteId[]> {
    const rows = await this.db.query<{ id: SiteId }>(
      this.checked(ctx),
      `SELECT p.site_id AS id FROM site_pulse p JOIN site s ON s.id = p.site_id WHERE p.has_pulse AND s.deletion_requested_at IS NULL ORDER BY p.site_id`,
    );
    return rows.map((r) => r.id);
  }

  onlineInSlots(ctx: RequestContext, slots: readonly number[], of: number): Promise<{ id: SiteId; teamId: TeamId }[]> {
    return this.db.query(
      this.checked(ctx),
      `SELECT s.id, s.team_id AS "teamId" FROM site s JOIN site_pulse p ON p.site_id = s.id
       WHERE p.has_pulse AND s.deletion_requested_at IS NULL AND ('x' || left(md5(s.id::text), 8))::bit(32)::bigint % $2 = ANY($1::bigint[])
       ORDER BY s.id`,
      [slots, of],
    );
  }

  /** Number of sites of each team; teams without sites count 0. */
  async counts(ctx: RequestContext, teamIds: readonly TeamId[]): Promise<Record<string, number>> {
    const rows = await this.db.query<{ teamId: TeamId; count: string }>(
      this.checked(ctx),
      `SELECT team_id AS "teamId", count(*) FROM site WHERE team_id = ANY($1) AND deletion_requested_at IS NULL GROUP BY team_id`,
      [teamIds],
    );
    const known = new Map(rows.map((r) => [r.teamId, Number(r.count)]));
    return Object.fromEntries(teamIds.map((id) => [id, known.get(id) ?? 0]));
  }

  /** Sites of each team that take a seat: adopted ones, until their record is gone. Teams without one are left out. */
  async seatsTaken(ctx: RequestContext, teamIds: readonly TeamId[]): Promise<Map<TeamId, number>> {
    const rows = await this.db.query<{ teamId: TeamId; count: number }>(
      this.checked(ctx),
      `SELECT team_id AS "teamId", count(*)::int AS count FROM site WHERE team_id = ANY($1) AND hardware_hash IS NOT NULL GROUP BY team_id`,
      [teamIds],
    );
    return new Map(rows.map((r) => [r.teamId, r.count]));
  }

  async forgetVisits(ctx: RequestContext, userId: UserId): Promise<void> {
    await this.db.query(this.checked(ctx), `DELETE FROM site_visit WHERE user_id = $1 RETURNING site_id`, [userId]);
  }

  find(ctx: RequestContext, id: SiteId): Promise<Site | null> {
    return this.all(ctx).andWhere('e.id = :id', { id }).getOne();
  }

  /** Sites whose grace period has ended. */
  overdue(ctx: RequestContext, now: Date, count: number): Promise<Site[]> {
    return this.all(ctx).andWhere('e.removalDueAt <= :now', { now }).orderBy('e.removalDueAt').limit(count).getMany();
  }

  /** Deletes the record and everything that hangs on it. Answers false when it was gone already. */
  async erase(ctx: RequestContext, id: SiteId): Promise<boolean> {
    return (await this.db.query(this.checked(ctx), `DELETE FROM site WHERE id = $1 RETURNING id`, [id])).length === 1;
  }
}
