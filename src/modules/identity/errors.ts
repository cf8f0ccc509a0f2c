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

export class PasswordChangeRequired extends DomainError {
  static readonly code = 'password_change_required';
  static readonly type = 'authentication_error';
  static readonly status = 403;
  static readonly help = 'The password was handed out once and must be replaced: send it with a new one to POST /auth/password.';
  constructor() {
    super('This one-time password only serves to choose another: send it with `new_password` to POST /auth/password.');
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
