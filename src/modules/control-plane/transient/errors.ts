import { DomainError, NotFound } from '../../../platform/errors/index.js';

export class TransientAccessNotFound extends NotFound {
  static override readonly code = 'transient_access_not_found';
  static override readonly help = 'This site has no such temporary login. Ended ones can be looked at for 30 days.';
  constructor() {
    super('This site has no such temporary login.');
  }
}

export class TransientForwardNotFound extends NotFound {
  static override readonly code = 'transient_forward_not_found';
  static override readonly help = 'This site has no such port forward. Ended ones can be looked at for 30 days.';
  constructor() {
    super('This site has no such port forward.');
  }
}

export class SiteOffline extends DomainError {
  static readonly code = 'site_offline';
  static readonly type = 'conflict_error';
  static readonly status = 409;
  static readonly help =
    'The router of this site has not polled lately, so nothing can be set up on it. Try again when the site is online.';
  constructor() {
    super('This site is offline: its router would not get the temporary configuration. Try again when it is back.');
  }
}

export class TooManyTransients extends DomainError {
  static readonly code = 'too_many_transients';
  static readonly type = 'conflict_error';
  static readonly status = 409;
  static readonly help = 'A site has at most so many live temporary logins, and as many port forwards. Revoke those that nobody needs.';
  constructor(limit: number) {
    super(`This site has ${limit} live ones already, which is the most. Revoke those that nobody needs.`);
  }
}

export class TransientPortsUsedUp extends DomainError {
  static readonly code = 'transient_ports_used_up';
  static readonly type = 'api_error';
  static readonly status = 503;
  static readonly help = 'No free port was found in TRANSIENT_PORTS. Revoke what nobody needs, or make the range larger.';
  constructor(range: string) {
    super(`No free port was found in ${range}; revoke what nobody needs, or make TRANSIENT_PORTS larger.`);
  }
}
