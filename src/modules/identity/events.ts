import type { TeamId, UserId } from '../../platform/context/index.js';
import { DomainEvent } from '../../platform/events/index.js';

/** A team is gone, with its members, roles, credentials and keys. */
export class TeamDeleted extends DomainEvent {
  constructor(readonly deletedTeamId: TeamId) {
    super();
  }
}

/** A person's account is gone. Whoever keeps things under the person's id forgets them. */
export class UserDeleted extends DomainEvent {
  constructor(readonly userId: UserId) {
    super();
  }
}
