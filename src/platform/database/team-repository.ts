import type { DeepPartial, EntityTarget, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import type { RequestContext, TeamId } from '../context/index.js';
import type { Database } from './database.js';

export interface TeamOwned extends ObjectLiteral {
  id: string;
  teamId: TeamId;
}

/** Rows of one team. The only way to a query is `rows(ctx)`; row-level security is the second lock. */
export abstract class TeamRepository<E extends TeamOwned> {
  protected constructor(
    protected readonly db: Database,
    private readonly entity: EntityTarget<E>,
  ) {}

  /**
   * The context's rows, as alias `e`. Add conditions with `andWhere` only: `where` would replace the team filter.
   * @throws TeamRequired when ctx carries no team
   */
  protected rows(ctx: RequestContext): SelectQueryBuilder<E> {
    return this.db.manager(ctx).createQueryBuilder(this.entity, 'e').where('e.teamId = :teamId', { teamId: ctx.requireTeam() });
  }

  findById(ctx: RequestContext, id: string): Promise<E | null> {
    return this.rows(ctx).andWhere('e.id = :id', { id }).getOne();
  }

  /** Inserts one row for the context's team and answers it as stored. */
  async insert(ctx: RequestContext, values: Omit<DeepPartial<E>, 'teamId'>): Promise<E> {
    const manager = this.db.manager(ctx);
    const row = manager.create(this.entity, { ...values, teamId: ctx.requireTeam() } as unknown as DeepPartial<E>);
    await manager.createQueryBuilder().insert().into(this.entity).values(row).execute();
    return row;
  }

  /** Changes named columns of one row. Answers false when there is no such row in this team. */
  async change(ctx: RequestContext, id: string, values: Partial<E>): Promise<boolean> {
    const result = await this.db
      .manager(ctx)
      .createQueryBuilder()
      .update(this.entity)
      .set(values)
      .where('id = :id AND team_id = :teamId', { id, teamId: ctx.requireTeam() })
      .execute();
    return result.affected === 1;
  }

  /** Deletes one row. Answers false when there is no such row in this team. */
  async remove(ctx: RequestContext, id: string): Promise<boolean> {
    const result = await this.db
      .manager(ctx)
      .createQueryBuilder()
      .delete()
      .from(this.entity)
      .where('id = :id AND team_id = :teamId', { id, teamId: ctx.requireTeam() })
      .execute();
    return result.affected === 1;
  }
}
