import { Injectable } from '@nestjs/common';
import type { JobId, RequestContext, SiteId, TeamId } from '../../../platform/context/index.js';
import { AcrossTeams, Database, TeamRepository } from '../../../platform/database/index.js';
import { Opening, type OpeningKind } from './opening.entity.js';
import type { ForwardCounts } from './tcp-forward.js';

@Injectable()
export class OpeningsRepository extends TeamRepository<Opening> {
  constructor(db: Database) {
    super(db, Opening);
  }

  /** Those that neither expired nor were revoked, newest first. */
  live(ctx: RequestContext, siteId: SiteId, kinds: readonly OpeningKind[], now: Date, limit: number): Promise<Opening[]> {
    return this.rows(ctx)
      .andWhere('e.siteId = :siteId AND e.kind IN (:...kinds) AND e.endedAt IS NULL AND e.expiresAt > :now', { siteId, kinds, now })
      .orderBy('e.createdAt', 'DESC')
      .addOrderBy('e.id', 'DESC')
      .limit(limit)
      .getMany();
  }

  find(ctx: RequestContext, siteId: SiteId, kinds: readonly OpeningKind[], id: string): Promise<Opening | null> {
    return this.rows(ctx).andWhere('e.siteId = :siteId AND e.kind IN (:...kinds) AND e.id = :id', { siteId, kinds, id }).getOne();
  }

  /** Openings of a site are made one after the other until the context's transaction ends, so that their number can be counted. */
  async lockSite(ctx: RequestContext, siteId: SiteId): Promise<void> {
    await this.db.query(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('transient ' || $1, 0))`, [siteId]);
  }

  /** What the router said of an installation. */
  async installed(ctx: RequestContext, job: JobId, side: 'ready' | 'failed', error: string | null): Promise<void> {
    await this.db.query(
      ctx,
      `UPDATE transient_opening SET router_side = $3, router_error = $4 WHERE install_job_id = $1 AND team_id = $2 AND router_side = 'queued'`,
      [job, ctx.requireTeam(), side, error],
    );
  }

  /** What the router said of a removal: all is gone, or somebody looks again at `lookAt`. */
  async removed(ctx: RequestContext, job: JobId, lookAt: Date | null): Promise<void> {
    await this.db.query(
      ctx,
      `UPDATE transient_opening SET router_side = CASE WHEN $3::timestamptz IS NULL THEN 'clean' ELSE router_side END, look_at = COALESCE($3, look_at)
       WHERE removal_job_id = $1 AND team_id = $2 AND router_side = 'removing'`,
      [job, ctx.requireTeam(), lookAt],
    );
  }

  /** Whether an opening waits for this job, and for what. */
  async waitingFor(ctx: RequestContext, job: JobId): Promise<{ removals: number; isRemoval: boolean } | undefined> {
    const [row] = await this.db.query<{ removals: number; isRemoval: boolean }>(
      ctx,
      `SELECT removals, router_side = 'removing' AS "isRemoval" FROM transient_opening WHERE team_id = $2
         AND (install_job_id = $1 AND router_side = 'queued' OR removal_job_id = $1 AND router_side = 'removing')`,
      [job, ctx.requireTeam()],
    );
    return row;
  }

  /** One row, held until the transaction ends. */
  lock(ctx: RequestContext, id: string): Promise<Opening | null> {
    return this.rows(ctx).andWhere('e.id = :id', { id }).setLock('pessimistic_write').getOne();
  }
}

/** Openings as servers and sweeps see them. */
@Injectable()
export class OpeningsAcrossTeams extends AcrossTeams<Opening> {
  constructor(db: Database) {
    super(db, Opening);
  }

  /** Those that this server has to listen for. */
  ofServer(ctx: RequestContext, serverId: string, now: Date): Promise<Opening[]> {
    return this.all(ctx).andWhere('e.serverId = :serverId AND e.endedAt IS NULL AND e.expiresAt > :now', { serverId, now }).getMany();
  }

  /** Those whose time is over and of which nobody has said so yet. */
  expired(ctx: RequestContext, now: Date, limit: number): Promise<Opening[]> {
    return this.all(ctx).andWhere('e.endedAt IS NULL AND e.expiresAt <= :now', { now }).orderBy('e.expiresAt').limit(limit).getMany();
  }

  /** Live ones, of one site or of all. */
  live(ctx: RequestContext, now: Date, siteId?: SiteId): Promise<Opening[]> {
    const query = this.all(ctx).andWhere('e.endedAt IS NULL AND e.expiresAt > :now', { now });
    return (siteId ? query.andWhere('e.siteId = :siteId', { siteId }) : query).getMany();
  }

  /** Those whose job on the router somebody should look after. */
  due(ctx: RequestContext, now: Date, limit: number): Promise<Opening[]> {
    return this.all(ctx)
      .andWhere(`e.routerSide IN ('queued', 'removing') AND e.lookAt <= :now`, { now })
      .orderBy('e.lookAt')
      .limit(limit)
      .getMany();
  }

  /** Adds what was counted since the last time. Answers false when the opening is gone with its site. */
  async count(ctx: RequestContext, id: string, { connections, refused, bytesIn, bytesOut }: ForwardCounts): Promise<boolean> {
    const rows = await this.db.query(
      this.checked(ctx),
      `UPDATE transient_opening SET connections = connections + $2, refused = refused + $3, bytes_in = bytes_in + $4, bytes_out = bytes_out + $5
       WHERE id = $1 RETURNING id`,
      [id, connections, refused, bytesIn, bytesOut],
    );
    return rows.length === 1;
  }

  /**
   * Ended ones whose numbers nobody has told yet; from here on they are told. With `id` that one alone, whether or not
   * its end has been written.
   */
  async takeUnreported(ctx: RequestContext, now: Date, which: { id: string } | { endedBefore: Date }): Promise<EndedOpening[]> {
    const rows = await this.db.query<EndedOpening>(
      this.checked(ctx),
      `UPDATE transient_opening SET reported_at = $1 WHERE reported_at IS NULL AND ${'id' in which ? 'id = $2' : 'ended_at <= $2'}
       RETURNING id, team_id AS "teamId", site_id AS "siteId", kind, server_id AS "serverId", port, label, revoked_early AS "revokedEarly",
         connections, refused, bytes_in AS "bytesIn", bytes_out AS "bytesOut"`,
      [now, 'id' in which ? which.id : which.endedBefore],
    );
    return rows;
  }

  /** Another port or server for one that is live. Answers false when it ended meanwhile or the port is taken. */
  async move(ctx: RequestContext, id: string, to: { serverId: string; entryPoint: string; port: number }): Promise<boolean> {
    const rows = await this.db.query(
      this.checked(ctx),
      `UPDATE transient_opening o SET server_id = $2, entry_point = $3, port = $4, listened_at = NULL WHERE id = $1 AND ended_at IS NULL
         AND NOT EXISTS (SELECT FROM transient_opening p WHERE p.server_id = $2 AND p.port = $4 AND p.ended_at IS NULL AND p.id <> o.id) RETURNING id`,
      [id, to.serverId, to.entryPoint, to.port],
    );
    return rows.length === 1;
  }

  /** This server listens, and people reach it by this name. */
  async listening(ctx: RequestContext, id: string, entryPoint: string, at: Date): Promise<void> {
    await this.db.query(
      this.checked(ctx),
      `UPDATE transient_opening SET entry_point = $2, listened_at = COALESCE(listened_at, $3) WHERE id = $1`,
      [id, entryPoint, at],
    );
  }

  async portsTaken(ctx: RequestContext, serverId: string): Promise<ReadonlySet<number>> {
    const rows = await this.db.query<{ port: number }>(
      this.checked(ctx),
      `SELECT port FROM transient_opening WHERE server_id = $1 AND ended_at IS NULL`,
      [serverId],
    );
    return new Set(rows.map((row) => row.port));
  }

  async removeOld(ctx: RequestContext, before: Date): Promise<void> {
    await this.db.query(
      this.checked(ctx),
      `DELETE FROM transient_opening WHERE ended_at < $1 AND reported_at IS NOT NULL AND router_side = 'clean'`,
      [before],
    );
  }
}

export interface EndedOpening {
  readonly id: string;
  readonly teamId: TeamId;
  readonly siteId: SiteId;
  readonly kind: OpeningKind;
  readonly serverId: string;
  readonly port: number;
  readonly label: string;
  readonly revokedEarly: boolean;
  readonly connections: string;
  readonly refused: string;
  readonly bytesIn: string;
  readonly bytesOut: string;
}
