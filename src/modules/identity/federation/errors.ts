import { DomainError } from '../../../platform/errors/index.js';

export class OnlyWayToSignIn extends DomainError {
  static readonly code = 'only_way_to_sign_in';
  static readonly type = 'conflict_error';
  static readonly status = 409;
  static readonly help =
    'The account has no password and no other linked identity of a configured provider. Choose a password first («Forgot password» on the sign-in page), or link another identity.';
  constructor() {
    super('Without this identity you could not sign in any more. Choose a password first, or sign in once with another provider.');
  }
}
