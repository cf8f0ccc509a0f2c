import { DomainError, NotFound } from '../../../platform/errors/index.js';

export class TeamNotFound extends NotFound {
  static override readonly code = 'team_not_found';
  static override readonly help = 'There is no such team, or you are not in it. An API credential is in one team only.';
  constructor() {
    super('There is no such team, or you are not in it.');
  }
}

export class MemberNotFound extends NotFound {
  static override readonly code = 'member_not_found';
  static override readonly help = 'The person does not exist or is not in this team.';
  constructor() {
    super('There is no such person in this team.');
  }
}

export class RoleNotFound extends NotFound {
  static override readonly code = 'role_not_found';
  static override readonly help = 'There is no such role, or it belongs to another team. GET /team_roles lists those of yours.';
  constructor() {
    super('There is no such role in this team.');
  }
}

export class InvitationNotFound extends NotFound {
  static override readonly code = 'invitation_not_found';
  static override readonly help = 'There is no such pending invitation in this team; it may have been accepted or withdrawn.';
  constructor() {
    super('There is no such pending invitation in this team.');
  }
}

export class PersonalTeamStays extends DomainError {
  static readonly code = 'personal_team';
  static readonly type = 'invalid_request_error';
  static readonly status = 409;
  static readonly help = "A personal team stays as long as its person's account; it goes with that.";
  constructor() {
    super("This is somebody's personal team, which goes with their account only.");
  }
}

export class TeamInUse extends DomainError {
  static readonly code = 'team_in_use';
  static readonly type = 'invalid_request_error';
  static readonly status = 409;
  static readonly help =
    'The team still has resources, such as sites. Delete them first; a site whose removal is pending counts until it is gone.';
  constructor(what: string) {
    super(`The team still has ${what}. Delete them first.`);
  }
}

export class OwnerStays extends DomainError {
  static readonly code = 'team_owner_stays';
  static readonly type = 'invalid_request_error';
  static readonly status = 409;
  static readonly help = 'The owner of a team is always in it, with the role Owner, and may sign in.';
  constructor(what: string) {
    super(what);
  }
}

export class SystemRoleFixed extends DomainError {
  static readonly code = 'system_role';
  static readonly type = 'permission_error';
  static readonly status = 403;
  static readonly help =
    'Owner, Administrator and Member are the same for every team and cannot be changed or deleted. Make a role of your own.';
  constructor(name: string) {
    super(`The role ${name} belongs to the system and cannot be changed or deleted.`);
  }
}

export class RoleAssigned extends DomainError {
  static readonly code = 'role_assigned';
  static readonly type = 'invalid_request_error';
  static readonly status = 409;
  static readonly help = 'Somebody still has the role. Give its holders another one first.';
  constructor(holders: number) {
    super(`${holders === 1 ? 'One person has' : `${holders} people have`} this role. Give them another one first.`);
  }
}

export class ScopeNotHeld extends DomainError {
  static readonly code = 'scope_not_held';
  static readonly type = 'permission_error';
  static readonly status = 403;
  static readonly help = 'Nobody can give or take away rights that they do not have themselves in the team.';
  constructor(scopes: readonly string[]) {
    super(`You can give and take away only what you may do yourself; you lack ${listed(scopes)}.`);
  }
}

export class InvitationForAnother extends DomainError {
  static readonly code = 'invitation_for_another';
  static readonly type = 'permission_error';
  static readonly status = 403;
  static readonly help = 'The invitation was sent to another e-mail address. Sign in with that one, or ask for a new invitation.';
  constructor() {
    super('This invitation was sent to another e-mail address than yours.');
  }
}

export class AddressUnverified extends DomainError {
  static readonly code = 'address_unverified';
  static readonly type = 'permission_error';
  static readonly status = 403;
  static readonly help = 'Verify your e-mail address first: the invitation is for who owns the mailbox.';
  constructor() {
    super('Verify your e-mail address first, by the link that was mailed to it.');
  }
}

export class InvitationGone extends DomainError {
  static readonly code = 'invitation_gone';
  static readonly type = 'invalid_request_error';
  static readonly status = 410;
  static readonly help = 'The invitation was accepted, withdrawn or replaced, or its seven days are over. Ask for another.';
  constructor() {
    super('This invitation was used or withdrawn, or has expired. Ask for a new one.');
  }
}

/** A handful by name, the rest as a number. */
const listed = (scopes: readonly string[]): string =>
  scopes.length <= 8 ? scopes.join(', ') : `${scopes.slice(0, 7).join(', ')} and ${scopes.length - 7} more`;
