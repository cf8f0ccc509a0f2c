import type { EntityTarget, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import type { RequestContext } from '../context/index.js';
import { columnsOf } from './columns.js';
import type { Database } from './database.js';

export class AcrossTeamsRefused extends Error {
  constructor(ctx: RequestContext) {
    super(
      `Only system work and internal services see rows of all teams; this context is ${ctx.actor.kind}${ctx.teamId ? ' of one team' : ''}.`,
    );
  }
}

/** Reads and sweeps over every team. A class of its own, so that each crossing of the team border has a name and a review. */
export abstract class AcrossTeams<E extends ObjectLiteral> {
  protected constructor(
    protected readonly db: Database,
    private readonly entity: EntityTarget<E>,
  ) {}

  /** @throws AcrossTeamsRefused when ctx is a person, a device or bound to one team */
  protected all(ctx: RequestContext): SelectQueryBuilder<E> {
    return this.db.manager(this.checked(ctx)).createQueryBuilder(this.entity, 'e').where('TRUE');
  }

  /** Rows locked until the transaction ends, in plain SQL (see columnsOf). @param where a condition on the table `e` @throws AcrossTeamsRefused */
  protected locked(ctx: RequestContext, where: string, values: unknown[]): Promise<E[]> {
    const { tablePath } = this.db.dataSource.getMetadata(this.entity);
    const sql = `SELECT ${columnsOf(this.db, this.entity)} FROM "${tablePath}" e WHERE ${where} FOR UPDATE`;
    return this.db.query<E>(this.checked(ctx), sql, values);
  }

  protected checked(ctx: RequestContext): RequestContext {
    if (!ctx.seesAllTeams) throw new AcrossTeamsRefused(ctx);
    return ctx;
  }
}
