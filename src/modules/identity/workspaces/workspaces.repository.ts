import { Injectable } from '@nestjs/common';
import type { OrganizationId, RequestContext, UserId, WorkspaceId } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';
import type { Slice } from '../../../platform/http/index.js';
import { Organization } from './organization.entity.js';
import { User } from '../accounts/user.entity.js';
import { OrganizationPicture } from './organization-picture.entity.js';
import type { TreeNode } from './organization-tree.js';
import { organizationPublicId } from './public-ids.js';
import { WorkspaceMember } from './workspace-member.entity.js';
import { Workspace } from './workspace.entity.js';

/**
 * What a lock on a workspace keeps out until the transaction ends: `change` other changes of its structure, `archive`
 * also those who take seats in it.
 */
export type WorkspaceLock = 'change' | 'archive';
const LOCKS: Record<WorkspaceLock, string> = { change: 'FOR NO KEY UPDATE', archive: 'FOR UPDATE' };

/** Rows of workspaces and what hangs on them. Shared tables: whoever calls has asked WorkspaceAccess. */
@Injectable()
export class WorkspacesRepository {
  constructor(private readonly db: Database) {}

  /** Holds the workspace's row until the transaction ends. What is read after it is as the one before left it. */
  async lock(ctx: RequestContext, id: WorkspaceId, lock: WorkspaceLock): Promise<void> {
    await this.db.query(ctx, `SELECT FROM workspace WHERE id = $1 ${LOCKS[lock]}`, [id]);
  }

  find(ctx: RequestContext, id: WorkspaceId): Promise<Workspace | null> {
    return this.db.manager(ctx).createQueryBuilder(Workspace, 'w').andWhere('w.id = :id', { id }).getOne();
  }

  /** Workspaces of a person, oldest first. */
  listOf(ctx: RequestContext, userId: UserId, { limit, offset }: Slice): Promise<Workspace[]> {
    return this.db
      .manager(ctx)
      .createQueryBuilder(Workspace, 'w')
      .innerJoin(WorkspaceMember, 'm', 'm.workspaceId = w.id AND m.userId = :userId', { userId })
      .orderBy('w.createdAt')
      .addOrderBy('w.id')
      .limit(limit)
      .offset(offset)
      .getMany();
  }

  member(ctx: RequestContext, workspaceId: WorkspaceId, userId: UserId): Promise<WorkspaceMember | null> {
    return this.members(ctx, workspaceId).andWhere('m.userId = :userId', { userId }).getOne();
  }

  /** Members of a workspace, the longest ones first. */
  listMembers(ctx: RequestContext, workspaceId: WorkspaceId, { limit, offset }: Slice): Promise<WorkspaceMember[]> {
    return this.members(ctx, workspaceId).orderBy('m.createdAt').addOrderBy('m.userId').limit(limit).offset(offset).getMany();
  }

  async countMembers(ctx: RequestContext, workspaceId: WorkspaceId): Promise<{ all: number; owners: number }> {
    const [row] = await this.db.query<{ all: number; owners: number }>(
      ctx,
      `SELECT count(*)::int AS all, count(*) FILTER (WHERE role = 'owner')::int AS owners FROM workspace_member WHERE workspace_id = $1`,
      [workspaceId],
    );
    return row!;
  }

  async removeMember(ctx: RequestContext, workspaceId: WorkspaceId, userId: UserId): Promise<void> {
    await this.db.query(ctx, `DELETE FROM workspace_member WHERE workspace_id = $1 AND user_id = $2`, [workspaceId, userId]);
  }

  user(ctx: RequestContext, id: UserId): Promise<User | null> {
    return this.db.manager(ctx).createQueryBuilder(User, 'u').andWhere('u.id = :id', { id }).getOne();
  }

  /** Whether an API credential was limited to some scopes. */
  async isLimited(ctx: RequestContext, credentialId: string): Promise<boolean> {
    return (await this.db.query(ctx, `SELECT FROM api_credential WHERE id = $1 AND scopes IS NOT NULL`, [credentialId])).length > 0;
  }

  /** Every organization of a workspace with its teams, siblings in the order of their making. */
  nodes(ctx: RequestContext, workspaceId: WorkspaceId): Promise<TreeNode[]> {
    return this.db.query<TreeNode>(
      ctx,
      `SELECT o.id, o.parent_id AS "parentId", o.name, o.limits, ARRAY(SELECT t.id FROM team t WHERE t.organization_id = o.id) AS "teamIds"
       FROM organization o WHERE o.workspace_id = $1 ORDER BY o.created_at, o.id`,
      [workspaceId],
    );
  }

  findOrganization(ctx: RequestContext, workspaceId: WorkspaceId, id: OrganizationId): Promise<Organization | null> {
    return this.organizations(ctx, workspaceId).andWhere('o.id = :id', { id }).getOne();
  }

  /** Organizations of a workspace, or of those below `above`: level by level from the top, each oldest first. */
  listOrganizations(
    ctx: RequestContext,
    workspaceId: WorkspaceId,
    { limit, offset }: Slice,
    above?: Organization,
  ): Promise<Organization[]> {
    const query = this.organizations(ctx, workspaceId)
      .orderBy('o.depth')
      .addOrderBy('o.createdAt')
      .addOrderBy('o.id')
      .limit(limit)
      .offset(offset);
    if (above) query.andWhere(`(o.path = :path OR starts_with(o.path, :path || '#'))`, { path: pathBelow(above) });
    return query.getMany();
  }

  /** Holds these organizations until the transaction ends: no team and no child comes to them. */
  async lockOrganizations(ctx: RequestContext, ids: readonly OrganizationId[]): Promise<void> {
    await this.db.query(ctx, `SELECT FROM organization WHERE id = ANY($1) ORDER BY depth, id FOR UPDATE`, [ids]);
  }

  async removeOrganizations(ctx: RequestContext, ids: readonly OrganizationId[]): Promise<void> {
    await this.db.query(ctx, `DELETE FROM organization WHERE id = ANY($1)`, [ids]);
  }

  picture(ctx: RequestContext, organizationId: OrganizationId): Promise<OrganizationPicture | null> {
    return this.db
      .manager(ctx)
      .createQueryBuilder(OrganizationPicture, 'p')
      .andWhere('p.organizationId = :organizationId', { organizationId })
      .getOne();
  }

  async insert<E extends object>(ctx: RequestContext, entity: new () => E, row: E): Promise<E> {
    await this.db.manager(ctx).createQueryBuilder().insert().into(entity).values(row).execute();
    return row;
  }

  async changeWorkspace(ctx: RequestContext, id: WorkspaceId, values: Partial<Workspace>): Promise<void> {
    await this.db.manager(ctx).createQueryBuilder().update(Workspace).set(values).andWhere('id = :id', { id }).execute();
  }

  async changeMember(ctx: RequestContext, workspaceId: WorkspaceId, userId: UserId, values: Partial<WorkspaceMember>): Promise<void> {
    const query = this.db.manager(ctx).createQueryBuilder().update(WorkspaceMember).set(values);
    await query.andWhere('workspace_id = :workspaceId AND user_id = :userId', { workspaceId, userId }).execute();
  }

  async changeOrganization(ctx: RequestContext, id: OrganizationId, values: Partial<Organization>): Promise<void> {
    await this.db.manager(ctx).createQueryBuilder().update(Organization).set(values).andWhere('id = :id', { id }).execute();
  }

  async removePicture(ctx: RequestContext, organizationId: OrganizationId): Promise<void> {
    await this.db.query(ctx, `DELETE FROM organization_picture WHERE organization_id = $1`, [organizationId]);
  }

  private members(ctx: RequestContext, workspaceId: WorkspaceId) {
    return this.db.manager(ctx).createQueryBuilder(WorkspaceMember, 'm').andWhere('m.workspaceId = :workspaceId', { workspaceId });
  }

  private organizations(ctx: RequestContext, workspaceId: WorkspaceId) {
    return this.db.manager(ctx).createQueryBuilder(Organization, 'o').andWhere('o.workspaceId = :workspaceId', { workspaceId });
  }
}

/** The path of the children of an organization. */
export const pathBelow = ({ path, id }: Pick<Organization, 'path' | 'id'>): string =>
  path === null ? organizationPublicId(id) : `${path}#${organizationPublicId(id)}`;
