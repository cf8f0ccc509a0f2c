import { DomainError, NotFound } from '../../platform/errors/index.js';

export class SecurityGroupNotFound extends NotFound {
  static override readonly code = 'security_group_not_found';
  static override readonly help = 'There is no such security group in your team.';
  constructor() {
    super('There is no such security group in your team.');
  }
}

export class PrefixListNotFound extends NotFound {
  static override readonly code = 'prefix_list_not_found';
  static override readonly help = 'There is no such prefix list in your team.';
  constructor() {
    super('There is no such prefix list in your team.');
  }
}

/** How many things a message names. */
const NAMED_MAX = 20;

/** The first of many things by name, and how many more there are. */
export const named = (things: readonly string[]): string =>
  things.slice(0, NAMED_MAX).join(', ') + (things.length > NAMED_MAX ? ` and ${things.length - NAMED_MAX} more` : '');

export class RolloutUnderWay extends DomainError {
  static readonly code = 'rollout_under_way';
  static readonly type = 'conflict_error';
  static readonly status = 409;
  static readonly help =
    'An earlier change is on its way to routers that are online. Ask again when `status` is no longer `syncing`; routers that are offline lock nothing.';
  constructor(sites: readonly string[]) {
    super(
      `An earlier change is on its way to ${sites.length === 1 ? 'a router that is' : `${sites.length} routers that are`} online; try again when it has arrived. Sites: ${named(sites)}.`,
    );
  }
}

export class PrefixListInUse extends DomainError {
  static readonly code = 'prefix_list_in_use';
  static readonly type = 'conflict_error';
  static readonly status = 409;
  static readonly help = 'Rules of the security groups that the message names use this prefix list. Change those rules first.';
  constructor(groups: readonly { id: string; name: string }[]) {
    super(`Rules of these security groups use this prefix list: ${named(groups.map(({ id, name }) => `${name} (${id})`))}.`);
  }
}
