import { DomainError } from '../../../platform/errors/index.js';

export class FormRefused extends DomainError {
  static readonly code = 'form_refused';
  static readonly type = 'permission_error';
  static readonly status = 403;
  static readonly help =
    'The form did not come from a page that this browser was shown here: its secret is missing, or another site sent it. Cookies must be allowed.';
  constructor() {
    super('This form did not come from our page, or cookies are blocked. Go back, load the page again and try once more.');
  }
}

export class SignInRequired extends DomainError {
  static readonly code = 'sign_in_required';
  static readonly type = 'authentication_error';
  static readonly status = 401;
  static readonly help = 'The page is for a person who is signed in in this browser, and nobody is any more. Open the link again.';
  constructor() {
    super('You are not signed in any more. Open the link once more and sign in.');
  }
}
