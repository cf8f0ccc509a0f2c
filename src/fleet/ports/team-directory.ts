import type { RequestContext, TeamId } from '../../platform/context/index.js';

/** Which teams there are; known by identity. */
export abstract class TeamDirectory {
  abstract exists(ctx: RequestContext, teamId: TeamId): Promise<boolean>;
}
