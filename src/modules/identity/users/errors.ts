import { DomainError } from '../../../platform/errors/index.js';

export class UserInOtherTeams extends DomainError {
  static readonly code = 'user_in_other_teams';
  static readonly type = 'permission_error';
  static readonly status = 403;
  static readonly help =
    'Whoever changes the account of another person changes it for all their teams, and so needs the right to it in each of them. Ask the person, or remove them from your team.';
  constructor() {
    super(
      'This person is also in teams where you may not change people. They can change their account themselves; you can remove them from your team.',
    );
  }
}

export class Outranked extends DomainError {
  static readonly code = 'outranked';
  static readonly type = 'permission_error';
  static readonly status = 403;
  static readonly help = 'The person may do more than you in a team or workspace, or owns the team: nobody below can change their account.';
  constructor() {
    super('This person owns the team or may do things that you may not; you cannot change their account.');
  }
}

export class OwnsTeams extends DomainError {
  static readonly code = 'owns_teams';
  static readonly type = 'invalid_request_error';
  static readonly status = 409;
  static readonly help =
    'Teams need an owner: delete the teams that the person owns first. A personal team without other members and without resources goes with the account.';
  constructor(names: readonly string[]) {
    super(
      `The person owns ${names.map((name) => `«${name}»`).join(', ')}. Delete ${names.length === 1 ? 'that team' : 'those teams'} first.`,
    );
  }
}

export class OwnsWorkspaces extends DomainError {
  static readonly code = 'owns_workspaces';
  static readonly type = 'invalid_request_error';
  static readonly status = 409;
  static readonly help =
    'The person is the last owner of a workspace that others use. Make somebody else an owner of it first. A workspace in which nothing is left is archived with the account.';
  constructor(names: readonly string[]) {
    super(
      `The person is the last owner of the workspace ${names.map((name) => `«${name}»`).join(', ')}. Make somebody else an owner first.`,
    );
  }
}
