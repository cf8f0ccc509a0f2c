import { DomainError, NotFound } from '../../../platform/errors/index.js';
import type { WorkspaceRole } from './workspace-member.entity.js';

export class WorkspaceNotFound extends NotFound {
  static override readonly code = 'workspace_not_found';
  static override readonly help = 'There is no such workspace, or you are not a member of it: only members see a workspace.';
  constructor() {
    super('There is no such workspace among yours.');
  }
}

export class WorkspaceMemberNotFound extends NotFound {
  static override readonly code = 'workspace_member_not_found';
  static override readonly help = 'Nobody with this user id is a member of the workspace.';
  constructor() {
    super('The workspace has no such member.');
  }
}

export class OrganizationNotFound extends NotFound {
  static override readonly code = 'organization_not_found';
  static override readonly help = 'The workspace has no such organization. A top-level organization has no parent.';
  constructor(message = 'The workspace has no such organization.') {
    super(message);
  }
}

export class WorkspaceRoleMissing extends DomainError {
  static readonly code = 'workspace_role_missing';
  static readonly type = 'permission_error';
  static readonly status = 403;
  static readonly help =
    'Your role in the workspace does not allow this: viewers look, admins change, owners also make owners and archive. Ask an owner.';
  constructor(needed: WorkspaceRole, what: string) {
    super(`You need to be ${needed === 'owner' ? 'an owner' : 'an owner or admin'} of this workspace to ${what}.`);
  }
}

export class CredentialLimited extends DomainError {
  static readonly code = 'credential_limited';
  static readonly type = 'permission_error';
  static readonly status = 403;
  static readonly help =
    'An API credential that was limited to some scopes works within its team only. Workspaces need a session or a credential with all scopes of its creator.';
  constructor() {
    super('This API credential is limited to some scopes and cannot act on workspaces.');
  }
}

export class WorkspaceArchived extends DomainError {
  static readonly code = 'workspace_archived';
  static readonly type = 'conflict_error';
  static readonly status = 409;
  static readonly help = 'The workspace was archived. It can be read; nothing in it changes any more.';
  constructor() {
    super('This workspace is archived; nothing in it can be changed.');
  }
}

export class WorkspaceNotEmpty extends DomainError {
  static readonly code = 'workspace_not_empty';
  static readonly type = 'conflict_error';
  static readonly status = 409;
  static readonly help = 'A workspace is archived when none of its organizations has usage and no subscription is active.';
  constructor(why: string) {
    super(`The workspace cannot be archived: ${why}.`);
  }
}

export class OrganizationHasUsage extends DomainError {
  static readonly code = 'organization_has_usage';
  static readonly type = 'conflict_error';
  static readonly status = 409;
  static readonly help = 'An organization is deleted when neither it nor one below it has teams or usage. Delete the teams first.';
  constructor(why: string) {
    super(`The organization cannot be deleted: ${why}.`);
  }
}

export class OrganizationLimitReached extends DomainError {
  static readonly code = 'organization_limit_reached';
  static readonly type = 'conflict_error';
  static readonly status = 409;
  static readonly help =
    'The organization, one above it or the workspace allows no more of what was to be added. Raise the limit or remove something.';
  constructor(what: string, limit: number, name: string) {
    super(`All ${limit} ${what} that «${name}» allows are in use. Raise the limit or remove some.`);
  }
}

/** A rule of the workspace's structure that the wish would break. */
abstract class RuleViolated extends DomainError {
  static readonly type = 'unprocessable_entity';
  static readonly status = 422;
}

export class CannotRemoveLastOwner extends RuleViolated {
  static readonly code = 'cannot_remove_last_owner';
  static readonly help = 'A workspace keeps at least one owner. Make somebody else an owner first.';
  constructor() {
    super('This is the last owner of the workspace; make somebody else an owner first.');
  }
}

export class AlreadyWorkspaceMember extends RuleViolated {
  static readonly code = 'already_workspace_member';
  static readonly help = 'The user is a member of the workspace already. Change the role instead.';
  constructor() {
    super('This user is a member of the workspace already; change the role instead.');
  }
}

export class WorkspaceFull extends RuleViolated {
  static readonly code = 'workspace_full';
  static readonly help = 'A workspace has at most 100 members and 1000 organizations.';
  constructor(most: number, of: 'members' | 'organizations') {
    super(`This workspace has ${most} ${of}, the most there can be.`);
  }
}

export class OrganizationTreeFull extends RuleViolated {
  static readonly code = 'organization_tree_full';
  static readonly help = 'An organization has at most 100 direct children, and the tree at most 10 levels.';
  constructor(why: string) {
    super(why);
  }
}
