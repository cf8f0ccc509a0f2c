import type { RequestContext, UserId } from '../context/index.js';

/** Who people are, for the log: told by whoever knows them. */
export abstract class AuditPeople {
  /** Name and address of each person that there is. */
  abstract names(ctx: RequestContext, ids: readonly UserId[]): Promise<ReadonlyMap<string, { name: string; email: string }>>;
}
