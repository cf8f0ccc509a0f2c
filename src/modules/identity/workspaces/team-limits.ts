import { Injectable } from '@nestjs/common';
import type { OrganizationId, RequestContext, TeamId, UserId, WorkspaceId } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';
import { NotFound } from '../../../platform/errors/index.js';
import { OrganizationLimitReached, WorkspaceArchived } from './errors.js';
import { Meters } from './meters.js';
import { type HeldLimit, type Meter, OrganizationTree } from './organization-tree.js';
import { WorkspacesRepository } from './workspaces.repository.js';

interface TeamPlace {
  readonly organizationId: OrganizationId;
  readonly workspaceId: WorkspaceId;
  /** The top-level organization above the team. */
  readonly top: OrganizationId;
  readonly siteLimit: number;
  readonly archived: boolean;
  readonly pooledSeats: number | null;
  readonly workspaceName: string;
  /** Whether the organization or one above it limits the meter. */
  readonly limited: boolean;
}

/** Limits that hold for a team, held still until the transaction ends. */
export interface HeldLimits {
  readonly organizationId: OrganizationId;
  /** The team's own limit of sites; 0 for none. */
  readonly siteLimit: number;
  /** From the nearest to the workspace's; empty when nothing limits the meter. */
  readonly limits: readonly HeldLimit[];
  readonly tree: OrganizationTree;
}

/**
 * The limits above a team, for those who add to a meter. Two who add under one limit must not both take the last place:
 * everybody who adds below a limited organization holds the top-level organization's row (in a workspace with pooled
 * seats the workspace's), one lock for the whole tree, until the transaction ends. What is limited nowhere takes no such
 * lock. A shared lock on the workspace keeps it from being archived meanwhile.
 */
@Injectable()
export class TeamLimits {
  constructor(
    private readonly workspaces: WorkspacesRepository,
    private readonly meters: Meters,
    private readonly db: Database,
  ) {}

  /**
   * @param ctx in the transaction that adds
   * @returns undefined for an unknown team
   * @throws WorkspaceArchived
   */
  async hold(ctx: RequestContext, teamId: TeamId, meter: Meter): Promise<HeldLimits | undefined> {
    const place = await this.place(ctx, teamId, meter);
    if (!place) return undefined;
    const { organizationId, siteLimit, workspaceId, workspaceName } = place;
    if (place.archived) throw new WorkspaceArchived();
    const pooled = meter === 'locations' ? place.pooledSeats : null;
    const ownLimit = meter === 'locations' && siteLimit > 0;
    if (!place.limited && pooled === null && !ownLimit) return { organizationId, siteLimit, limits: [], tree: new OrganizationTree([]) };
    if (pooled === null) await this.db.query(ctx, `SELECT FROM organization WHERE id = $1 FOR NO KEY UPDATE`, [place.top]);
    else await this.workspaces.lock(ctx, workspaceId, 'change');
    // Read again under the lock: a team or limit that came while we waited counts.
    const pool = { name: workspaceName, limits: pooled === null ? {} : { locations: pooled } };
    const tree = new OrganizationTree(await this.workspaces.nodes(ctx, workspaceId), pool);
    return { organizationId, siteLimit, limits: tree.limitsOn(organizationId, meter), tree };
  }

  /**
   * Refuses when one more person in a team would exceed the `users` limit of its organization, of one above it. Ask it in
   * the transaction that adds the membership, before the membership is written: the place stays free until that ends.
   * @param ctx in a transaction; of any team or none
   * @param userId who is to be added; a person who is in another team of the same organization counts already
   * @throws NotFound for an unknown team, OrganizationLimitReached (409), WorkspaceArchived (409)
   */
  async assertRoomForUser(ctx: RequestContext, teamId: TeamId, userId?: UserId): Promise<void> {
    const held = await this.hold(ctx, teamId, 'users');
    if (!held) throw new NotFound('There is no such team.');
    const { limits, tree, organizationId } = held;
    if (!limits.length || (userId && (await this.counts(ctx, organizationId, userId)))) return;
    const users = await this.meters.users(ctx, tree.subtree(null));
    for (const { limit, name, top } of limits) {
      const used = tree.subtree(top).reduce((sum, o) => sum + (users.get(o.id) ?? 0), 0);
      if (used >= limit) throw new OrganizationLimitReached('users', limit, name);
    }
  }

  private async counts(ctx: RequestContext, organizationId: OrganizationId, userId: UserId): Promise<boolean> {
    const rows = await this.db.query(ctx, `SELECT FROM organization_users($1) WHERE user_id = $2`, [[organizationId], userId]);
    return rows.length > 0;
  }

  private async place(ctx: RequestContext, teamId: TeamId, meter: Meter): Promise<TeamPlace | undefined> {
    const [place] = await this.db.query<TeamPlace>(
      ctx,
      `WITH RECURSIVE chain AS (
         SELECT o.id, o.parent_id, o.limits FROM team t JOIN organization o ON o.id = t.organization_id WHERE t.id = $1
         UNION ALL
         SELECT p.id, p.parent_id, p.limits FROM organization p JOIN chain c ON p.id = c.parent_id
       )
       SELECT t.organization_id AS "organizationId", t.site_limit AS "siteLimit", w.id AS "workspaceId", w.name AS "workspaceName",
         w.archived_at IS NOT NULL AS archived, w.pooled_seat_limit AS "pooledSeats",
         (SELECT id FROM chain WHERE parent_id IS NULL) AS top,
         EXISTS (SELECT FROM chain WHERE limits ->> $2 IS NOT NULL) AS limited
       FROM team t JOIN organization o ON o.id = t.organization_id JOIN workspace w ON w.id = o.workspace_id
       WHERE t.id = $1 FOR KEY SHARE OF w`,
      [teamId, meter],
    );
    return place;
  }
}
