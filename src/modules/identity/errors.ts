import { DomainError } from '../../platform/errors/index.js';

export class SignInRefused extends DomainError {
  static readonly code = 'sign_in_refused';
  static readonly type = 'authentication_error';
  static readonly status = 401;
  static readonly help =
    'E-mail address and password do not match an account that may sign in. The answer is the same for unknown accounts.';
  constructor() {
    super('The e-mail address or the password is wrong.');
  }
}

export class CodeRefused extends DomainError {
  static readonly code = 'code_refused';
  static readonly type = 'authentication_error';
  static readonly status = 401;
  static readonly help = 'The code is wrong, was used already or has expired. Each code of the authenticator app works once.';
  constructor() {
    super('This code is wrong or was used already. Wait for the next one and try again.');
  }
}

export class SignInExpired extends DomainError {
  static readonly code = 'sign_in_expired';
  static readonly type = 'authentication_error';
  static readonly status = 403;
  static readonly help = 'The sign-in took too long, or this step does not come next. Start again from the application.';
  constructor() {
    super('This sign-in has expired. Go back to the application and start again.');
  }
}

export class RegistrationClosed extends DomainError {
  static readonly code = 'registration_closed';
  static readonly type = 'permission_error';
  static readonly status = 403;
  static readonly help = 'This installation takes new accounts by invitation only (REGISTRATION=false). Ask an administrator.';
  constructor() {
    super('This installation takes new accounts by invitation only. Ask an administrator for one.');
  }
}

export class UnknownScope extends DomainError {
  static readonly code = 'unknown_scope';
  static readonly type = 'invalid_request_error';
  static readonly status = 422;
  static readonly help = 'A scope is not in the catalogue; see docs/scopes.md.';
  constructor(scopes: readonly string[]) {
    super(`Unknown scope ${scopes.join(', ')}.`);
  }
}

export class LinkSpent extends DomainError {
  static readonly code = 'link_spent';
  static readonly type = 'invalid_request_error';
  static readonly status = 410;
  static readonly help = 'The link was used already, has expired, or a newer one took its place. Ask for another.';
  constructor() {
    super('This link was used already or has expired. Ask for a new one.');
  }
}

export class PersonRequired extends DomainError {
  static readonly code = 'person_required';
  static readonly type = 'permission_error';
  static readonly status = 403;
  static readonly help =
    'The operation is for a person who signed in; API credentials and API keys may not do it. A token can never make a token.';
  constructor() {
    super('This operation is for a person who signed in, not for an API credential.');
  }
}

export class ReauthenticationRequired extends DomainError {
  static readonly code = 'reauthentication_required';
  static readonly type = 'permission_error';
  static readonly status = 403;
  static readonly help =
    'The operation asks for a sign-in of the last ten minutes. Sign in again (prompt=login), or send password or code in the body.';
  constructor() {
    super('Prove again that it is you: sign in again, or send `password` or `code` with this request.');
  }
}
