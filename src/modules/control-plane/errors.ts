import { DomainError, NotFound } from '../../platform/errors/index.js';

export class TunnelUnavailable extends DomainError {
  static readonly code = 'management_tunnel_off';
  static readonly type = 'api_error';
  static readonly status = 503;
  static readonly help =
    'No management tunnel runs on this server (MGMT_TUNNEL=off, or something it needs is missing: see /health), so it cannot talk to routers live. Work that waits for the next poll goes on.';
  constructor(reason: string) {
    super(`The management tunnel does not run on this server: ${reason}`);
  }
}

export class SiteNotConnected extends DomainError {
  static readonly code = 'tunnel_down';
  static readonly type = 'conflict_error';
  static readonly status = 409;
  static readonly help =
    'The router of this site has no management tunnel to this server just now. It tries again by itself; TCP to the tunnel port must be open from where it is.';
  constructor(readonly server: string | null) {
    super(
      server === null
        ? 'The router of this site is not connected: its management tunnel is down.'
        : `The management tunnel of this site ends at ${server}, not at this server.`,
    );
  }
}

export class TunnelAddressesExhausted extends DomainError {
  static readonly code = 'tunnel_addresses_exhausted';
  static readonly type = 'api_error';
  static readonly status = 503;
  static readonly help =
    'Every address of MGMT_TUNNEL_POOL belongs to a site or was freed less than a day ago. Delete sites that are no more, or make the pool larger.';
  constructor(pool: string) {
    super(`Every address of the tunnel network ${pool} is in use; delete sites that are no more, or make MGMT_TUNNEL_POOL larger.`);
  }
}

export class SiteOfAnotherCustomer extends DomainError {
  static readonly code = 'site_of_another_customer';
  static readonly type = 'conflict_error';
  static readonly status = 409;
  static readonly help = 'A site with this id exists and belongs to another customer. Ids of sites are unique in an installation.';
  constructor() {
    super('A site with this id exists and belongs to another customer.');
  }
}

export class TunnelUserUnknown extends NotFound {
  static override readonly code = 'tunnel_user_unknown';
  static override readonly help = 'No site has this tunnel user name: it was never one, the site is gone, or its tunnel was made anew.';
  constructor() {
    super('No site has this tunnel user name.');
  }
}

export class RouterUnreachable extends DomainError {
  static readonly code = 'router_unreachable';
  static readonly type = 'api_error';
  static readonly status = 502;
  static readonly help =
    "The tunnel of the site is up, but the router's API did not take the connection: its api service is off, on another port, or a rule drops us.";
  constructor(why: string) {
    super(`The router could not be reached through its tunnel: ${why}`);
  }
}

export class RouterLoginRefused extends DomainError {
  static readonly code = 'router_login_refused';
  static readonly type = 'api_error';
  static readonly status = 502;
  static readonly help = 'The router does not let our user in. The action site.resend_api_user puts it on the router again.';
  constructor(why: string) {
    super(`The router refused our login: ${why}`);
  }
}

export class RouterDidNotAnswer extends DomainError {
  static readonly code = 'router_did_not_answer';
  static readonly type = 'api_error';
  static readonly status = 502;
  static readonly help =
    'The router gave no answer in time, too large a one, or one that makes no sense. The message says whether it may have carried out the command all the same.';
  constructor(why: string, sent: boolean) {
    super(`${why}${sent ? ' The command had gone out, so the router may have carried it out.' : ''}`);
  }
}

export class RouterRefused extends DomainError {
  static readonly code = 'router_refused';
  static readonly type = 'invalid_request_error';
  static readonly status = 400;
  static readonly help = "RouterOS refused the command or failed at it; the message is the router's own.";
  constructor(
    private readonly messages: readonly string[],
    private readonly category: number | undefined,
  ) {
    super(`The router says: ${messages.join('; ')}`);
  }
  override extra(): Record<string, unknown> {
    return { router_messages: this.messages, router_category: this.category ?? null };
  }
}

export class RouterCommandInvalid extends DomainError {
  static readonly code = 'router_command_invalid';
  static readonly type = 'invalid_request_error';
  static readonly status = 400;
  static readonly help = 'The command has a form that the RouterOS API does not know; nothing was sent.';
}

export class RouterBusy extends DomainError {
  static readonly code = 'router_busy';
  static readonly type = 'api_error';
  static readonly status = 503;
  static readonly help = 'Too many commands wait for this router already. Ask again later.';
  constructor() {
    super('Too many commands wait for this router already; ask again in a while.');
  }
}

/** MGMT_TUNNEL=on, and this machine has not what it takes. Stops the start. */
export class TunnelCannotRun extends Error {
  constructor(readonly problems: readonly string[]) {
    super(
      `The management tunnel cannot run here, and MGMT_TUNNEL=on asks for it:\n${problems.map((p) => `  - ${p}`).join('\n')}\nMGMT_TUNNEL=auto goes without it.`,
    );
    this.name = 'TunnelCannotRun';
  }
}

export class PolicyNotFound extends NotFound {
  static override readonly code = 'policy_not_found';
  static override readonly help = 'There is no such control-plane policy in your team.';
  constructor() {
    super('There is no such control-plane policy in your team.');
  }
}

/** How many sites a message names. */
const NAMED_MAX = 20;

export class PolicySitesUnknown extends NotFound {
  static override readonly code = 'policy_sites_unknown';
  static override readonly help = '`sites` names sites that are not in your team, or are being deleted. Nothing was changed.';
  constructor(sites: readonly string[]) {
    const more = sites.length > NAMED_MAX ? ` and ${sites.length - NAMED_MAX} more` : '';
    super(`sites: there is no such site in your team: ${sites.slice(0, NAMED_MAX).join(', ')}${more}. Nothing was changed.`);
  }
}

export class DefaultPolicyStays extends DomainError {
  static readonly code = 'default_policy_stays';
  static readonly type = 'invalid_request_error';
  static readonly status = 400;
  static readonly help = 'The default policy is what sites without another one have, so it can be changed and not deleted.';
  constructor() {
    super('The default policy cannot be deleted: sites without another one have it. Change it instead.');
  }
}

export class PolicyLocksOut extends DomainError {
  static readonly code = 'policy_locks_out';
  static readonly type = 'invalid_request_error';
  static readonly status = 422;
  static readonly help =
    'A router with this policy could be reached by nobody except on the spot. Leave one of the named services on, or repeat the request with `?force=true`.';
  constructor() {
    super(
      'winbox, ssh and api are all off: neither people nor this server could log in to the routers any more. Leave one of them on, or repeat the request with ?force=true.',
    );
  }
}
