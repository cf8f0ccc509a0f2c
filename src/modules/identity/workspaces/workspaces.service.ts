import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { newId, type RequestContext, type WorkspaceId } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';
import type { Slice } from '../../../platform/http/index.js';
import { BillingAccounts } from './billing-accounts.js';
import { WorkspaceNotEmpty, WorkspaceNotFound } from './errors.js';
import { Meters } from './meters.js';
import { METERS } from './organization-tree.js';
import { aboveTeams, WorkspaceAccess } from './workspace-access.js';
import { WorkspaceMember } from './workspace-member.entity.js';
import { type BillingMode, Workspace } from './workspace.entity.js';
import { WorkspacesRepository } from './workspaces.repository.js';

export interface WorkspaceWish {
  readonly name: string;
  readonly description?: string | null;
  readonly billingMode: BillingMode;
}

/** The life of workspaces. Whoever asks must be a person; only members see one. */
@Injectable()
export class WorkspacesService {
  constructor(
    private readonly workspaces: WorkspacesRepository,
    private readonly access: WorkspaceAccess,
    private readonly meters: Meters,
    private readonly billing: BillingAccounts,
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  async list(ctx: RequestContext, slice: Slice): Promise<Workspace[]> {
    return this.workspaces.listOf(aboveTeams(ctx), await this.access.person(ctx), slice);
  }

  /** @throws WorkspaceNotFound */
  async get(ctx: RequestContext, id: WorkspaceId): Promise<Workspace> {
    return (await this.access.read(aboveTeams(ctx), await this.access.person(ctx), id)).workspace;
  }

  /** A workspace whose first owner is whoever asks. */
  async create(ctx: RequestContext, wish: WorkspaceWish): Promise<Workspace> {
    const userId = await this.access.person(ctx);
    const now = this.clock.now();
    return this.db.transaction(aboveTeams(ctx), async (ctx) => {
      const workspace = await this.workspaces.insert(ctx, Workspace, {
        ...{ id: newId<WorkspaceId>(), name: wish.name, description: wish.description ?? null, billingMode: wish.billingMode },
        ...{ pooledSeatLimit: null, archivedAt: null, createdAt: now, updatedAt: now },
      });
      const role = 'owner';
      await this.workspaces.insert(ctx, WorkspaceMember, { workspaceId: workspace.id, userId, role, createdAt: now, updatedAt: now });
      return workspace;
    });
  }

  /** @throws WorkspaceNotFound, WorkspaceRoleMissing, WorkspaceArchived */
  async update(ctx: RequestContext, id: WorkspaceId, wish: Partial<Pick<WorkspaceWish, 'name' | 'description'>>): Promise<Workspace> {
    const userId = await this.access.person(ctx);
    return this.db.transaction(aboveTeams(ctx), async (ctx) => {
      const { workspace } = await this.access.change(ctx, userId, id, 'admin', 'change it');
      const change = { name: workspace.name, description: workspace.description, ...wish, updatedAt: this.clock.now() };
      await this.workspaces.changeWorkspace(ctx, id, change);
      return { ...workspace, ...change };
    });
  }

  /**
   * Freezes a workspace in which nothing is used: from then on nothing in it changes and nobody joins its teams.
   * @throws WorkspaceNotFound, WorkspaceRoleMissing, WorkspaceArchived, WorkspaceNotEmpty
   */
  async archive(ctx: RequestContext, id: WorkspaceId): Promise<void> {
    const userId = await this.access.person(ctx);
    await this.db.transaction(aboveTeams(ctx), async (ctx) => {
      await this.access.change(ctx, userId, id, 'owner', 'archive it', 'archive');
      const nodes = await this.workspaces.nodes(ctx, id);
      const usage = await this.meters.usage(ctx, nodes);
      for (const { id: organization, name } of nodes) {
        const meter = METERS.find((m) => usage.get(organization)![m] > 0);
        if (meter) throw new WorkspaceNotEmpty(`its organization «${name}» still uses ${usage.get(organization)![meter]} ${meter}`);
      }
      if (await this.billing.directory?.hasActiveSubscriptions(ctx, id)) throw new WorkspaceNotEmpty('a subscription is still active');
      const now = this.clock.now();
      await this.workspaces.changeWorkspace(ctx, id, { archivedAt: now, updatedAt: now });
    });
  }

  /**
   * Sets how many sites all organizations of a pooled workspace may have together: what billing has sold. Waits for
   * adoptions under way and holds for those that follow.
   * @param limit null for no limit
   * @throws WorkspaceNotFound, Error for a workspace in another mode
   */
  async setPooledSeatLimit(ctx: RequestContext, id: WorkspaceId, limit: number | null): Promise<void> {
    await this.db.transaction(ctx, async (ctx) => {
      await this.workspaces.lock(ctx, id, 'archive');
      const workspace = await this.workspaces.find(ctx, id);
      if (!workspace) throw new WorkspaceNotFound();
      if (workspace.billingMode !== 'pooled')
        throw new Error(`Workspace ${id} has no pooled seats: its billing mode is ${workspace.billingMode}.`);
      await this.workspaces.changeWorkspace(ctx, id, { pooledSeatLimit: limit, updatedAt: this.clock.now() });
    });
  }
}
