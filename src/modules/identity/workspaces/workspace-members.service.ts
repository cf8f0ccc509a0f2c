import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { isUuid, type RequestContext, type UserId, type WorkspaceId } from '../../../platform/context/index.js';
import { Database } from '../../../platform/database/index.js';
import { ValidationFailed } from '../../../platform/errors/index.js';
import type { Slice } from '../../../platform/http/index.js';
import { AlreadyWorkspaceMember, CannotRemoveLastOwner, WorkspaceFull, WorkspaceMemberNotFound, WorkspaceRoleMissing } from './errors.js';
import { aboveTeams, type Standing, WorkspaceAccess } from './workspace-access.js';
import { WorkspaceMember, type WorkspaceRole } from './workspace-member.entity.js';
import { WorkspacesRepository } from './workspaces.repository.js';

const MOST_MEMBERS = 100;

/** Who runs a workspace. Owners are made and unmade by owners, and there is always one. */
@Injectable()
export class WorkspaceMembersService {
  constructor(
    private readonly workspaces: WorkspacesRepository,
    private readonly access: WorkspaceAccess,
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** @throws WorkspaceNotFound */
  async list(ctx: RequestContext, workspaceId: WorkspaceId, slice: Slice): Promise<WorkspaceMember[]> {
    const above = aboveTeams(ctx);
    await this.access.read(above, await this.access.person(ctx), workspaceId);
    return this.workspaces.listMembers(above, workspaceId, slice);
  }

  /**
   * @param user id of a user who may sign in; anything else is a field error
   * @throws WorkspaceNotFound, WorkspaceRoleMissing, WorkspaceArchived, ValidationFailed, AlreadyWorkspaceMember, WorkspaceFull
   */
  async add(ctx: RequestContext, workspaceId: WorkspaceId, user: string, role: WorkspaceRole): Promise<WorkspaceMember> {
    const person = await this.access.person(ctx);
    return this.db.transaction(aboveTeams(ctx), async (ctx) => {
      const standing = await this.access.change(ctx, person, workspaceId, 'admin', 'add members');
      if (role === 'owner') this.requireOwner(standing);
      const userId = await this.signIn(ctx, user);
      if (await this.workspaces.member(ctx, workspaceId, userId)) throw new AlreadyWorkspaceMember();
      if ((await this.workspaces.countMembers(ctx, workspaceId)).all >= MOST_MEMBERS) throw new WorkspaceFull(MOST_MEMBERS, 'members');
      const now = this.clock.now();
      return this.workspaces.insert(ctx, WorkspaceMember, { workspaceId, userId, role, createdAt: now, updatedAt: now });
    });
  }

  /** @throws WorkspaceNotFound, WorkspaceMemberNotFound, WorkspaceRoleMissing, WorkspaceArchived, CannotRemoveLastOwner */
  async setRole(ctx: RequestContext, workspaceId: WorkspaceId, memberId: string, role: WorkspaceRole): Promise<WorkspaceMember> {
    const person = await this.access.person(ctx);
    return this.db.transaction(aboveTeams(ctx), async (ctx) => {
      const standing = await this.access.change(ctx, person, workspaceId, 'admin', 'change roles');
      const member = await this.find(ctx, workspaceId, memberId);
      if (role === 'owner' || member.role === 'owner') this.requireOwner(standing);
      if (member.role === role) return member;
      if (member.role === 'owner') await this.refuseLastOwner(ctx, workspaceId);
      const change = { role, updatedAt: this.clock.now() };
      await this.workspaces.changeMember(ctx, workspaceId, member.userId, change);
      return { ...member, ...change };
    });
  }

  /**
   * Takes somebody out; everybody may take themselves out.
   * @throws WorkspaceNotFound, WorkspaceMemberNotFound, WorkspaceRoleMissing, WorkspaceArchived, CannotRemoveLastOwner
   */
  async remove(ctx: RequestContext, workspaceId: WorkspaceId, memberId: string): Promise<void> {
    const person = await this.access.person(ctx);
    const leaves = memberId.toLowerCase() === person;
    await this.db.transaction(aboveTeams(ctx), async (ctx) => {
      const standing = await this.access.change(ctx, person, workspaceId, leaves ? 'viewer' : 'admin', 'remove members');
      const member = await this.find(ctx, workspaceId, memberId);
      if (member.role === 'owner') {
        this.requireOwner(standing);
        await this.refuseLastOwner(ctx, workspaceId);
      }
      await this.workspaces.removeMember(ctx, workspaceId, member.userId);
    });
  }

  private requireOwner({ role }: Standing): void {
    if (role !== 'owner') throw new WorkspaceRoleMissing('owner', 'make or unmake owners');
  }

  private async refuseLastOwner(ctx: RequestContext, workspaceId: WorkspaceId): Promise<void> {
    if ((await this.workspaces.countMembers(ctx, workspaceId)).owners === 1) throw new CannotRemoveLastOwner();
  }

  private async find(ctx: RequestContext, workspaceId: WorkspaceId, memberId: string): Promise<WorkspaceMember> {
    const member = isUuid(memberId) && (await this.workspaces.member(ctx, workspaceId, memberId.toLowerCase() as UserId));
    if (!member) throw new WorkspaceMemberNotFound();
    return member;
  }

  private async signIn(ctx: RequestContext, user: string): Promise<UserId> {
    const found = isUuid(user) ? await this.workspaces.user(ctx, user.toLowerCase() as UserId) : null;
    if (!found) throw new ValidationFailed({ user_id: ['user_id must be the id of a user'] });
    if (!found.allowLogin) throw new ValidationFailed({ user_id: ['user_id must be the id of a user who may sign in'] });
    return found.id;
  }
}
