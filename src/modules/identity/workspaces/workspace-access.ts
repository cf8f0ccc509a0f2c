import { Injectable } from '@nestjs/common';
import type { RequestContext, UserId, WorkspaceId } from '../../../platform/context/index.js';
import { Unauthenticated } from '../../../platform/errors/index.js';
import { CredentialLimited, WorkspaceArchived, WorkspaceNotFound, WorkspaceRoleMissing } from './errors.js';
import { WORKSPACE_ROLES, type WorkspaceRole } from './workspace-member.entity.js';
import type { Workspace } from './workspace.entity.js';
import { type WorkspaceLock, WorkspacesRepository } from './workspaces.repository.js';

/** A workspace as one of its members has it. */
export interface Standing {
  readonly workspace: Workspace;
  readonly userId: UserId;
  readonly role: WorkspaceRole;
}

/**
 * The context in which workspaces are worked on. They stand above teams and count rows of many, which the team of whoever
 * asks would hide; what that person may do is decided here first, by their membership.
 */
export const aboveTeams = (ctx: RequestContext): RequestContext => ctx.asSystem('workspaces');

/** Who may do what with a workspace. */
@Injectable()
export class WorkspaceAccess {
  constructor(private readonly workspaces: WorkspacesRepository) {}

  /**
   * The person who asks. An API credential stands for its creator unless it was limited to some scopes: nothing here is
   * among them.
   * @throws CredentialLimited
   */
  async person(ctx: RequestContext): Promise<UserId> {
    const { actor, userId } = ctx;
    if (!userId) throw new Unauthenticated();
    if (actor.kind === 'api-token' && (await this.workspaces.isLimited(aboveTeams(ctx), actor.credentialId))) throw new CredentialLimited();
    return userId;
  }

  /** @param ctx above teams @throws WorkspaceNotFound when the person is no member */
  async read(ctx: RequestContext, userId: UserId, workspaceId: WorkspaceId): Promise<Standing> {
    const member = await this.workspaces.member(ctx, workspaceId, userId);
    const workspace = member && (await this.workspaces.find(ctx, workspaceId));
    if (!workspace) throw new WorkspaceNotFound();
    return { workspace, userId, role: member.role };
  }

  /**
   * Holds the workspace for a change until the transaction ends; changes of one workspace come one after the other, so
   * what is read from now on stays true.
   * @param ctx above teams, in a transaction
   * @param least the lowest role that may do it
   * @param what it is, for the refusal: «add members»
   * @throws WorkspaceNotFound, WorkspaceRoleMissing, WorkspaceArchived
   */
  async change(
    ctx: RequestContext,
    userId: UserId,
    workspaceId: WorkspaceId,
    least: WorkspaceRole,
    what: string,
    lock: WorkspaceLock = 'change',
  ): Promise<Standing> {
    await this.workspaces.lock(ctx, workspaceId, lock);
    const standing = await this.read(ctx, userId, workspaceId);
    if (WORKSPACE_ROLES.indexOf(standing.role) > WORKSPACE_ROLES.indexOf(least)) throw new WorkspaceRoleMissing(least, what);
    if (standing.workspace.archivedAt) throw new WorkspaceArchived();
    return standing;
  }
}
