import { Injectable } from '@nestjs/common';
import type { RequestContext, SiteId, UserId } from '../../platform/context/index.js';
import { Database, TeamRepository } from '../../platform/database/index.js';
import type { Slice } from '../../platform/http/index.js';
import { SitePulse } from '../pulse/site-pulse.entity.js';
import { Site } from './site.entity.js';

/** A site with what its last heartbeat said. */
export interface SiteWithPulse extends Site {
  readonly hasPulse: boolean;
  readonly lastSeenAt: Date | null;
  readonly lastSeenFrom: string | null;
  readonly uptimeSeconds: number | null;
}

export interface VisitedSite extends SiteWithPulse {
  readonly accessedAt: Date;
}

/** Times leave as PostgreSQL writes them in JSON, RFC 3339 with offset: formatting fifty of them doubled the statement's time. */
const MINIMAL = `SELECT s.id, s.pid, s.name, COALESCE(p.has_pulse, false) AS has_pulse, s.software_version, s.software_id, s.serial_number, s.created_at
  FROM site s LEFT JOIN site_pulse p ON p.site_id = s.id WHERE s.team_id = $1 AND s.deletion_requested_at IS NULL ORDER BY s.created_at, s.id LIMIT $2 OFFSET $3`;

const PULSE = `p.has_pulse AS "hasPulse", p.last_seen_at AS "lastSeenAt", p.last_seen_from AS "lastSeenFrom", p.uptime_seconds AS "uptimeSeconds"`;

type RawPulse = { hasPulse: boolean | null; lastSeenAt: Date | null; lastSeenFrom: string | null; uptimeSeconds: string | null };

@Injectable()
export class SitesRepository extends TeamRepository<Site> {
  constructor(db: Database) {
    super(db, Site);
  }

  /** Sites of the team that are not being deleted, oldest first. */
  async list(ctx: RequestContext, { limit, offset }: Slice): Promise<SiteWithPulse[]> {
    const query = this.withPulse(ctx)
      .andWhere('e.deletionRequestedAt IS NULL')
      .orderBy('e.createdAt')
      .addOrderBy('e.id')
      .limit(limit)
      .offset(offset);
    return merge(await query.getRawAndEntities<RawPulse>());
  }

  /** One site, also while it is being deleted. */
  async find(ctx: RequestContext, id: SiteId): Promise<SiteWithPulse | undefined> {
    return merge(await this.withPulse(ctx).andWhere('e.id = :id', { id }).getRawAndEntities<RawPulse>())[0];
  }

  /** Whether the team has this site, also while it is being deleted. */
  async has(ctx: RequestContext, id: SiteId): Promise<boolean> {
    return (await this.db.query(ctx, `SELECT FROM site WHERE team_id = $1 AND id = $2`, [ctx.requireTeam(), id])).length > 0;
  }

  /** Ids of sites as lists show them, oldest first; of these only, when some are given. */
  async ids(ctx: RequestContext, among?: readonly SiteId[]): Promise<SiteId[]> {
    const rows = await this.db.query<{ id: SiteId }>(
      ctx,
      `SELECT id FROM site WHERE team_id = $1 AND deletion_requested_at IS NULL AND ($2::uuid[] IS NULL OR id = ANY($2)) ORDER BY created_at, id`,
      [ctx.requireTeam(), among ?? null],
    );
    return rows.map(({ id }) => id);
  }

  countRecords(ctx: RequestContext): Promise<number> {
    return this.rows(ctx).getCount();
  }

  /** The short list as JSON text: pickers ask for it all the time. */
  minimal(ctx: RequestContext, { limit, offset }: Slice): Promise<string> {
    return this.db.jsonList(ctx, 'sites-minimal', MINIMAL, [ctx.requireTeam(), limit, offset]);
  }

  /** The sites a person opened last, newest first. */
  async recent(ctx: RequestContext, userId: UserId, count: number): Promise<VisitedSite[]> {
    const { raw, entities } = await this.withPulse(ctx)
      .innerJoin('site_visit', 'v', 'v.site_id = e.id AND v.user_id = :userId', { userId })
      .addSelect('v.accessed_at', 'accessedAt')
      .andWhere('e.deletionRequestedAt IS NULL')
      .orderBy('v.accessed_at', 'DESC')
      .limit(count)
      .getRawAndEntities<RawPulse & { accessedAt: Date }>();
    return merge({ raw, entities }).map((site, i) => ({ ...site, accessedAt: raw[i]!.accessedAt }));
  }

  async recordVisit(ctx: RequestContext, userId: UserId, siteId: SiteId, at: Date): Promise<void> {
    await this.db.query(
      ctx,
      `INSERT INTO site_visit (user_id, site_id, team_id, accessed_at) VALUES ($1, $2, $3, $4) ON CONFLICT (user_id, site_id) DO UPDATE SET accessed_at = EXCLUDED.accessed_at`,
      [userId, siteId, ctx.requireTeam(), at],
    );
  }

  /** Adds a site and the row for its heartbeats. */
  async create(ctx: RequestContext, site: Site): Promise<void> {
    await this.insert(ctx, site);
    await this.db
      .manager(ctx)
      .createQueryBuilder()
      .insert()
      .into(SitePulse)
      .values({ siteId: site.id, teamId: site.teamId, hasPulse: false, hourBeats: 0 })
      .execute();
  }

  findByHardware(ctx: RequestContext, hardwareHash: string): Promise<Site | null> {
    return this.rows(ctx).andWhere('e.hardwareHash = :hardwareHash AND e.deletionRequestedAt IS NULL', { hardwareHash }).getOne();
  }

  private withPulse(ctx: RequestContext): ReturnType<TeamRepository<Site>['rows']> {
    return this.rows(ctx).leftJoin('site_pulse', 'p', 'p.site_id = e.id').addSelect(PULSE);
  }
}

function merge<R extends RawPulse>({ raw, entities }: { raw: R[]; entities: Site[] }): SiteWithPulse[] {
  return entities.map((site, i) => {
    const { hasPulse, lastSeenAt, lastSeenFrom, uptimeSeconds } = raw[i]!;
    return {
      ...site,
      hasPulse: hasPulse ?? false,
      lastSeenAt,
      lastSeenFrom,
      uptimeSeconds: uptimeSeconds === null ? null : Number(uptimeSeconds),
    };
  });
}
